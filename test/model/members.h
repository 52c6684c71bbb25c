/* members.h: a team of WORKERS, which are model threads. Include it after the sources. */
#ifndef SL_MODEL_MEMBERS_H
#define SL_MODEL_MEMBERS_H

#include <string.h>

#ifdef __clang__ /* what stands behind the team are its members */
#pragma clang diagnostic ignored "-Wgnu-variable-sized-type-not-at-end"
#endif
static struct {
    struct sl_team team;
    struct sl_member members[WORKERS];
} teams;
static struct sl_team *const team = &teams.team;
static struct sley_loop loops[WORKERS];

SL_MODEL_NOT_CALLED(sl_roam_settle);
struct sl_sys sl_sys;

static struct sley_loop *here(void)
{
    return &loops[sl_model_current()];
}

/* Of n workers, each of which may run so many before it looks at its ring. */
static void setup_team(unsigned n, int32_t share)
{
    memset(&teams, 0, sizeof teams);
    team->n = n;
    for (unsigned i = 0; i < n; i++) {
        struct sley_loop *loop = &loops[i];

        loop->team = team;
        loop->member = &team->members[i];
        team->members[i].loop = loop;
        loop->index = i;
        loop->share_left = loop->budget_full = share;
        loop->share_cut = 0;
        loop->timed = false;
        loop->slow_at = loop->injected_at = loop->turn_began = 0;
        loop->taken = NULL;
        loop->in_a_row = loop->picks = 0;
        loop->inject_in = 0;
        loop->watches = loop->others = loop->lingers = false;
        sl_list_init(&loop->ready);
        loop->batch_last = NULL;
    }
}

#endif

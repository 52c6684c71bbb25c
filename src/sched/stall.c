/* A worker that is in the same turn for so long that the program wants to hear of it: who, where.
 *
 * Who computes is asked: the signal's handler notes the name and the frames, which an idle worker
 * then prints, or the sentry, or its own, when the pass is over. Who sits in a system call is not
 * disturbed: the kernel tells where its stack is, and words there that may be return addresses are
 * taken for such.
 */
#include "os/plain.h"
#include "os/unwind.h"
#include "sched/rescue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_NS INT64_C(100000000)
#define MINUTE_NS INT64_C(60000000000)
#define MOST_A_MINUTE 5
#define SCANNED 4096 /* bytes of a stack */

/* The record is ours, to write or to print. */
static bool take(struct sl_stall *stall, uint32_t state)
{
    return sl_cas_acq_rel(&stall->state, &state, SL_STALL_TAKEN); /* pairs with give */
}

static void give(struct sl_stall *stall, uint32_t state)
{
    sl_store_release(&stall->state, state); /* pairs with take */
}

int64_t sl_stall_patience(const struct sl_team *team)
{
    int64_t ns = team->members[0].loop->runtime->options.slow_callback.ns;

    return ns ? ns : USUAL_NS;
}

/* Is it time to ask about that turn, and has nobody? Then the record is ours. */
static bool is_to_ask(const struct sl_team *team, struct sl_stall *stall, uint32_t turns,
                      int64_t since, int64_t now)
{
    uint32_t state = sl_load_relaxed(&stall->state);

    if (now - since < sl_stall_patience(team) ||
        (sl_load_relaxed(&stall->turns) == turns && state != SL_STALL_WANTED))
        return false;
    if (!take(stall, state == SL_STALL_WANTED ? SL_STALL_WANTED : SL_STALL_NONE))
        return false; /* it was noted just now, or another one tells it */
    if (state != SL_STALL_WANTED && sl_load_relaxed(&stall->turns) == turns) {
        give(stall, SL_STALL_NONE); /* it has been told since we looked */
        return false;
    }
    sl_store_relaxed(&stall->turns, turns);
    stall->since = since;
    return true;
}

void sl_stall_tick(struct sley_loop *loop, uint32_t turns, int64_t since)
{
    struct sl_stall *stall = &loop->member->stall;

    if (is_to_ask(loop->team, stall, turns, since, sl_sys.clock_now()))
        give(stall, SL_STALL_WANTED);
}

void sl_stall_note(struct sley_loop *loop, uintptr_t pc)
{
    struct sl_stall *stall = &loop->member->stall;

    if (!sl_stall_wanted(loop->member, sl_load_relaxed(&loop->member->turns)) ||
        !take(stall, SL_STALL_WANTED))
        return;
    stall->ns = sl_sys.clock_now() - stall->since;
    stall->fn = 0;
    *stall->name = 0;
    if (loop->current)
        sl_worker_calls.named(loop->current, stall);
    stall->n = sl_unwind_addresses(pc, stall->frames, SL_STALL_FRAMES);
    give(stall, SL_STALL_NOTED);
}

/* How many there have been in this minute. */
static uint32_t count(struct sl_team *team, int64_t now)
{
    if (now - team->reports_since > MINUTE_NS) {
        team->reports_since = now;
        team->reports = 0;
    }
    return ++team->reports;
}

enum place { RUNNING, BLOCKED, SOMEWHERE };

/* Of a thread in a system call: the stack pointer and the address of the instruction behind it.
 * SOMEWHERE: the kernel does not say (there is no /proc, or the process has changed its user). */
static enum place where(pid_t tid, uintptr_t *sp, uintptr_t *pc)
{
    char path[64], text[256], *last;

    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", (int)tid);
    if (sl_plain_text(path, text, sizeof text) <= 0)
        return SOMEWHERE;
    if (!(last = strrchr(text, ' ')))
        return RUNNING;
    *pc = strtoull(last + 1, NULL, 16);
    *last = 0;
    if (!(last = strrchr(text, ' ')))
        return RUNNING;
    *sp = strtoull(last + 1, NULL, 16);
    return BLOCKED;
}

/* It may go on at any moment: then what was read is of no use, and nobody uses it. Its stack and
 * its record stay memory. */
static bool note_blocked(struct sl_member *member, uint32_t turns)
{
    struct sl_fiber *fiber = sl_shared_load_relaxed(&member->loop->current);
    struct sl_stack *stack = fiber ? sl_shared_load_relaxed(&fiber->stack) : NULL;
    struct sl_stall *stall = &member->stall;
    uintptr_t sp, pc, end;
    enum place place;

    stall->n = 0;
    if (!stack || (place = where(member->tid, &sp, &pc)) == RUNNING)
        return false;
    if (place == BLOCKED) {
        end = (uintptr_t)sl_stack_top(stack);
        if (sp >= end || end - sp > sl_stack_size(stack))
            return false;
        if (end - sp > SCANNED)
            end = sp + SCANNED;
        stall->frames[stall->n++] = pc;
        for (sp &= ~(sizeof sp - 1); sp < end && stall->n < SL_STALL_FRAMES; sp += sizeof sp)
            if (sl_unwind_is_return(sl_unwind_word(sp)))
                stall->frames[stall->n++] = sl_unwind_word(sp);
    }
    sl_worker_calls.named(fiber, stall);
    return sl_load_relaxed(&member->turns) == turns;
}

static void report(struct sl_team *team, struct sl_member *member, bool blocked, int64_t now)
{
    uint32_t n;

    sl_spin_lock(&team->report_lock);
    n = count(team, now);
    if (n <= MOST_A_MINUTE)
        sl_worker_calls.stalled(member->loop->index, &member->stall, blocked);
    if (n == MOST_A_MINUTE)
        fprintf(stderr, "sley: no more of these are reported in this minute\n");
    sl_spin_unlock(&team->report_lock);
}

void sl_stall_tell(struct sl_team *team, struct sl_member *member, int64_t now)
{
    if (sl_load_relaxed(&member->stall.state) != SL_STALL_NOTED ||
        !take(&member->stall, SL_STALL_NOTED))
        return;
    report(team, member, false, now);
    give(&member->stall, SL_STALL_NONE);
}

void sl_stall_look(struct sl_team *team, struct sl_member *member, uint32_t turns, bool computes,
                   int64_t now)
{
    struct sl_stall *stall = &member->stall;
    int64_t since = (int64_t)sl_load_relaxed(&member->stuck_since);

    if (!is_to_ask(team, stall, turns, since, now))
        return;
    if (!computes && note_blocked(member, turns)) {
        stall->ns = now - since;
        report(team, member, true, now);
        give(stall, SL_STALL_NONE);
    } else { /* a kick's handler notes it, or, where it has no processor now, a tick's */
        give(stall, SL_STALL_WANTED);
    }
}

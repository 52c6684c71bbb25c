/* sley/scope.h: sticky cancel scopes and shields.
 *
 * asyncio's cancel is an edge: delivered once, and an ignored return value swallows it. A scope is
 * sticky: while it is cancelled, every suspending call inside fails at once with the scope's code
 * (-ECANCELED, or -SLEY_ETIMEOUT of a deadline), until the scope is left. Scopes nest; the
 * outermost cancelled one gives the code; a shield between the call and a scope hides it. The edge
 * request and its counter are untouched by scopes: a call inside a cancelled scope fails with the
 * scope's code on entry; at a resumption a request is looked at first.
 *
 * The scope macros (SLEY_TIMEOUT, SLEY_TASK_GROUP, SLEY_SHIELD) are built on this. Scopes belong
 * to the task that entered them and are left in reverse order.
 */
#ifndef SLEY_SCOPE_H
#define SLEY_SCOPE_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

typedef struct sley_scope {
    struct sley_scope *_outer;
    sley_task *_task;
    int32_t _code;   /* 0, or the error that calls inside fail with */
    uint32_t _flags;
    void *_spare[2];
} sley_scope;

#define SLEY_SCOPE_INIT {NULL, NULL, 0, 0, {NULL, NULL}}

/* Enter and leave. Not suspension points. */
void sley_scope_enter(sley_scope *scope);
void sley_scope_exit(sley_scope *scope);
/* Cancels it: what the task awaits inside is cancelled once, every later call fails. */
void sley_scope_cancel(sley_scope *scope);
bool sley_scope_cancelled(const sley_scope *scope);

/* A scope that hides every cancel from outside, sticky or edge, until it is left; an edge request
 * that arrives meanwhile is delivered at the first suspension afterwards. */
void sley_shield_enter(sley_scope *scope);
void sley_shield_exit(sley_scope *scope);

static inline void sley_scope_exit_(sley_scope **scope)
{
    if (*scope)
        sley_scope_exit(*scope);
}
static inline void sley_shield_exit_(sley_scope *scope)
{
    sley_shield_exit(scope);
}
static inline sley_scope *sley_scope_entered_(sley_scope *scope)
{
    sley_scope_enter(scope);
    return scope;
}
static inline sley_scope sley_shielded_(void)
{
    sley_scope scope = SLEY_SCOPE_INIT;
    return scope;
}

SLEY_END_DECLS

/* SLEY_SCOPE(&scope) { ... } and SLEY_SHIELD { ... }; break, return and goto leave them well. */
#define SLEY_SCOPE(scope)                                                              \
    for (sley_scope *SLEY_UNIQUE(sley_s) __attribute__((cleanup(sley_scope_exit_))) =  \
             sley_scope_entered_(scope),                                               \
             *SLEY_UNIQUE(sley_o) = SLEY_UNIQUE(sley_s);                               \
         SLEY_UNIQUE(sley_o); SLEY_UNIQUE(sley_o) = NULL)
#define SLEY_SHIELD                                                                        \
    for (sley_scope SLEY_UNIQUE(sley_s) __attribute__((cleanup(sley_shield_exit_))) =      \
             sley_shielded_(),                                                             \
                    *SLEY_UNIQUE(sley_o) =                                                 \
                        (sley_shield_enter(&SLEY_UNIQUE(sley_s)), &SLEY_UNIQUE(sley_s));   \
         SLEY_UNIQUE(sley_o); SLEY_UNIQUE(sley_o) = NULL)
#endif

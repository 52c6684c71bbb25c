/* A generator: a function on a stack of its own that runs as part of whoever asks it.
 *
 * As in Python, the generator's body belongs to the task that awaits its next item: current_task()
 * inside is that task, and a suspension inside suspends that task. So asking is no wake-up and no
 * trip through the ready queue: the asking fiber changes stacks, and changes back at the yield. A
 * park in between saves and resumes the generator's stack, because that is where the fiber is.
 *
 * Scopes that the body has entered stay with the generator while it waits to be asked. */
#include "sched/fork.h"
#include "task/scope.h"
#include "task/task.h"

#include <sley/iterator.h>

struct state {
    sley_generator *public_one;
    sley_generator_fn *fn;
    void *arg;
    struct sley_loop *loop;      /* whose stack credit it has, or another of its runtime */
    struct sl_stack *stack;      /* NULL before the first next and after the end */
    void *sp, *caller_sp;        /* the side that does not run */
    struct sl_stack *caller_stack;
    struct sley_scope *caller_scope; /* the fiber's at next */
    struct sley_scope *inner, *outer; /* the body's own scopes, while it waits */
    intptr_t item, word;
    bool running, has_item, ended, closing;
};

/* Puts the body's scopes back on top of the asking task's. */
static void attach_scopes(struct state *state, struct sl_fiber *self)
{
    state->caller_scope = self->scope;
    if (!state->inner)
        return;
    state->outer->_outer = self->scope;
    for (struct sley_scope *scope = state->inner; scope != self->scope; scope = scope->_outer)
        scope->_task = sl_task_of(self);
    sl_scope_set(self, state->inner);
}

static void detach_scopes(struct state *state, struct sl_fiber *self)
{
    state->inner = self->scope == state->caller_scope ? NULL : self->scope;
    for (struct sley_scope *scope = state->inner; scope != state->caller_scope && scope;
         scope = scope->_outer)
        state->outer = scope;
    sl_scope_set(self, state->caller_scope);
}

/* The fiber is on `to` from now on; the current error detail goes along. */
static void move_to(struct sl_fiber *self, struct sl_stack *to)
{
    to->error = self->stack->error;
    to->home = self->stack->home;
    self->stack->error = NULL;
    self->stack = to;
}

/* Leaves the generator's stack for the asker's. */
static struct sley_loop *hand_back(struct sley_loop *loop, struct state *state, int last)
{
    struct sl_fiber *self = loop->current;

    if (sl_exceptions_any(loop->exceptions)) {
        struct sl_exceptions kept = sl_exceptions_take(loop->exceptions);

        loop = hand_back(loop, state, last);
        *loop->exceptions = kept;
        return loop;
    }
    detach_scopes(state, self);
    move_to(self, state->caller_stack);
    sl_hook_switch(&state->stack->hook, &state->caller_stack->hook, last);
    loop = sl_arch_switch(&state->sp, state->caller_sp, loop);
    sl_hook_switched(&state->stack->hook);
    return loop;
}

static void body(void *passed)
{
    struct sley_loop *loop = passed;
    struct state *state = loop->current->stack->nested;

    sl_hook_switched(&state->stack->hook);
    sl_leave(loop);
    state->word = state->fn(state->public_one, state->arg);
    loop = sl_current();
    if (SL_UNLIKELY(!loop))
        sl_fork_returned();
    sl_enter_loop(loop);
    state->ended = true;
    hand_back(loop, state, 1);
    __builtin_unreachable();
}

/* Enters the generator and returns when it has yielded or ended. */
static struct sley_loop *ask(struct sley_loop *loop, struct state *state)
{
    struct sl_fiber *self = loop->current;
    struct sl_stack *mine = self->stack;

    if (sl_exceptions_any(loop->exceptions)) {
        struct sl_exceptions kept = sl_exceptions_take(loop->exceptions);

        loop = ask(loop, state);
        *loop->exceptions = kept;
        return loop;
    }
    if (!state->stack) {
        unsigned class = (unsigned)loop->runtime->stack_class;

        state->stack = loop->team ? sl_stacks_bind_shared(&loop->stacks, class)
                                  : sl_stacks_bind(&loop->stacks, class);
        state->stack->nested = state;
        state->sp = sl_arch_prepare(sl_stack_top(state->stack), body);
    }
    state->running = true;
    state->has_item = false;
    state->caller_stack = mine;
    attach_scopes(state, self);
    move_to(self, state->stack);
    sl_hook_switch(&mine->hook, &state->stack->hook, 0);
    loop = sl_arch_switch(&state->caller_sp, state->sp, loop);
    sl_hook_switched(&mine->hook);
    state->running = false;
    if (state->ended) {
        state->stack->nested = NULL;
        if (loop->team)
            sl_stacks_give_shared(&loop->stacks, state->stack);
        else
            sl_stacks_give(&loop->stacks, state->stack);
        state->stack = NULL;
    }
    return loop;
}

static int next(struct sley_loop **loop, struct state *state, intptr_t *item)
{
    int code;

    if (!(*loop)->current)
        return -SLEY_ENOLOOP;
    if (state->loop->runtime != (*loop)->runtime)
        return -SLEY_EWRONGLOOP;
    if (state->running)
        return -SLEY_EINVALIDSTATE;
    if ((code = sl_scope_code((*loop)->current)) < 0)
        return code;
    if (!state->ended)
        *loop = ask(*loop, state);
    if (state->has_item) {
        *item = state->item;
        state->has_item = false;
        return 1;
    }
    code = (int)(sley_is_error(state->word) ? state->word : 0);
    state->word = 0; /* an error is told once, then it is the end */
    return code;
}

int sley_generator_next(sley_generator *generator, intptr_t *item)
{
    struct sley_loop *loop;
    int rc;

    if (!generator->_state)
        return -EINVAL;
    loop = sl_enter();
    if (!loop)
        return sl_no_loop();
    rc = next(&loop, generator->_state, item);
    sl_leave(loop);
    return rc;
}

int sley_generator_yield(sley_generator *generator, intptr_t item)
{
    struct state *state = generator->_state;
    struct sley_loop *loop = sl_enter();
    int rc = -SLEY_EINVALIDSTATE;

    if (!loop)
        return sl_no_loop();
    if (state && state->closing) {
        rc = -ECANCELED;
    } else if (state && state->running && loop->current->stack == state->stack) {
        state->item = item;
        state->has_item = true;
        loop = hand_back(loop, state, 0);
        rc = state->closing ? -ECANCELED : 0;
    }
    sl_leave(loop);
    return rc;
}

static int iterate(sley_iterator *iterator, intptr_t *item)
{
    return sley_generator_next(SL_CONTAINER(iterator, sley_generator, iterator), item);
}

static void end_iteration(sley_iterator *iterator)
{
    sley_generator_close(SL_CONTAINER(iterator, sley_generator, iterator));
}

int sley_generator_open(sley_generator *generator, sley_generator_fn *fn, void *arg)
{
    struct sley_loop *loop = sl_current();
    struct state *state;

    *generator = (sley_generator){.iterator = {iterate, end_iteration}};
    if (!loop)
        return sl_no_loop();
    state = sl_sys.allocate(sizeof *state, 0);
    if (!state)
        return -ENOMEM;
    if (sl_stacks_promise(&loop->stacks, (unsigned)loop->runtime->stack_class) < 0) {
        sl_sys.release(state, sizeof *state, 0);
        return -ENOMEM;
    }
    *state = (struct state){.public_one = generator, .fn = fn, .arg = arg, .loop = loop};
    generator->_state = state;
    return 0;
}

void sley_generator_close(sley_generator *generator)
{
    struct state *state = generator->_state;
    struct sley_loop *loop;

    if (!state || state->running)
        return;
    loop = sl_enter();
    if (!state->stack && !state->ended) {
        unsigned class = (unsigned)state->loop->runtime->stack_class;

        if (loop && loop->team)
            sl_stacks_unpromise_shared(&loop->stacks, class);
        else if (!state->loop->team)
            sl_stacks_unpromise(&state->loop->stacks, class);
        state->ended = true;
    }
    state->closing = true;
    while (!state->ended && loop && loop->current)
        loop = ask(loop, state);
    generator->_state = NULL;
    sl_sys.release(state, sizeof *state, 0);
    if (loop)
        sl_leave(loop);
}

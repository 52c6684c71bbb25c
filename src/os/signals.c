#include "os/signals.h"

#include "base/atomic.h"
#include "os/spin.h"
#include "os/sys.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define ALTERNATE_STACK ((size_t)64 << 10)

static bool pipe_is_pending(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

void sl_thread_signals_enter(struct sl_thread_signals *saved)
{
    sigset_t block;
    stack_t stack = {.ss_size = ALTERNATE_STACK};

    memset(saved, 0, sizeof *saved);
    saved->pipe_pending = pipe_is_pending();
    sigemptyset(&block);
    sigaddset(&block, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &block, &saved->mask);

    sigaltstack(NULL, &saved->stack);
    /* The thread has one: good enough, if a rescuer's pass and the frames of a report (sched) find
     * room there behind what the kernel saves. */
    if (!(saved->stack.ss_flags & SS_DISABLE) && saved->stack.ss_size >= ALTERNATE_STACK)
        return;
    saved->memory = sl_sys.map(ALTERNATE_STACK);
    stack.ss_sp = saved->memory;
    if (saved->memory)
        sigaltstack(&stack, NULL);
}

void sl_thread_signals_leave(struct sl_thread_signals *saved)
{
    if (saved->memory) {
        sigaltstack(&saved->stack, NULL);
        sl_sys.unmap(saved->memory, ALTERNATE_STACK);
    }
    if (!saved->pipe_pending && !sigismember(&saved->mask, SIGPIPE)) {
        static const struct timespec now;
        sigset_t pipe;

        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        while (pipe_is_pending() && sigtimedwait(&pipe, NULL, &now) == SIGPIPE)
            ;
    }
    pthread_sigmask(SIG_SETMASK, &saved->mask, NULL);
}

void sl_thread_signals_forked(const struct sl_thread_signals *saved)
{
    sigset_t pipe;

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    if (!sigismember(&saved->mask, SIGPIPE)) /* what is pending is not inherited */
        pthread_sigmask(SIG_UNBLOCK, &pipe, NULL);
}

/* ---- faults ---- */

/* Always the same: several threads may install it at once. */
static _Atomic(bool (*)(const void *address)) fault_describe;
static struct sigaction previous_segv, previous_bus;

static void on_fault(int signal, siginfo_t *info, void *context)
{
    struct sigaction *previous = signal == SIGSEGV ? &previous_segv : &previous_bus;

    (void)context;
    if (sl_load_relaxed(&fault_describe)(info->si_addr)) {
        /* The instruction faults again, under the default action: a core that shows the place. */
        struct sigaction by_default = {.sa_handler = SIG_DFL};

        sigaction(signal, &by_default, NULL);
        return;
    }
    /* Not ours: as if we had never been here. */
    sigaction(signal, previous, NULL);
}

static void install_fault_handler(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &previous_segv);
    sigaction(SIGBUS, &action, &previous_bus);
}

void sl_fault_handler_install(bool (*describe)(const void *address))
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    sl_store_relaxed(&fault_describe, describe);
    pthread_once(&once, install_fault_handler);
}

/* ---- signals with one owner ---- */

#define SIGNALS 65

static struct owner {
    sl_atomic_u32 taken;
    sl_atomic_u32 inside; /* threads that are in its handler */
    _Atomic(void (*)(void *arg)) fn;
    void *arg;
    struct sigaction previous;
} owners[SIGNALS];

static void on_signal(int signal)
{
    struct owner *owner = &owners[signal];
    void (*fn)(void *arg);
    int saved = errno;

    sl_add_acq_rel(&owner->inside, 1); /* inside, then fn: pairs with give_back */
    sl_fence_seq_cst(); /* pairs with the fence in give_back */
    fn = sl_load_acquire(&owner->fn); /* and the argument: pairs with the store in take */
    if (fn)
        fn(owner->arg);
    sl_sub_acq_rel(&owner->inside, 1); /* the argument is not used any more: pairs with give_back */
    errno = saved;
}

bool sl_signal_take(int signal, void (*fn)(void *arg), void *arg, bool only_default)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
    struct owner *owner = &owners[signal > 0 && signal < SIGNALS ? signal : 0];

    /* Pairs with give_back. The record 0 is nobody's. */
    if (owner == owners || sl_exchange_acq_rel(&owner->taken, 1))
        return false;
    if (sigaction(signal, NULL, &owner->previous) ||
        (only_default && (owner->previous.sa_flags & SA_SIGINFO ||
                          owner->previous.sa_handler != SIG_DFL))) {
        sl_store_release(&owner->taken, 0); /* pairs with the next one's exchange */
        return false;
    }
    sigemptyset(&action.sa_mask);
    owner->arg = arg;
    sl_store_release(&owner->fn, fn); /* pairs with the handler */
    return sigaction(signal, &action, NULL) == 0;
}

static void give_back(int signal)
{
    sigaction(signal, &owners[signal].previous, NULL);
    sl_store_relaxed(&owners[signal].fn, NULL);
}

void sl_signal_give_back(int signal)
{
    struct owner *owner = &owners[signal];
    unsigned turns = 0;

    give_back(signal);
    /* fn, then inside: either the handler sees that there is nothing to call, or it is waited for.
     * Pairs with the fence there. */
    sl_fence_seq_cst();
    while (sl_load_acquire(&owner->inside)) /* pairs with the end of the handler */
        sl_spin_wait(&turns);
    sl_store_release(&owner->taken, 0); /* pairs with the next one's exchange */
}

void sl_signal_by_default(int signal)
{
    sigaction(signal, &owners[signal].previous, NULL);
}

void sl_signals_forked(void)
{
    for (int signal = 1; signal < SIGNALS; signal++) {
        /* The threads that took them, or were inside of a handler, are not here. */
        if (sl_load_relaxed(&owners[signal].fn))
            give_back(signal);
        sl_store_relaxed(&owners[signal].inside, 0);
        sl_store_relaxed(&owners[signal].taken, 0);
    }
}

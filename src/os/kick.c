#include "os/kick.h"

#include <errno.h>
#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#define SIGNALS 65

static struct kick {
    unsigned users;
    sl_kick_fn *fn;
    struct sigaction previous;
} kicks[SIGNALS];
static pthread_mutex_t kicks_lock = PTHREAD_MUTEX_INITIALIZER;

int sl_kick_default(void)
{
    return SIGURG;
}

static uintptr_t pc_of(const void *context)
{
    const ucontext_t *interrupted = context;

#if defined(__x86_64__)
    return (uintptr_t)interrupted->uc_mcontext.gregs[REG_RIP];
#else
    return (uintptr_t)interrupted->uc_mcontext.pc;
#endif
}

static void on_kick(int signal, siginfo_t *info, void *context)
{
    struct kick *kick = &kicks[signal];
    int saved = errno;

    if (kick->fn(info->si_code == SI_TIMER && info->si_value.sival_ptr == kicks, pc_of(context)))
        ;
    else if (kick->previous.sa_flags & SA_SIGINFO)
        kick->previous.sa_sigaction(signal, info, context);
    else if (kick->previous.sa_handler != SIG_DFL && kick->previous.sa_handler != SIG_IGN)
        kick->previous.sa_handler(signal);
    errno = saved;
}

static bool is_ours(const struct sigaction *action)
{
    return action->sa_flags & SA_SIGINFO && action->sa_sigaction == on_kick;
}

/* The action of before, unless the program has put its own in place meanwhile. */
static void put_back(int signal)
{
    struct sigaction now;

    if (sigaction(signal, NULL, &now) == 0 && is_ours(&now))
        sigaction(signal, &kicks[signal].previous, NULL);
}

/* What the processor sends for what the thread does: a handler that returned would not end that. */
static bool is_fault(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE ||
           signal == SIGTRAP || signal == SIGSYS;
}

/* What the handler reads is there before it is in place, and stays as it was after it has gone: the
 * program may have found it there, and put it back after the end. It is not handed on to itself. */
int sl_kick_begin(int signal, sl_kick_fn *fn)
{
    struct sigaction action = {.sa_sigaction = on_kick,
                               .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
    struct sigaction before;
    int rc = 0;

    if (signal < 1 || signal >= SIGNALS || is_fault(signal))
        return -EINVAL;
    pthread_mutex_lock(&kicks_lock);
    if (kicks[signal].users == 0) {
        kicks[signal].fn = fn;
        sigemptyset(&action.sa_mask);
        if (sigaction(signal, NULL, &before) == 0 && !is_ours(&before))
            kicks[signal].previous = before;
        if (sigaction(signal, &action, NULL))
            rc = -EINVAL;
    }
    kicks[signal].users += rc == 0;
    pthread_mutex_unlock(&kicks_lock);
    return rc;
}

void sl_kick_end(int signal)
{
    pthread_mutex_lock(&kicks_lock);
    if (--kicks[signal].users == 0)
        put_back(signal);
    pthread_mutex_unlock(&kicks_lock);
}

void sl_kicks_forked(void)
{
    kicks_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    for (int signal = 1; signal < SIGNALS; signal++) {
        if (kicks[signal].users)
            put_back(signal);
        kicks[signal].users = 0;
    }
}

void sl_kick_unblock(int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void sl_kick_send(pthread_t thread, int signal)
{
    pthread_kill(thread, signal);
}

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

int sl_kick_tick_begin(timer_t *tick, int signal, int64_t ns)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID,
                             .sigev_signo = signal,
                             .sigev_value.sival_ptr = kicks};
    struct itimerspec often = {.it_interval = {.tv_nsec = ns}, .it_value = {.tv_nsec = ns}};

    event.sigev_notify_thread_id = gettid();
    if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, tick))
        return -EAGAIN;
    if (timer_settime(*tick, 0, &often, NULL)) {
        timer_delete(*tick);
        return -EAGAIN;
    }
    return 0;
}

void sl_kick_tick_end(timer_t tick)
{
    timer_delete(tick);
}

clockid_t sl_kick_clock(void)
{
    clockid_t clock;

    return pthread_getcpuclockid(pthread_self(), &clock) ? CLOCK_MONOTONIC : clock;
}

int64_t sl_kick_clock_read(clockid_t clock)
{
    struct timespec now;

    return clock_gettime(clock, &now) ? 0 : (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

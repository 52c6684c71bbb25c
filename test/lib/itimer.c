/* Preloaded into a program: a signal every millisecond, whose handler does nothing and does not
 * ask for system calls to be restarted, so that every one that can be interrupted is. */
#include <signal.h>
#include <string.h>
#include <sys/time.h>

static void nothing(int signal)
{
    (void)signal;
}

__attribute__((constructor)) static void start(void)
{
    struct sigaction action;
    const struct itimerval interval = {{0, 1000}, {0, 1000}};

    memset(&action, 0, sizeof action);
    action.sa_handler = nothing;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &interval, NULL);
}

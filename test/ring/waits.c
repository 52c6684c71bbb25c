/* A turn waits as long as it was told, and a signal or the doorbell ends the wait. */
#include "ring_test.h"

#include <signal.h>
#include <sys/time.h>

static struct sl_ring ring;
static volatile bool errno_kept;

static void on_alarm(int signal)
{
    int saved = errno;

    (void)signal;
    errno = EDOM;
    sl_ring_ring(&ring); /* allowed in handlers */
    errno_kept = errno == EDOM;
    errno = saved;
}

static void nothing(int signal)
{
    (void)signal;
}

static void alarm_in(int us, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    struct itimerval timer = {.it_value = {.tv_usec = us}};

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void *ring_later(void *arg)
{
    (void)arg;
    usleep(20000);
    sl_ring_ring(&ring);
    return NULL;
}

TEST_PLAIN(waits)
{
    int64_t began = sl_sys.clock_now();
    struct itimerval interrupts;
    pthread_t thread;

    if (getitimer(ITIMER_REAL, &interrupts) == 0 && interrupts.it_interval.tv_usec)
        SKIP("uses the interval timer itself");
    open_ring(&ring, 8);
    ring.class->turn(&ring, 0);
    assert_int_equal(ring.class->turn(&ring, 30000000), -ETIME);
    assert_true(sl_sys.clock_now() - began >= 30000000);

    alarm_in(10000, nothing);
    assert_int_equal(ring.class->turn(&ring, 5000000000), -EINTR);

    alarm_in(10000, on_alarm); /* -EINTR, or 0 because of the doorbell */
    assert_int_not_equal(ring.class->turn(&ring, 5000000000), -ETIME);
    assert_true(errno_kept);

    while (ring.class->turn(&ring, 1000000) == 0)
        ;
    for (int i = 0; i < 3; i++) {
        pthread_create(&thread, NULL, ring_later, NULL);
        assert_int_equal(ring.class->turn(&ring, INT64_MAX), 0);
        pthread_join(thread, NULL);
    }
    sl_ring_close(&ring);
    assert_true(sl_sys.clock_now() - began < 4000000000);
}

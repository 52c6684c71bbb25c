/* Where io_uring is refused, opening says so, why, and leaves nothing behind. */
#include "ring_test.h"

static int answer;

static int setup(unsigned entries, struct io_uring_params *params)
{
    (void)entries, (void)params;
    return answer;
}

static int enter(int fd, unsigned submitted, unsigned complete, unsigned flags, const void *arg,
                 size_t size)
{
    (void)fd, (void)submitted, (void)complete, (void)flags, (void)arg, (void)size;
    return answer;
}

static int lacks_features(unsigned entries, struct io_uring_params *params)
{
    (void)entries;
    params->features = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP;
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int no_descriptor(void)
{
    return answer;
}

static void refused_of(const struct sl_ring_class *class, int error)
{
    struct sl_ring ring;
    int before = dup(0);

    close(before);
    assert_int_equal(sl_ring_open(&ring, class, 64, 1), error);
    assert_non_null(ring.refusal);
    assert_int_equal(ring.doorbell_fd, -1);
    sl_ring_close(&ring); /* harmless */
    assert_int_equal(dup(0), before);
    close(before);
}

static void refused(int error)
{
    refused_of(&sl_ring_uring, error);
}

TEST_PLAIN(refused)
{
    static const int errors[] = {-EPERM, -EINVAL, -ENOSYS};
    struct sl_sys real = sl_sys;
    struct sl_ring ring;

    sl_sys.ring_setup = setup;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        answer = errors[i];
        refused(-SLEY_ENOURING);
    }
    /* These are no refusals: nobody may take epoll instead. */
    answer = -EMFILE;
    refused(-EMFILE);
    answer = -EACCES;
    refused(-EACCES);
    sl_sys.ring_setup = lacks_features;
    refused(-SLEY_ENOURING);
    sl_sys = real;
    answer = -EPERM;
    sl_sys.epoll_new = no_descriptor;
    refused_of(&sl_ring_epoll, -EPERM);
    sl_sys.event_fd = no_descriptor;
    refused(-EPERM);
    sl_sys = real;
    if (sl_test_simulated() || sl_test_epoll())
        return;
    open_ring(&ring, 4);
    sl_ring_close(&ring);
    sl_sys.ring_enter = enter; /* a filter that forgot setup */
    answer = -EPERM;
    refused(-SLEY_ENOURING);
}

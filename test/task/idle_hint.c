/* Where it is not certain that nobody will come, a hint is given after five idle seconds, once: of
 * what threads may end, and of descriptors whose other ends are this process's own. Who waits for
 * the world outside, for a timer, for a job or for a callback is not stuck. On one loop and among
 * many workers, all cases at the same time, each in a process of its own. */
#include "check.h"

#include "hint.h"
#include "os/ends.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

static sley_lock lock = SLEY_LOCK_INIT;
static char byte;

static intptr_t future(void *arg)
{
    sley_future *never = sley_future_new();

    (void)arg;
    return sley_await(never);
}

static intptr_t queue(void *arg)
{
    static sley_queue items = SLEY_QUEUE_INIT(0);
    intptr_t item;

    (void)arg;
    return sley_queue_get(&items, &item);
}

static intptr_t semaphore(void *arg)
{
    static sley_semaphore none = SLEY_SEMAPHORE_INIT(0);

    (void)arg;
    return sley_semaphore_acquire(&none);
}

static intptr_t condition(void *arg)
{
    static sley_condition never = SLEY_CONDITION_INIT;

    (void)arg;
    CHECK_EQ(sley_condition_acquire(&never), 0);
    return sley_condition_wait(&never);
}

static intptr_t barrier(void *arg)
{
    static sley_barrier two = SLEY_BARRIER_INIT(2);

    (void)arg;
    return sley_barrier_wait(&two);
}

/* A lock that a plain thread holds. */
static void *holds(void *arg)
{
    return (void *)(intptr_t)sley_lock_acquire(arg);
}

static intptr_t lock_of_a_thread(void *arg)
{
    pthread_t thread;

    (void)arg;
    CHECK(pthread_create(&thread, NULL, holds, &lock) == 0);
    pthread_join(thread, NULL);
    return sley_lock_acquire(&lock);
}

/* One that a task of another runtime holds, which is parked, too. */
static intptr_t holds_for_ever(void *arg)
{
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    sley_event_set(arg);
    return sley_sleep(sley_s(1000));
}

static void *another_runtime(void *event)
{
    sley_options options = sl_test_options(&(sley_options){.workers = 1});

    return (void *)sley_run(holds_for_ever, event, &options);
}

static intptr_t lock_of_another_runtime(void *arg)
{
    static sley_event held = SLEY_EVENT_INIT;
    pthread_t thread;

    (void)arg;
    CHECK(pthread_create(&thread, NULL, another_runtime, &held) == 0);
    CHECK_EQ(sley_event_wait(&held), 0);
    return sley_lock_acquire(&lock);
}

/* Whom a callback of what threads may end wakes nobody knows. */
static void called(sley_future *done, void *arg)
{
    (void)done, (void)arg;
}

static intptr_t callback(void *arg)
{
    CHECK_EQ(sley_future_add_done_callback(sley_future_new(), called, NULL), 0);
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    return sley_lock_acquire(&lock) + (intptr_t)arg;
}

static intptr_t own_pipe(void *arg)
{
    int fds[2];

    (void)arg;
    CHECK(pipe(fds) == 0);
    return sley_read(fds[0], &byte, 1);
}

static intptr_t own_sockets(void *arg)
{
    int fds[2];

    (void)arg;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    return sley_recv(fds[0], &byte, 1);
}

static int connected(int *listener)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int client = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(*listener, (void *)&address, length) || listen(*listener, 1) ||
        getsockname(*listener, (void *)&address, &length) ||
        connect(client, (void *)&address, length))
        return -1;
    return client;
}

static intptr_t own_connection(void *arg)
{
    int listener, client = connected(&listener);

    (void)arg;
    CHECK(client >= 0 && accept(listener, NULL, NULL) >= 0);
    return sley_recv(client, &byte, 1);
}

static intptr_t own_eventfd(void *arg)
{
    uint64_t count;

    (void)arg;
    return sley_read(eventfd(0, 0), &count, sizeof count);
}

/* ---- nothing is said ---- */

/* Another task waits for what is this process's own. */
static intptr_t listens(void *arg)
{
    int listener, client = connected(&listener);

    (void)arg;
    CHECK(client >= 0 && accept(listener, NULL, NULL) >= 0);
    CHECK_EQ(sley_spawn(own_pipe, NULL), 0);
    return sley_accept(listener);
}

static intptr_t pipe_of_a_child(void *arg)
{
    struct timespec some = {1000, 0};
    int fds[2];

    (void)arg;
    CHECK(pipe(fds) == 0);
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        nanosleep(&some, NULL);
        _exit(0);
    }
    close(fds[1]);
    return sley_read(fds[0], &byte, 1);
}

/* Both ends are open here, so that it never ends; but others write to it. */
static intptr_t fifo(void *arg)
{
    char name[64];
    int fd;

    (void)arg;
    snprintf(name, sizeof name, "/tmp/sley-fifo-%d", (int)getpid());
    CHECK(mkfifo(name, 0600) == 0);
    fd = open(name, O_RDWR);
    unlink(name);
    return sley_read(fd, &byte, 1);
}

static intptr_t timer(void *arg)
{
    static sley_event event = SLEY_EVENT_INIT;

    (void)arg;
    CHECK_EQ(sley_spawn(holds_for_ever, &event), 0);
    CHECK_EQ(sley_event_wait(&event), 0);
    return sley_lock_acquire(&lock);
}

static intptr_t sleeps(void *arg)
{
    struct timespec some = {1000, 0};

    (void)arg;
    nanosleep(&some, NULL);
    return 0;
}

static intptr_t job(void *arg)
{
    (void)arg;
    return sley_to_thread(sleeps, NULL);
}

/* Something comes each second. */
static void *comes(void *arg)
{
    struct timespec some = {1, 0};

    while (arg) {
        nanosleep(&some, NULL);
        sley_event_set(arg);
    }
    return NULL;
}

static intptr_t now_and_then(void *arg)
{
    static sley_event event = SLEY_EVENT_INIT;
    pthread_t thread;

    (void)arg;
    CHECK(pthread_create(&thread, NULL, comes, &event) == 0);
    for (;;) {
        CHECK_EQ(sley_event_wait(&event), 0);
        sley_event_clear(&event);
    }
}

/* A callback may come, and end the wait of a task that only a task of its own could end else. */
static void never_called(void *arg)
{
    (void)arg;
}

static intptr_t wants_the_lock(void *arg)
{
    (void)arg;
    return sley_lock_acquire(&lock);
}

static intptr_t reader(void *arg)
{
    int fds[2];

    (void)arg;
    CHECK(pipe(fds) == 0);
    CHECK_EQ(sley_add_reader(fds[0], never_called, NULL), 0);
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    return sley_join(sley_create_task(wants_the_lock, NULL));
}

static bool on_idle(sley_loop *loop, void *arg)
{
    (void)loop, (void)arg;
    return false;
}

static const struct {
    const char *name;
    sley_fn *fn;
    const char *said; /* NULL: nothing */
} cases[] = {
    {"future", future, "waits for task or future"},
    {"queue", queue, "waits for an item of the queue"},
    {"semaphore", semaphore, "of whose permits nobody notes who has them"},
    {"condition", condition, " of lock 0x"},
    {"barrier", barrier, ", where 1 of 2 wait"},
    {"lock of a thread", lock_of_a_thread, " held by a thread"},
    {"lock of another runtime", lock_of_another_runtime, "held by none of these tasks"},
    {"callback", callback, "cycle: task 'main' waits for lock"},
    {"own pipe", own_pipe, "waits for read on descriptor "},
    {"own sockets", own_sockets, "(unix socket unnamed to unnamed)"},
    {"own connection", own_connection, "(socket 127.0.0.1:"},
    {"own eventfd", own_eventfd, "(anon_inode:[eventfd])"},
    {"listens", listens, NULL},
    {"pipe of a child", pipe_of_a_child, NULL},
    {"fifo", fifo, NULL},
    {"timer", timer, NULL},
    {"job", job, NULL},
    {"now and then", now_and_then, NULL},
    {"reader", reader, NULL},
};
enum { CASES = sizeof cases / sizeof *cases };

static int run_case(void *number)
{
    size_t i = (size_t)(intptr_t)number;
    sley_options options = sl_test_options(&(sley_options){
        .workers = i >= CASES ? 3 : 1, .on_idle = i % 2 ? on_idle : NULL});
    pthread_t thread;

    pthread_create(&thread, NULL, ends, NULL);
    sley_run(cases[i % CASES].fn, NULL, &options);
    return 3;
}

static void check(const char *name, const char *said, bool many, struct child *child)
{
    const char *hint = strstr(child->text, HINT);
    bool right = child_exited_with(child, 0) && !strstr(child->text, "sley: deadlock") &&
                 (said ? hint && !strstr(hint + 1, HINT) && strstr(hint, said) : !hint);

    if (!right)
        sl_test_failed(__FILE__, __LINE__, "%s%s, status %#x: %s", many ? "many, " : "", name,
                       (unsigned)child->status, child->text);
}

/* Of unix sockets a kernel without unix_diag does not say. */
static bool knows_peers(void)
{
    int ends[2];
    bool knows;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    knows = sl_ends_inside(ends[0]);
    close(ends[0]);
    close(ends[1]);
    return knows;
}

TEST_PLAIN(a_hint_after_five_idle_seconds)
{
    struct running running[2 * CASES];
    static struct child child;
    /* Valgrind runs one thread at a time: whether all of many are idle is seldom seen. */
    size_t n = sl_test_under() && !strcmp(sl_test_under(), "valgrind") ? CASES : 2 * CASES;

    for (size_t i = 0; i < n; i++)
        assert_true(start(&running[i], run_case, (void *)i));
    for (size_t i = 0; i < n; i++) {
        const char *name = cases[i % CASES].name, *said = cases[i % CASES].said;

        if (!strcmp(name, "own sockets") && !knows_peers())
            said = NULL;
        finish(&running[i], &child, said);
        check(name, said, i >= CASES, &child);
    }
}

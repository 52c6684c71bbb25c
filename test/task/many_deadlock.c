/* Among many workers: who waits for each other for ever is told of at once, with the cycle, and run
 * returns if it was told to. */
#include "check.h"

#include "../os/child.h"

#include <pthread.h>
#include <time.h>

static sley_lock one = SLEY_LOCK_INIT, two = SLEY_LOCK_INIT;
static sley_event both_held = SLEY_EVENT_INIT;
static _Atomic int held;

static intptr_t takes_both(void *first)
{
    CHECK_EQ(sley_lock_acquire(first), 0);
    if (++held == 2)
        sley_event_set(&both_held);
    CHECK_EQ(sley_event_wait(&both_held), 0);
    return sley_lock_acquire(first == &one ? &two : &one);
}

/* Two locks in opposite order, on two workers. */
static intptr_t locks(void *arg)
{
    sley_task_options a = {.name = "a", .pinned = true, .worker = 0};
    sley_task_options b = {.name = "b", .pinned = true, .worker = 1};
    sley_task *tasks[2];

    (void)arg;
    tasks[0] = sley_create_task_with(takes_both, &one, &a);
    tasks[1] = sley_create_task_with(takes_both, &two, &b);
    return sley_join(tasks[0]) + sley_join(tasks[1]);
}

static intptr_t wants_one(void *arg)
{
    (void)arg;
    return sley_lock_acquire(&one);
}

static intptr_t lock_and_await(void *arg)
{
    sley_task_options child = {.name = "child"};

    (void)arg;
    CHECK_EQ(sley_lock_acquire(&one), 0);
    return sley_join(sley_create_task_with(wants_one, NULL, &child));
}

static intptr_t lock_and_group(void *arg)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    (void)arg;
    CHECK_EQ(sley_lock_acquire(&one), 0);
    SLEY_TASK_GROUP(&group)
        sley_task_group_create_task(&group, wants_one, NULL);
    return group.rc;
}

static intptr_t lock_and_gather(void *arg)
{
    sley_coro coros[2] = {SLEY_CORO(wants_one, NULL), SLEY_CORO(wants_one, NULL)};

    (void)arg;
    CHECK_EQ(sley_lock_acquire(&one), 0);
    return sley_gather(NULL, 2, coros, 0);
}

static intptr_t lock_and_shield(void *arg)
{
    sley_future *shield;
    sley_task *task;
    intptr_t word;

    (void)arg;
    CHECK_EQ(sley_lock_acquire(&one), 0);
    CHECK((task = sley_create_task(wants_one, NULL)) != NULL);
    CHECK((shield = sley_shield_future(sley_task_future(task))) != NULL);
    word = sley_wait(1, &shield, SLEY_FOREVER, SLEY_ALL_COMPLETED);
    sley_future_drop(shield);
    sley_task_drop(task);
    return word;
}

/* Local ones, by who is pinned. */
static intptr_t waits_locally(void *arg)
{
    return sley_event_wait(arg);
}

static intptr_t local(void *arg)
{
    static sley_event event = SLEY_EVENT_INIT_LOCAL;
    sley_task_options options = {.name = "local", .pinned = true, .worker = 1};

    (void)arg;
    return sley_join(sley_create_task_with(waits_locally, &event, &options));
}

/* One short. */
static intptr_t arrives(void *arg)
{
    return sley_barrier_wait(arg);
}

static intptr_t barrier(void *arg)
{
    static sley_barrier three = SLEY_BARRIER_INIT_LOCAL(3);
    sley_task_options options = {.name = "party", .pinned = true, .worker = 1};
    sley_task *tasks[2];

    (void)arg;
    for (int i = 0; i < 2; i++)
        tasks[i] = sley_create_task_with(arrives, &three, &options);
    return sley_join(tasks[0]) + sley_join(tasks[1]);
}

static const struct {
    sley_fn *fn;
    const char *said[4];
} cases[] = {
    {locks,
     {"task 'a' takes_both: waits for lock", "held by task 'b'",
      "  cycle: task 'a' waits for lock", ", which waits for lock"}},
    {lock_and_await,
     {"task 'child' wants_one: waits for lock", "held by task 'main'",
      "  cycle: task 'child' waits for lock",
      " held by task 'main', which waits for task 'child'\n"}},
    {lock_and_group,
     {"waits for children of its group", "  cycle: task 'main' waits for task 'task', which waits "
      "for lock"}},
    {lock_and_gather,
     {"held by task 'task' and 1 more", "  cycle: task 'main' waits for task 'task', which waits "
      "for lock"}},
    {lock_and_shield, {"waits for several futures", "  cycle: task 'main' waits for task 'task'"}},
    {local, {"task 'local' waits_locally: waits for event", "task 'main' local: waits for task"}},
    {barrier, {"waits for the others at barrier", ", where 2 of 3 wait;"}},
};

static int returns(void *fn)
{
    sley_options options = sl_test_options(
        &(sley_options){.workers = 3, .on_deadlock = SLEY_DEADLOCK_RETURN});

    alarm(sl_test_timed() ? 4 : 20); /* where time counts, before the hint of five seconds */
    return sley_run((sley_fn *)(uintptr_t)fn, NULL, &options) == -SLEY_EDEADLOCK ? 0 : 1;
}

static void *cancels(void *arg)
{
    struct timespec some = {sl_test_timed() ? 0 : 2, 300000000};

    nanosleep(&some, NULL);
    sley_task_cancel(arg);
    sley_task_drop(arg);
    return NULL;
}

/* It goes on waiting, and ends when another thread cancels it. */
static intptr_t is_cancelled(void *arg)
{
    pthread_t thread;

    (void)arg;
    CHECK(pthread_create(&thread, NULL, cancels, sley_task_ref(sley_current_task())) == 0);
    CHECK_EQ(lock_and_await(NULL), -ECANCELED);
    pthread_join(thread, NULL); /* it has a reference */
    return 0;
}

/* Ctrl-C ends it, too. */
static void *interrupts(void *arg)
{
    struct timespec some = {sl_test_timed() ? 0 : 2, 300000000};

    nanosleep(&some, NULL);
    raise(SIGINT);
    return arg;
}

static int is_interrupted(void *arg)
{
    sley_options options = sl_test_options(&(sley_options){.workers = 3});
    pthread_t thread;

    (void)arg;
    alarm(sl_test_timed() ? 4 : 20);
    if (pthread_create(&thread, NULL, interrupts, NULL))
        return 2;
    pthread_detach(thread);
    return sley_run(lock_and_await, NULL, &options) == -EINTR ? 0 : 1;
}

static int goes_on(void *action)
{
    sley_options options = sl_test_options(
        &(sley_options){.workers = 3, .on_deadlock = (enum sley_on_deadlock)(intptr_t)action});

    sley_run(is_cancelled, NULL, &options);
    return sl_test_failures() ? 1 : 0;
}

static unsigned count(const char *text, const char *word)
{
    unsigned n = 0;

    while ((text = strstr(text, word))) {
        text += strlen(word);
        n++;
    }
    return n;
}

TEST_PLAIN(a_deadlock_of_many_workers_is_reported)
{
    static struct child child;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(child_run(&child, returns, (void *)(uintptr_t)cases[i].fn));
        if (!child_exited_with(&child, 0))
            print_message("%zu: %s\n", i, child.text);
        CHECK_VOID(child_exited_with(&child, 0));
        EXPECT_EQ(count(child.text, "sley: deadlock"), 1);
        EXPECT(strstr(child.text, "of these workers can ever run again") != NULL);
        for (int k = 0; k < 4 && cases[i].said[k]; k++)
            if (!strstr(child.text, cases[i].said[k])) {
                print_message("%s\n", child.text);
                sl_test_failed(__FILE__, __LINE__, "not said: %s", cases[i].said[k]);
            }
    }
    assert_true(child_run(&child, goes_on, (void *)SLEY_DEADLOCK_REPORT));
    if (!child_exited_with(&child, 0))
        print_message("%s\n", child.text);
    EXPECT(child_exited_with(&child, 0));
    EXPECT_EQ(count(child.text, "sley: deadlock"), 1);
    assert_true(child_run(&child, is_interrupted, NULL));
    EXPECT(child_exited_with(&child, 0));
    EXPECT_EQ(count(child.text, "sley: deadlock"), 1);
    assert_true(child_run(&child, goes_on, (void *)SLEY_DEADLOCK_IGNORE));
    EXPECT(child_exited_with(&child, 0));
    EXPECT_EQ(count(child.text, "deadlock"), 0);
}

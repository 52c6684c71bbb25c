/* Built outside the tree with what pkg-config says, as C: every macro of the public headers. */
#include <sley.h>

#include <stdio.h>
#include <string.h>

static int wrong;
#define EXPECT(x) \
    ((x) ? (void)0 : (void)(wrong++, fprintf(stderr, "line %d: %s\n", __LINE__, #x)))

static const sley_duration short_while = {1000000};

static intptr_t same(void *arg)
{
    sley_yield();
    return (intptr_t)arg;
}

SLEY_SUSPENDS static intptr_t forever(void *arg)
{
    (void)arg;
    return sley_sleep(SLEY_FOREVER);
}

static sley_task *create(intptr_t n)
{
    return sley_create_task_with(same, (void *)n, &SLEY_TASK_OPTIONS(.name = "same"));
}

static void tasks(void)
{
    intptr_t out[2];
    SLEY_AUTO(sley_task) a = create(1);
    SLEY_AUTO(sley_task) b = create(2);
    SLEY_AUTO(sley_future) f = sley_future_new();

    EXPECT(SLEY_GATHER(out, a, b) == 0 && out[0] == 1 && out[1] == 2);
    sley_future_set_result(f, 3);
    EXPECT(SLEY_AWAIT(f) == 3 && SLEY_AWAIT(a) == 1 && SLEY_AWAIT(SLEY_CORO(same, (void *)4)) == 4);
    EXPECT(sley_await(SLEY_FUTURE(b)) == 2 && SLEY_FUTURE(f) == f);
    EXPECT(SLEY_ERROR_MIN == -4095 && sley_is_error(-ECANCELED) && SLEY_NS_MAX > 0);
}

static void scopes(void)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT, never = SLEY_TIMEOUT_INIT;
    sley_blocking section = SLEY_BLOCKING_INIT;
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    sley_scope scope = SLEY_SCOPE_INIT;

    SLEY_TIMEOUT(&limit, short_while)
        EXPECT(sley_sleep(SLEY_FOREVER) == -SLEY_ETIMEOUT);
    EXPECT(sley_timeout_expired(&limit));
    SLEY_BLOCKING(&section)
        EXPECT(sley_yield() == -SLEY_ENOLOOP);
    SLEY_BLOCKING_IN(&section, NULL)
        EXPECT(section.rc == 0);
    SLEY_TIMEOUT_AT(&never, SLEY_NEVER)
        EXPECT(sley_yield() == 0);
    SLEY_SCOPE(&scope) {
        sley_scope_cancel(&scope);
        EXPECT(sley_yield() == -ECANCELED);
        SLEY_SHIELD
            EXPECT(sley_yield() == 0);
    }
    SLEY_TASK_GROUP(&group) {
        EXPECT(sley_task_group_create_task(&group, forever, NULL) == 0);
        sley_task_group_cancel(&group);
    }
    EXPECT(group.rc == 0);
}

static void locks(void)
{
    sley_lock lock = SLEY_LOCK_INIT, local = SLEY_LOCK_INIT_LOCAL;
    sley_event event = SLEY_EVENT_INIT, event_local = SLEY_EVENT_INIT_LOCAL;
    sley_condition own = SLEY_CONDITION_INIT, own_local = SLEY_CONDITION_INIT_LOCAL;
    sley_condition on = SLEY_CONDITION_INIT_ON(&local);
    sley_semaphore permits[] = {
        SLEY_SEMAPHORE_INIT(1),
        SLEY_SEMAPHORE_INIT_LOCAL(1),
        SLEY_BOUNDED_SEMAPHORE_INIT(1),
        SLEY_BOUNDED_SEMAPHORE_INIT_LOCAL(1),
    };
    sley_barrier barriers[] = {SLEY_BARRIER_INIT(1), SLEY_BARRIER_INIT_LOCAL(1)};
    int inside = 0;

    {
        SLEY_GUARD(&lock);
        EXPECT(sley_lock_locked(&lock));
    }
    SLEY_WITH(sley_lock_acquire(&local), sley_lock_release(&local))
        inside = sley_lock_locked(&local);
    EXPECT(inside && !sley_lock_locked(&local) && !sley_lock_locked(&lock));
    EXPECT(sley_event_set(&event) == 0 && sley_event_wait(&event) == 0);
    EXPECT(sley_event_set(&event_local) == 0 && sley_event_wait(&event_local) == 0);
    EXPECT(sley_condition_acquire(&own) == 0 && sley_condition_release(&own) == 0);
    EXPECT(sley_condition_acquire(&own_local) == 0 && sley_condition_release(&own_local) == 0);
    EXPECT(sley_condition_acquire(&on) == 0 && sley_lock_locked(&local));
    EXPECT(sley_condition_release(&on) == 0);
    for (size_t i = 0; i < sizeof permits / sizeof *permits; i++)
        EXPECT(sley_semaphore_acquire(&permits[i]) == 0 && sley_semaphore_locked(&permits[i]));
    for (size_t i = 0; i < sizeof barriers / sizeof *barriers; i++)
        EXPECT(sley_barrier_wait(&barriers[i]) == 0);
}

static int larger_first(intptr_t a, intptr_t b)
{
    return a > b ? -1 : a < b;
}

static void queues(void)
{
    sley_queue all[] = {
        SLEY_QUEUE_INIT(2),
        SLEY_QUEUE_INIT_LOCAL(0),
        SLEY_LIFO_QUEUE_INIT(2),
        SLEY_LIFO_QUEUE_INIT_LOCAL(0),
        SLEY_PRIORITY_QUEUE_INIT(0, larger_first),
        SLEY_PRIORITY_QUEUE_INIT_LOCAL(2, NULL),
    };
    const intptr_t first[] = {1, 1, 2, 2, 2, 1};
    intptr_t item;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        EXPECT(sley_queue_put(&all[i], 1) == 0 && sley_queue_put(&all[i], 2) == 0);
        EXPECT(sley_queue_get(&all[i], &item) == 0 && item == first[i]);
        EXPECT(sley_queue_close(&all[i]) == 0);
    }
}

static intptr_t three(sley_generator *generator, void *arg)
{
    for (intptr_t i = 0; i < 3; i++)
        sley_generator_yield(generator, i + (intptr_t)arg);
    return 0;
}

static void iterators(void)
{
    sley_generator generator;
    intptr_t item, sum = 0;
    int rc;

    EXPECT(sley_generator_open(&generator, three, (void *)10) == 0);
    SLEY_FOR(item, &generator.iterator, rc)
        sum += item;
    EXPECT(rc == 0 && sum == 33);
    sley_generator_close(&generator);
}

static SLEY_PRINTF(1, 2) SLEY_NODISCARD int printed(const char *format, ...)
{
    int SLEY_UNIQUE(unused) __attribute__((unused)) = 0;
    return (int)strlen(format);
}

static intptr_t everything(void *arg)
{
    (void)arg;
    tasks();
    scopes();
    locks();
    queues();
    iterators();
    EXPECT(printed("%d", 1) == 2);
    EXPECT(SLEY_ALL_CPUS < 0);
    EXPECT(SLEY_NO_RESCUE < 0);
    return 0;
}

int main(void)
{
    return sley_main(everything, NULL, &SLEY_OPTIONS(.debug = true)) || wrong;
}

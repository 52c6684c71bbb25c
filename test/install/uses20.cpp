// Built outside the tree with what pkg-config says, as C++20: every macro that C++ has.
#include <sley.h>

#include <cstdio>
#include <initializer_list>

static int wrong;
#define EXPECT(x) \
    ((x) ? (void)0 : (void)(wrong++, std::fprintf(stderr, "line %d: %s\n", __LINE__, #x)))

static intptr_t same(void *arg)
{
    sley_yield();
    return reinterpret_cast<intptr_t>(arg);
}

SLEY_SUSPENDS static intptr_t forever(void *)
{
    return sley_sleep(SLEY_FOREVER);
}

static void *word(intptr_t n)
{
    return reinterpret_cast<void *>(n);
}

static void tasks()
{
    SLEY_AUTO(sley_task) a = sley_create_task_with(same, word(1), &SLEY_TASK_OPTIONS(.name = "a"));
    SLEY_AUTO(sley_future) f = sley_future_new();

    sley_future_set_result(f, 3);
    EXPECT(SLEY_AWAIT(f) == 3 && SLEY_AWAIT(a) == 1 && SLEY_AWAIT(SLEY_CORO(same, word(4))) == 4);
    EXPECT(sley_await(SLEY_FUTURE(a)) == 1 && SLEY_FUTURE(f) == f);
    EXPECT(SLEY_ERROR_MIN == -4095 && sley_is_error(-ECANCELED) && SLEY_NS_MAX > 0);
}

static void scopes()
{
    sley_timeout limit = SLEY_TIMEOUT_INIT, never = SLEY_TIMEOUT_INIT;
    sley_blocking section = SLEY_BLOCKING_INIT;
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    sley_scope scope = SLEY_SCOPE_INIT;

    SLEY_TIMEOUT(&limit, sley_ms(1))
        EXPECT(sley_sleep(SLEY_FOREVER) == -SLEY_ETIMEOUT);
    EXPECT(sley_timeout_expired(&limit));
    SLEY_BLOCKING(&section)
        EXPECT(sley_yield() == -SLEY_ENOLOOP);
    SLEY_BLOCKING_IN(&section, nullptr)
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
        EXPECT(sley_task_group_create_task(&group, forever, nullptr) == 0);
        sley_task_group_cancel(&group);
    }
    EXPECT(group.rc == 0);
}

static void locks()
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
    bool inside = false;

    {
        SLEY_GUARD(&lock);
        EXPECT(sley_lock_locked(&lock));
    }
    SLEY_WITH(sley_lock_acquire(&local), sley_lock_release(&local))
        inside = sley_lock_locked(&local);
    EXPECT(inside && !sley_lock_locked(&local) && !sley_lock_locked(&lock));
    EXPECT(sley_event_set(&event) == 0 && sley_event_wait(&event) == 0);
    EXPECT(sley_event_set(&event_local) == 0 && sley_event_wait(&event_local) == 0);
    for (sley_condition *c : {&own, &own_local, &on})
        EXPECT(sley_condition_acquire(c) == 0 && sley_condition_release(c) == 0);
    for (sley_semaphore &s : permits)
        EXPECT(sley_semaphore_acquire(&s) == 0 && sley_semaphore_locked(&s));
    for (sley_barrier &b : barriers)
        EXPECT(sley_barrier_wait(&b) == 0);
}

static void queues()
{
    sley_compare *larger_first = [](intptr_t a, intptr_t b) { return a > b ? -1 : a < b ? 1 : 0; };
    sley_queue all[] = {
        SLEY_QUEUE_INIT(2),
        SLEY_QUEUE_INIT_LOCAL(0),
        SLEY_LIFO_QUEUE_INIT(2),
        SLEY_LIFO_QUEUE_INIT_LOCAL(0),
        SLEY_PRIORITY_QUEUE_INIT(0, larger_first),
        SLEY_PRIORITY_QUEUE_INIT_LOCAL(2, nullptr),
    };
    const intptr_t first[] = {1, 1, 2, 2, 2, 1};
    intptr_t item, i = 0;

    for (sley_queue &queue : all) {
        EXPECT(sley_queue_put(&queue, 1) == 0 && sley_queue_put(&queue, 2) == 0);
        EXPECT(sley_queue_get(&queue, &item) == 0 && item == first[i++]);
        EXPECT(sley_queue_close(&queue) == 0);
    }
}

static intptr_t three(sley_generator *generator, void *arg)
{
    for (intptr_t i = 0; i < 3; i++)
        sley_generator_yield(generator, i + reinterpret_cast<intptr_t>(arg));
    return 0;
}

static void iterators()
{
    sley_generator generator;
    intptr_t item, sum = 0;
    int rc;

    EXPECT(sley_generator_open(&generator, three, word(10)) == 0);
    SLEY_FOR(item, &generator.iterator, rc)
        sum += item;
    EXPECT(rc == 0 && sum == 33);
    sley_generator_close(&generator);
}

SLEY_PRINTF(1, 2) SLEY_NODISCARD static int printed(const char *, ...)
{
    int SLEY_UNIQUE(unused) __attribute__((unused)) = 0;
    return 2;
}

// An exception may cross functions of the fiber that it was thrown on, and switches on its way.
static intptr_t throws(void *)
{
    try {
        sley_yield();
        throw 7;
    } catch (int n) {
        sley_yield();
        return n;
    }
}

static intptr_t everything(void *)
{
    tasks();
    scopes();
    locks();
    queues();
    iterators();
    EXPECT(sley_join(sley_create_task(throws, nullptr)) == 7);
    EXPECT(printed("%d", 1) == 2);
    EXPECT(SLEY_ALL_CPUS < 0);
    EXPECT(SLEY_NO_RESCUE < 0);
    return 0;
}

int main()
{
    return sley_main(everything, nullptr, &SLEY_OPTIONS(.debug = true)) || wrong;
}

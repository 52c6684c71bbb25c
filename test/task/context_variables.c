/* A child sees what its creator had when it was created; what it sets its creator never sees; an
 * explicit context is shared. */
#include "check.h"

static const sley_context_var a = {"a", 10}, b = {"b", 20};

static intptr_t sees(void *arg)
{
    (void)arg;
    return sley_context_get(&a);
}

static intptr_t sets(void *arg)
{
    intptr_t before = sley_context_get(&a);

    CHECK_EQ(sley_context_set(&a, (intptr_t)arg), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(sley_context_get(&a), (intptr_t)arg);
    return before;
}

static void callback(void *arg)
{
    *(_Atomic intptr_t *)arg = sley_context_get(&a);
    sley_context_set(&a, 55);
}

static int explicit_contexts(void)
{
    sley_context *shared = sley_context_copy();
    sley_task_options options = {.context = shared};
    sley_task *task;

    CHECK_EQ(sley_join(sley_create_task_with(sets, (void *)31, &options)), 3);
    CHECK_EQ(sley_context_get(&a), 3);
    CHECK_EQ(sley_join(sley_create_task_with(sets, (void *)32, &options)), 31);
    task = sley_create_task_with(sees, NULL, &options);
    CHECK(sley_context_ref(shared) == shared);
    sley_context_drop(shared);
    sley_context_drop(shared);
    CHECK_EQ(sley_join(task), 32); /* the task holds it */
    sley_context_drop(NULL);
    return 0;
}

TEST_FIBER(context_variables_follow_tasks)
{
    _Atomic intptr_t seen = 0;
    sley_task *early, *late;

    CHECK_EQ(sley_context_get(&a), 10);
    CHECK_EQ(sley_context_set(&a, 1), 0);
    early = sley_create_task(sees, NULL);
    CHECK(sley_handle_valid(sley_call_soon(callback, &seen)));
    CHECK_EQ(sley_context_set(&b, 2), 0);
    CHECK_EQ(sley_context_set(&a, 3), 0);
    late = sley_create_task(sets, (void *)4);
    CHECK_EQ(sley_join(early), 1); /* when it was created, not when it ran */
    SETTLE(seen);
    CHECK_EQ(seen, 1);
    CHECK_EQ(sley_join(late), 3);
    CHECK_EQ(sley_context_get(&a), 3);
    CHECK_EQ(sley_context_get(&b), 2);
    return explicit_contexts();
}

/* No memory is an answer: the call that asked gets it, nothing is left behind, and waiting, waking,
 * cancelling go on without asking for any. */
#include "check.h"

#include "os/sys.h"

#include <errno.h>
#include <string.h>

static void *(*real_allocate)(size_t bytes, unsigned arena);
static int ran;

static void *no_memory(size_t bytes, unsigned arena)
{
    (void)bytes, (void)arena;
    return NULL;
}

static void done(sley_future *future, void *arg)
{
    (void)future;
    ++*(int *)arg;
}

static intptr_t runs(void *arg)
{
    ran++;
    return sley_yield() + (intptr_t)arg;
}

static int answers(void)
{
    static const sley_context_var var = {"v", 1};
    sley_coro coros[2] = {SLEY_CORO(runs, NULL), SLEY_CORO(runs, NULL)};
    sley_future *futures[10], *gather = NULL;
    sley_as_completed each;
    char large[200] = "";

    for (int i = 0; i < 10; i++)
        CHECK((futures[i] = sley_future_new()) != NULL);
    CHECK_EQ(sley_gather(NULL, 2, coros, 0), -ENOMEM);
    CHECK_EQ(sley_gather_futures(NULL, 10, futures, 0), -ENOMEM);
    CHECK_EQ(sley_gather_start(&gather, 10, futures, 0), -ENOMEM);
    CHECK_EQ(sley_wait(10, futures, SLEY_FOREVER, SLEY_ALL_COMPLETED), -ENOMEM);
    CHECK_EQ(sley_wait(8, futures, sley_ms(1), SLEY_ALL_COMPLETED), 0); /* few cost nothing */
    CHECK_EQ(sley_as_completed_open(&each, 10, futures, SLEY_FOREVER), -ENOMEM);
    sley_as_completed_close(&each);
    CHECK_EQ(sley_shield(futures[0]), -ENOMEM);
    CHECK(sley_shield_future(futures[0]) == NULL);
    CHECK_EQ(sley_future_add_done_callback(futures[0], done, &ran), -ENOMEM);
    CHECK_EQ(sley_context_set(&var, 2), -ENOMEM);
    CHECK_EQ(sley_context_get(&var), 1);
    CHECK(sley_context_copy() == NULL);
    CHECK(sley_create_task_copy(runs, large, sizeof large, NULL) == NULL);
    CHECK_EQ(sley_spawn_copy(runs, large, sizeof large), -ENOMEM);
    CHECK_EQ(sley_raise(-1001, "unheard"), -1001);
    CHECK(sley_error_detail() == NULL);
    for (int i = 0; i < 10; i++) {
        CHECK(!sley_future_done(futures[i]));
        sley_future_drop(futures[i]);
    }
    return 0;
}

TEST_FIBER(no_memory_is_an_answer)
{
    ONE_LOOP("no other worker begins meanwhile, and needs a ring");
    sley_task *task = sley_create_task(runs, NULL);
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    real_allocate = sl_sys.allocate;
    sl_sys.allocate = no_memory;
    CHECK_EQ(answers(), 0);
    ran = 0;
    CHECK_EQ(sley_join(task), 0);
    SLEY_TASK_GROUP(&group)
        CHECK_EQ(sley_task_group_create_task(&group, runs, NULL), 0);
    CHECK_EQ(group.rc, 0);
    CHECK_EQ(ran, 1); /* the first had begun before, during the wait */
    SLEY_TASK_GROUP(&group)
        CHECK_EQ(sley_task_group_create_task(&group, runs, (void *)-1001), 0);
    CHECK_EQ(group.rc, -SLEY_EGROUP); /* without the list */
    CHECK_EQ(sley_all_tasks(NULL, 0), 1);
    sl_sys.allocate = real_allocate;
    return 0;
}

/* Debug mode: a task of one loop that another thread drops while the loop runs ends the process,
 * and the task is named; by its loop's thread dropping is what it always was. */
#include "each_workers.h"

#include "../os/child.h"

#include <pthread.h>
#include <signal.h>


static void *drops(void *task)
{
    sley_task_drop(task);
    return NULL;
}

static intptr_t child(void *arg)
{
    (void)arg;
    return sley_yield();
}

static intptr_t body(void *arg)
{
    sley_task *task = sley_create_task_with(child, NULL, &(sley_task_options){.name = "borrowed"});
    pthread_t thread;

    CHECK(task != NULL);
    sley_task_drop(sley_task_ref(task));
    CHECK_EQ(sley_task_await(task), 0);
    if (arg) {
        CHECK(pthread_create(&thread, NULL, drops, task) == 0);
        pthread_join(thread, NULL);
    } else {
        sley_task_drop(task);
    }
    return 0;
}

static int in_child(void *arg)
{
    return (int)sl_test_run_arg(body, arg, &(sley_options){.size = sizeof(sley_options),
                                                           .debug = true});
}

TEST_PLAIN(a_task_is_dropped_by_its_loop)
{
    ONE_LOOP("its tasks are dropped by its thread");
    static struct child process;

    assert_true(child_run(&process, in_child, NULL));
    CHECK_VOID(child_exited_with(&process, 0));
    assert_true(child_run(&process, in_child, &process));
    CHECK_VOID(child_killed_by(&process, SIGABRT));
    EXPECT(strstr(process.text, "borrowed") != NULL);
    each_workers(body); /* nobody looks; of many workers any thread may */
}

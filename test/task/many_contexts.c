/* Contexts that tasks of several workers share: each task sees its own, whoever begins and ends it;
 * none is freed while a task has it, and none stays behind. */
#include "each_workers.h"

enum { TASKS = 60, CONTEXTS = 3, ROUNDS = 40 };

static const sley_context_var number = {"number", -1};

static intptr_t sees(void *arg)
{
    CHECK_EQ(sley_context_get(&number), (intptr_t)arg);
    if ((intptr_t)arg % 2)
        sley_yield();
    CHECK_EQ(sley_context_get(&number), (intptr_t)arg);
    return 0;
}

static intptr_t makes(void *arg)
{
    sley_context *contexts[CONTEXTS];
    sley_task *tasks[TASKS];

    (void)arg;
    for (intptr_t i = 0; i < CONTEXTS; i++) {
        CHECK_EQ(sley_context_set(&number, i), 0);
        CHECK((contexts[i] = sley_context_copy()) != NULL);
    }
    CHECK_EQ(sley_context_set(&number, 100), 0);
    for (int i = 0; i < TASKS; i++) {
        intptr_t which = i / 20 % CONTEXTS; /* mostly the same as before */
        sley_task_options options = {.context = contexts[which]};

        CHECK((tasks[i] = sley_create_task_with(sees, (void *)which, &options)) != NULL);
    }
    for (int i = 0; i < CONTEXTS; i++) /* the tasks have them still */
        sley_context_drop(contexts[i]);
    for (int i = 0; i < TASKS; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    return 0;
}

static intptr_t body(void *arg)
{
    sley_task *makers[3];

    (void)arg;
    for (long round = sl_test_rounds(ROUNDS); round; round--) {
        for (int i = 0; i < 3; i++)
            CHECK((makers[i] = sley_create_task(makes, NULL)) != NULL);
        for (int i = 0; i < 3; i++)
            CHECK_EQ(sley_join(makers[i]), 0);
    }
    return 0;
}

TEST_PLAIN(contexts_are_shared_by_workers)
{
    each_workers(body);
}

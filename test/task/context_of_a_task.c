/* sley_task_get_context: the context that a task runs in. */
#include "check.h"

static intptr_t word(void *arg)
{
    return (intptr_t)arg;
}

TEST_FIBER(the_context_of_a_task_can_be_asked)
{
    sley_context *context = sley_context_copy();
    sley_task_options options = {.context = context};
    sley_task *task = sley_create_task_with(word, (void *)1, &options);

    CHECK(context != NULL);
    CHECK(sley_task_get_context(task) == context);
    CHECK_EQ(sley_join(task), 1);
    sley_context_drop(context);
    return 0;
}

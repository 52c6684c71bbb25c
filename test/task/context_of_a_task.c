/* sley_task_get_context: the context that a task runs in. */
#include "check.h"

static intptr_t own(void *arg)
{
    return sley_task_get_context(sley_current_task()) == arg;
}

TEST_FIBER(the_context_of_a_task_can_be_asked)
{
    sley_context *context = sley_context_copy();
    sley_task_options options = {.context = context};
    sley_task *task = sley_create_task_with(own, context, &options);

    CHECK(context != NULL);
    /* Of a task that another worker may have ended by now it is not to be asked. */
    if (!sl_test_many())
        CHECK(sley_task_get_context(task) == context);
    CHECK_EQ(sley_join(task), 1);
    sley_context_drop(context);
    return 0;
}

#include "task/exception.h"

#include "task/task.h"

#include <sley/loop.h>

#include <stdio.h>

void sl_exception_report(struct sley_loop *loop, const char *message, struct sley_future *future,
                         intptr_t error)
{
    bool is_task = future && future->kind == SL_FUTURE_TASK;
    sley_exception exception = {
        .message = message,
        .error = error,
        .detail = future ? future->error : NULL,
        .future = future,
        .task = is_task ? sl_task_of_future(future) : NULL,
    };

    sley_loop_call_exception_handler(loop, &exception);
}

void sl_exception_never_retrieved(struct sley_loop *loop, struct sley_future *future)
{
    sl_exception_report(loop,
                        future->kind == SL_FUTURE_TASK ? "Task exception was never retrieved"
                                                       : "Future exception was never retrieved",
                        future, future->word);
}

void sley_loop_set_exception_handler(sley_loop *loop, sley_exception_handler *handler, void *arg)
{
    loop->runtime->exception_handler = handler;
    loop->runtime->exception_arg = arg;
}

void sley_loop_call_exception_handler(sley_loop *loop, const sley_exception *exception)
{
    struct sl_runtime *runtime = loop->runtime;
    struct sley_loop *here = sl_current(); /* the loop's, another worker, or none */
    uint32_t user = here ? here->in_user : 0;

    if (here) { /* at each moment one of the two says that no pass may be made */
        here->within++;
        sl_leave(here);
    }
    if (runtime->exception_handler)
        runtime->exception_handler(loop, exception, runtime->exception_arg);
    else
        sley_loop_default_exception_handler(loop, exception);
    if (here) {
        here->in_user = user;
        sl_signal_fence();
        here->within--;
    }
}

void sley_loop_default_exception_handler(sley_loop *loop, const sley_exception *exception)
{
    char number[SL_ERROR_NUMBER];

    (void)loop;
    fprintf(stderr, "sley: %s", exception->message);
    if (exception->task)
        fprintf(stderr, ": task '%s'", sley_task_get_name(exception->task));
    if (exception->error)
        fprintf(stderr, ": %s (%s)",
                exception->detail ? sley_error_text(exception->detail)
                                  : sley_strerror(exception->error),
                sl_error_label(exception->error, number));
    fputc('\n', stderr);
}

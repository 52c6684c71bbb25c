/* asyncio.run and Runner: a loop, a main task, Ctrl-C, and the ending. */
#include "os/signals.h"
#include "task/dead_argument.h"
#include "task/loop.h"
#include "task/report.h"
#include "task/scope.h"
#include "task/shared.h"
#include "task/waits.h"

#include <sley/run.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>

const struct sl_worker_calls sl_worker_calls = {
    .main = sl_task_main,
    .never_start = sl_task_never_start,
    .noted = sl_dead_argument_look,
    .signalled = sl_report_signalled,
    .stuck = sl_stuck_look,
    .doubtful = sl_waits_doubtful,
    .leaves = sl_context_unstash,
    .slow = sl_report_slow,
    .held = sl_report_held,
    .named = sl_report_named,
    .stalled = sl_report_stalled,
};

/* ---- Ctrl-C ---- */

struct interrupt {
    struct sley_loop *loop;
    struct sley_task *main;
    sl_atomic_u32 count;
};

/* In the signal handler, of any thread. The second one means it. */
static void on_interrupt(void *arg)
{
    struct interrupt *interrupt = arg;

    if (sl_add_relaxed(&interrupt->count, 1)) {
        sl_signal_by_default(SIGINT);
        raise(SIGINT);
        return;
    }
    sl_loop_signal(interrupt->loop, SL_SIGNAL_INTERRUPT);
}

/* ---- the runner ---- */

int sley_runner_open(sley_runner *runner, const sley_options *options)
{
    *runner = (sley_runner){0};
    return sl_loop_new(&runner->_loop, options);
}

/* The run has failed, and nobody else will end its main task. One that has not begun never does:
 * the next run takes it out of the queue, and has all else that was there. */
static void abandon(struct sley_loop *loop, struct sley_task *main)
{
    if (!sl_shared_load_relaxed(&main->fiber.sp)) {
        sl_task_cancel(loop, main);
        return;
    }
    sl_loop_cancel_all(loop, SL_END_QUIETLY);
    sl_scope_reopen(&loop->runtime->root);
}

intptr_t sley_runner_run(sley_runner *runner, sley_fn *main, void *arg)
{
    struct sley_loop *loop = runner->_loop;
    struct interrupt interrupt = {.loop = loop};
    bool interruptible = false;
    sley_task_options options = {.name = "main"};
    struct sley_task *task;
    intptr_t word;

    if (!loop)
        return -SLEY_EFINISHED;
    if (sl_runtime_dead(loop->runtime))
        return -SLEY_EFORKED;
    if (sl_current())
        return -SLEY_ERUNNING;
    if (!runner->_context && !(runner->_context = sley_context_copy()))
        return -ENOMEM;
    options.context = runner->_context;
    task = sley_loop_create_task(loop, main, arg, &options);
    if (!task)
        return -ENOMEM;
    interrupt.main = task;
    if (loop->runtime->options.handle_sigint)
        interruptible = sl_signal_take(SIGINT, on_interrupt, &interrupt, true);
    loop->runtime->main = task;
    word = sley_loop_run_until_complete(loop, &task->future);
    loop->runtime->main = NULL;
    if (interruptible)
        sl_signal_give_back(SIGINT);
    if (sl_load_relaxed(&interrupt.count) && word == -ECANCELED && sl_task_uncancel(task) == 0)
        word = -EINTR;
    if (sl_future_state(&task->future) == SL_PENDING)
        abandon(loop, task);
    sl_future_drop(&task->future);
    return word;
}

sley_loop *sley_runner_get_loop(sley_runner *runner)
{
    if (runner->_loop)
        sl_stuck_given(runner->_loop);
    return runner->_loop;
}

void sley_runner_close(sley_runner *runner)
{
    if (!runner->_loop)
        return;
    sl_loop_cancel_all(runner->_loop, SL_END_ASKING);
    sley_context_drop(runner->_context);
    sley_loop_close(runner->_loop);
    *runner = (sley_runner){0};
}

intptr_t sley_run(sley_fn *main, void *arg, const sley_options *options)
{
    sley_options own;
    sley_runner runner;
    intptr_t word;

    if (sl_current())
        return -SLEY_ERUNNING;
    word = sl_options_read(&own, options);
    if (word < 0)
        return word;
    own.handle_sigint = true;
    word = sley_runner_open(&runner, &own);
    if (word < 0)
        return word;
    word = sley_runner_run(&runner, main, arg);
    sley_runner_close(&runner);
    return word;
}

int sley_main(sley_fn *main, void *arg, const sley_options *options)
{
    intptr_t word = sley_run(main, arg, options);
    const sley_error *detail = sley_error_detail();
    char number[SL_ERROR_NUMBER];

    if (!sley_is_error(word))
        return word < 0 || word > 255 ? 255 : (int)word;
    if (word == -EINTR)
        return 128 + SIGINT;
    /* What failed before the loop ran left the thread's detail as it was. */
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, sl_error_label(word, number),
            sley_error_code(detail) == word ? sley_error_text(detail) : sley_strerror(word));
    return 1;
}

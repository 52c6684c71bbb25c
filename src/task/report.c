#include "task/report.h"

#include "os/held.h"
#include "os/plain.h"
#include "os/signals.h"
#include "os/symbol.h"
#include "sched/park.h"
#include "task/scope.h"
#include "task/shared.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HINT_AFTER_NS ((int64_t)5 * 1000000000)

/* Text goes straight to a descriptor: also from the fault handler, where stdio must not be used
 * (vsnprintf with these formats allocates nothing). */
static void say(int fd, const char *format, ...) SLEY_PRINTF(2, 3);
static void say(int fd, const char *format, ...)
{
    char line[1024];
    va_list list;
    int n;

    va_start(list, format);
    n = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    n = n < 0 ? 0 : n >= (int)sizeof line ? (int)sizeof line - 1 : n;
    for (int done = 0; done < n;) {
        ssize_t more = write(fd, line + done, (size_t)(n - done));

        if (more <= 0)
            return;
        done += (int)more;
    }
}

/* ---- the report ---- */

static void describe_wait(const struct sley_task *task, const struct sl_wait *wait, char *text,
                          size_t size)
{
    struct sl_fiber *holder;
    int n;

    if (!sl_shared_load_relaxed(&task->fiber.sp)) {
        snprintf(text, size, "has not begun");
        return;
    }
    if (!wait) {
        bool runs = sl_fiber_many(&task->fiber)
                        ? sl_shared_load_relaxed(&task->fiber.sp) == SL_FIBER_RUNS
                        : task->future.loop->current == &task->fiber;

        snprintf(text, size, "%s", runs ? "runs" : "is ready");
        return;
    }
    n = snprintf(text, size, "waits for %s", wait->class->reason);
    holder = wait->class->holder ? wait->class->holder(wait) : NULL;
    if (n > 0 && (size_t)n < size && wait->object)
        n += snprintf(text + n, size - (size_t)n, " %p", wait->object);
    if (n > 0 && (size_t)n < size && holder)
        snprintf(text + n, size - (size_t)n, " held by task '%s'", sl_task_of(holder)->name);
}

static void report_task(int fd, struct sley_task *task)
{
    bool many = sl_future_many(&task->future);
    /* Of many workers what it waits for is there as long as it is held. */
    bool held = many && sl_park_hold(&task->fiber, 0);
    const struct sl_wait *seen = many && !held ? NULL : task->fiber.wait;
    char entry[160], site[160], wait[200];
    size_t used = 0;

    sl_symbol_name((void *)(uintptr_t)task->fn, entry, sizeof entry);
    sl_symbol_name(task->site, site, sizeof site);
    describe_wait(task, seen, wait, sizeof wait);
    if ((!many || held) && task->fiber.stack)
        used = sl_stack_used(task->fiber.stack);
    if (held)
        sl_park_release(&task->fiber, 0);
    say(fd, "  task '%s' %s: %s; created at %s; stack %zu of %zu KiB\n", task->name, entry, wait,
        site, used >> 10, sl_stack_class_size(task->fiber.stack_class) >> 10);
}

static bool report_one(struct sley_task *task, void *arg)
{
    report_task(*(int *)arg, task);
    return false;
}

static void report_all(int fd, struct sley_loop *loop)
{
    struct sl_list *tasks = &loop->runtime->tasks;

    if (loop->team) {
        say(fd, "sley: %llu tasks on %u workers\n",
            (unsigned long long)sl_runtime_tasks(loop->runtime), loop->team->n);
        sl_shared_each_task(loop->team, report_one, &fd);
        return;
    }
    say(fd, "sley: %llu tasks, %llu timers, %u operations in flight\n",
        (unsigned long long)sl_runtime_tasks(loop->runtime), (unsigned long long)loop->wheel.armed,
        loop->ring ? loop->ring->in_flight : 0);
    for (struct sl_link *link = tasks->head.next; link != &tasks->head; link = link->next)
        report_task(fd, SL_CONTAINER(link, struct sley_task, all));
}

int sley_report(int fd)
{
    struct sley_loop *loop = sl_enter();

    if (!loop)
        return sl_no_loop();
    report_all(fd, loop);
    sl_leave(loop);
    return 0;
}

/* ---- a loop that nothing can wake ---- */

/* Can nobody but this loop's own tasks end the wait? */
static bool is_ours(const struct sl_wait *wait)
{
    if (!wait)
        return false;
    if (wait->class == &sl_await_class)
        return sl_future_local(wait->object);
    return wait->class->local;
}

/* Certain, if everything that is waited for is this loop's own business. */
static bool certain(struct sley_loop *loop)
{
    struct sl_list *tasks = &loop->runtime->tasks;

    for (struct sl_link *link = tasks->head.next; link != &tasks->head; link = link->next)
        if (!is_ours(SL_CONTAINER(link, struct sley_task, all)->fiber.wait))
            return false;
    return true;
}

int64_t sl_report_stuck(struct sley_loop *loop, int64_t idle_ns)
{
    enum sley_on_deadlock action = loop->runtime->options.on_deadlock;
    bool sure;

    if (!sl_runtime_tasks(loop->runtime) || action == SLEY_DEADLOCK_IGNORE)
        return INT64_MAX;
    sure = certain(loop);
    if (!sure && idle_ns < HINT_AFTER_NS && !loop->virtual_clock)
        return HINT_AFTER_NS - idle_ns;
    if (!loop->deadlock_said) {
        loop->deadlock_said = true;
        say(STDERR_FILENO, sure ? "sley: deadlock: no task of this loop can ever run again\n"
                                : "sley: nothing but another thread can wake this loop, and none "
                                  "has for 5 s: a deadlock?\n");
        report_all(STDERR_FILENO, loop);
    }
    if (sure && action == SLEY_DEADLOCK_RETURN)
        return 0;
    return INT64_MAX;
}

void sl_report_slow(struct sley_loop *loop, int64_t ns)
{
    int64_t limit = loop->runtime->options.slow_callback.ns;

    if (ns > (limit ? limit : 100000000))
        say(STDERR_FILENO, "sley: a task or callback ran for %lld ms without suspending\n",
            (long long)(ns / 1000000));
}

/* ---- a turn that lasts ---- */

/* Also of a fiber that may be gone: then its name may be, too, and nobody reads what is copied. */
void sl_report_named(const struct sl_fiber *fiber, struct sl_stall *stall)
{
    const struct sley_task *task = SL_CONTAINER(fiber, const struct sley_task, fiber);

    stall->fn = (uintptr_t)sl_shared_load_relaxed(&task->fn);
    sl_plain_peek(stall->name, sl_shared_load_relaxed(&task->name), sizeof stall->name);
    stall->name[sizeof stall->name - 1] = 0;
}

void sl_report_stalled(unsigned worker, const struct sl_stall *stall, int64_t ns, bool blocked)
{
    char text[200];

    sl_symbol_name((const void *)stall->fn, text, sizeof text);
    say(STDERR_FILENO, "sley: worker %u: %s%s%s%s %s for %lld ms without suspending%s\n", worker,
        stall->fn ? "task '" : "a callback", stall->name, stall->fn ? "', " : "",
        stall->fn ? text : "", blocked ? "has blocked in a system call" : "has computed",
        (long long)(ns / 1000000),
        blocked ? ": what waits in its ring stands still (sley_to_thread?)" : "");
    for (unsigned i = 0; i < stall->n; i++) {
        sl_symbol_name((const void *)(stall->frames[i] - (i > 0)), text, sizeof text);
        say(STDERR_FILENO, "    %s %s\n", i ? "from" : "at", text);
    }
}

/* An OS lock belongs to a thread, whose next task may want it, and a task may go on elsewhere. A
 * task that has run leaves its thread as it found it; what was locked before is not its business.
 * Its record may be gone by then, and its name with it. */
void sl_report_held(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_held held[8];
    unsigned n = sl_held(&loop->debug_locks, held, 8);
    char site[160];

    if (entry) {
        snprintf(loop->debug_name, sizeof loop->debug_name, "%s",
                 entry->run ? "" : sl_task_of(sl_fiber_of(entry))->name);
        return;
    }
    /* Callbacks stay on their thread, and may have their ways. */
    for (unsigned i = 0; i < n && i < 8 && *loop->debug_name; i++) {
        if (!sl_held_first(held[i].site))
            continue;
        sl_symbol_name((const char *)held[i].site - 1, site, sizeof site);
        say(STDERR_FILENO,
            "sley: task '%s' suspended or ended while it held an OS mutex, locked at %s\n",
            loop->debug_name, site);
    }
}

/* ---- signals ---- */

void sl_report_signalled(struct sley_loop *loop, uint32_t signals)
{
    if (signals & SL_SIGNAL_REPORT)
        report_all(STDERR_FILENO, loop);
    if ((signals & SL_SIGNAL_INTERRUPT) && loop->runtime->main)
        sl_task_cancel(loop, loop->runtime->main);
    if (signals & SL_SIGNAL_TASKS)
        sl_task_asked(loop);
}

/* A stack overflow names its task and ends the process. On the alternate stack. */
static bool describe_fault(const void *address)
{
    struct sley_loop *loop = sl_current();
    struct sley_task *task = loop ? sl_task_current(loop) : NULL;
    char entry[160];

    if (!task || !sl_stack_of_guard(task->fiber.stack, address))
        return false;
    sl_symbol_name((void *)(uintptr_t)task->fn, entry, sizeof entry);
    say(STDERR_FILENO,
        "sley: stack overflow in task '%s' (%s): its stack has %zu KiB; give it more with "
        "sley_task_options.stack_size\n",
        task->name, entry, sl_stack_size(task->fiber.stack) >> 10);
    return true;
}

static void on_report_signal(void *arg)
{
    sl_loop_signal(arg, SL_SIGNAL_REPORT);
}

void sl_report_install(struct sley_loop *loop, bool *took)
{
    int signal = loop->runtime->options.report_signal;

    sl_fault_handler_install(describe_fault);
    *took = signal && sl_signal_take(signal, on_report_signal, loop, false);
}

void sl_report_uninstall(struct sley_loop *loop, bool took)
{
    if (took)
        sl_signal_give_back(loop->runtime->options.report_signal);
}

/* ---- figures ---- */

static sley_stats stats_of_loop(struct sley_loop *loop)
{
    sley_stats stats = {
        .tasks_created = loop->runtime->tasks_created,
        .dispatches = loop->dispatches + (uint64_t)(loop->budget_full - loop->budget),
        .passes = loop->passes,
        .timers = loop->wheel.armed,
    };

    for (int class = 0; class < SL_STACK_CLASSES; class ++)
        stats.stacks += loop->stacks.classes[class].bound;
    if (loop->ring) {
        stats.enters = loop->ring->enters;
        stats.submitted = loop->ring->submitted;
        stats.completed = loop->ring->completed;
        stats.in_flight = loop->ring->in_flight;
    }
    return stats;
}

/* Each worker as of its last pass. */
static sley_stats stats_of_team(struct sley_loop *loop)
{
    struct sl_team *team = loop->team;
    sley_stats stats = {
        .dispatches = sl_team_figure(team, SL_FIGURE_DISPATCHES),
        .passes = sl_team_figure(team, SL_FIGURE_PASSES),
        .timers = sl_team_figure(team, SL_FIGURE_TIMERS),
        .stacks = sl_stacks_depot_bound(&loop->runtime->stack_depot),
        .enters = sl_team_figure(team, SL_FIGURE_ENTERS),
        .submitted = sl_team_figure(team, SL_FIGURE_SUBMITTED),
        .completed = sl_team_figure(team, SL_FIGURE_COMPLETED),
        .in_flight = sl_team_figure(team, SL_FIGURE_IN_FLIGHT),
        .rescues = sl_team_figure(team, SL_FIGURE_RESCUES),
    };

    for (unsigned i = 0; i < team->n; i++)
        stats.tasks_created += sl_load_relaxed(&team->members[i].loop->tasks_created);
    return stats;
}

int sley_stats_get(sley_stats *stats)
{
    struct sley_loop *loop = sl_current();
    size_t size = stats->size;
    sley_allocator_figures memory = {0};
    sley_stats all;

    if (!loop)
        return sl_no_loop();
    if (size < offsetof(sley_stats, memory_allocated) || size > sizeof all)
        return -EINVAL;
    if (size >= offsetof(sley_stats, rescues)) /* asking the allocator is dear */
        sl_sys_figures(&memory);
    all = loop->team ? stats_of_team(loop) : stats_of_loop(loop);
    all.size = size;
    all.tasks = sl_runtime_tasks(loop->runtime);
    all.allocations = sl_sys_allocations();
    all.memory_allocated = memory.allocated;
    all.memory_active = memory.active;
    all.memory_resident = memory.resident;
    memcpy(stats, &all, size);
    return 0;
}

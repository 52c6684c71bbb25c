#include "task/report.h"

#include "os/ends.h"
#include "os/plain.h"
#include "os/signals.h"
#include "os/symbol.h"
#include "sched/park.h"
#include "task/scope.h"
#include "task/shared.h"
#include "task/waits.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Text goes straight to a descriptor: also from the fault handler, where stdio must not be used
 * (vsnprintf with these formats allocates nothing). */
void sl_say(int fd, const char *format, ...)
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

static void add(char *text, size_t size, const char *format, ...) SLEY_PRINTF(3, 4);
static void add(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list list;

    va_start(list, format);
    vsnprintf(text + used, size - used, format, list);
    va_end(list);
}

/* Whom it waits for, as far as they are tasks. */
static void add_holders(const struct sl_waits *waits, const struct sl_stand *stand, char *text,
                        size_t size)
{
    struct sl_step step = sl_waits_step(waits, stand);
    uint32_t first = sl_waits_next(waits, &step);
    size_t more = 0;

    while (first && sl_waits_next(waits, &step))
        more++;
    if (first)
        add(text, size, " held by task '%s'", waits->stands[first - 1].task->name);
    if (more)
        add(text, size, " and %zu more", more);
    if (stand->n && !first && stand->class->holder)
        add(text, size, " held by none of these tasks");
}

static void describe_state(const struct sley_task *task, char *text, size_t size)
{
    bool runs;

    if (!sl_shared_load_relaxed(&task->fiber.sp)) {
        snprintf(text, size, "has not begun");
        return;
    }
    runs = sl_fiber_many(&task->fiber) ? sl_shared_load_relaxed(&task->fiber.sp) == SL_FIBER_RUNS
                                       : task->future.loop->current == &task->fiber;
    snprintf(text, size, "%s", runs ? "runs" : "is ready");
}

/* `wait` is held. */
static void describe_wait(const struct sl_waits *waits, const struct sl_stand *stand,
                          const struct sl_wait *wait, char *text, size_t size)
{
    const struct sl_wait_class *class = wait->class;
    char object[160] = "";

    snprintf(text, size, "waits for %s", class->reason);
    if (class->describe)
        class->describe(wait, object, sizeof object);
    else if (wait->object && !class->descriptor)
        snprintf(object, sizeof object, "%p", wait->object);
    if (*object)
        add(text, size, " %s", object);
    if (class == stand->class && wait->object == stand->object)
        add_holders(waits, stand, text, size);
}

static void report_task(int fd, const struct sl_waits *waits, const struct sl_stand *stand)
{
    struct sley_task *task = stand->task;
    const struct sl_wait *wait = sl_waits_hold(task);
    char entry[160], site[160], state[400], end[256];
    size_t used = 0;

    if (wait)
        describe_wait(waits, stand, wait, state, sizeof state);
    else
        describe_state(task, state, sizeof state);
    if ((wait || !sl_future_many(&task->future)) && task->fiber.stack)
        used = sl_stack_used(task->fiber.stack);
    if (wait)
        sl_waits_release(task);
    if (wait && stand->fd >= 0) {
        sl_ends_name(stand->fd, end, sizeof end);
        add(state, sizeof state, " on descriptor %d (%s)", stand->fd, end);
    }
    sl_symbol_name((void *)(uintptr_t)task->fn, entry, sizeof entry);
    sl_symbol_name(task->site, site, sizeof site);
    sl_say(fd, "  task '%s' %s: %s; created at %s; stack %zu of %zu KiB\n", task->name,
           entry, state, site, used >> 10,
           sl_stack_class_size(task->fiber.stack_class) >> 10);
}

void sl_report_tasks(int fd, struct sley_loop *loop, const struct sl_waits *waits)
{
    if (loop->team)
        sl_say(fd, "sley: %zu tasks on %u workers\n", waits->n, loop->team->n);
    else
        sl_say(fd, "sley: %zu tasks, %llu timers, %u operations in flight\n", waits->n,
               (unsigned long long)loop->wheel.armed,
               loop->ring ? loop->ring->in_flight : 0);
    for (size_t i = 0; i < waits->n; i++)
        report_task(fd, waits, &waits->stands[i]);
}

#define SHOWN 16 /* rings, and tasks of a ring */

struct telling {
    int fd;
    bool runs; /* others do: is it one? */
    unsigned rings;
};

static void tell_ring(const struct sl_waits *waits, const uint32_t *ring, size_t n, void *arg)
{
    struct telling *telling = arg;

    if (telling->rings == SHOWN || (telling->runs && !sl_waits_ring_holds(waits, ring, n)))
        return;
    telling->rings++;
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        const struct sl_stand *stand = &waits->stands[ring[i] - 1];

        sl_say(telling->fd, i ? ", which waits for " : "  cycle: task '%s' waits for ",
               stand->task->name);
        if (stand->class->holder)
            sl_say(telling->fd, "%s %p held by ", stand->class->reason, stand->object);
        sl_say(telling->fd, "task '%s'", waits->stands[ring[(i + 1) % n] - 1].task->name);
    }
    sl_say(telling->fd, n > SHOWN ? ", and so on: %zu tasks\n" : "\n", n);
}

void sl_report_rings(int fd, const struct sley_loop *loop, struct sl_waits *waits, bool still)
{
    struct telling telling = {.fd = fd, .runs = loop->team && !still};

    sl_waits_rings(waits, !still, tell_ring, &telling);
}

static int report_all(int fd, struct sley_loop *loop)
{
    struct sl_waits waits;

    if (!sl_waits_take(&waits, loop))
        return -ENOMEM;
    sl_report_tasks(fd, loop, &waits);
    sl_report_rings(fd, loop, &waits, false);
    sl_waits_drop(&waits, loop);
    return 0;
}

int sley_report(int fd)
{
    struct sley_loop *loop = sl_enter();
    int rc;

    if (!loop)
        return sl_no_loop();
    rc = report_all(fd, loop);
    sl_leave(loop);
    return rc;
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

/* The callers of a task's function, which tell nothing: with link-time optimisation one of them
 * may be part of the other. */
static bool is_ours(const char *name)
{
    return !strncmp(name, "sl_task_main", 12) || !strncmp(name, "sl_switch_entry", 15);
}

void sl_report_stalled(unsigned worker, const struct sl_stall *stall, bool blocked)
{
    char text[200];

    sl_symbol_name((const void *)stall->fn, text, sizeof text);
    sl_say(STDERR_FILENO, "sley: worker %u: %s%s%s%s %s for %lld ms without suspending%s\n", worker,
           stall->fn ? "task '" : "a callback", stall->name, stall->fn ? "', " : "",
           stall->fn ? text : "", blocked ? "has blocked in a system call" : "has computed",
           (long long)(stall->ns / 1000000),
           blocked ? ": what waits in its ring stands still (SLEY_BLOCKING?)" : "");
    for (unsigned i = 0; i < stall->n; i++) {
        sl_symbol_name((const void *)(stall->frames[i] - (i > 0)), text, sizeof text);
        if (is_ours(text))
            break;
        sl_say(STDERR_FILENO, "    %s %s\n", i ? "from" : "at", text);
    }
}

/* ---- signals ---- */

void sl_report_signalled(struct sley_loop *loop, uint32_t signals)
{
    if (signals & SL_SIGNAL_REPORT)
        (void)!report_all(STDERR_FILENO, loop);
    if ((signals & SL_SIGNAL_INTERRUPT) && loop->runtime->main)
        sl_task_cancel(loop, loop->runtime->main);
    if (signals & SL_SIGNAL_TASKS)
        sl_task_asked(loop);
}

/* A stack overflow names its task and ends the process. On the alternate stack. */
static bool describe_fault(const void *address)
{
    struct sley_loop *loop = sl_current();
    struct sl_fiber *fiber = loop ? loop->current : sl_current_outside()->fiber;
    struct sley_task *task = fiber ? sl_task_of(fiber) : NULL;
    char entry[160];

    if (!task || !sl_stack_of_guard(task->fiber.stack, address))
        return false;
    sl_symbol_name((void *)(uintptr_t)task->fn, entry, sizeof entry);
    sl_say(STDERR_FILENO,
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
    all.backend = loop->runtime->ring_class ? loop->runtime->ring_class->name : NULL;
    memcpy(stats, &all, size);
    return 0;
}

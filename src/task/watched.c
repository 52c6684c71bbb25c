/* Debug mode: what is said of a turn when it is over, that it was slow, or left an OS lock held. Of
 * one that lasts among many workers: report.c. */
#include "os/held.h"
#include "os/symbol.h"
#include "task/report.h"

#include <stdio.h>
#include <unistd.h>

void sl_report_slow(struct sley_loop *loop, int64_t ns)
{
    int64_t limit = loop->runtime->options.slow_callback.ns;
    bool task = loop->debug_fn != 0;
    char entry[160] = "";

    if (ns <= (limit ? limit : 100000000))
        return;
    if (task)
        sl_symbol_name((const void *)loop->debug_fn, entry, sizeof entry);
    sl_say(STDERR_FILENO, "sley: %s%s%s%s ran for %lld ms without suspending\n",
           task ? "task '" : "a callback", task ? loop->debug_name : "", task ? "', " : "", entry,
           (long long)(ns / 1000000));
}

/* An OS lock belongs to a thread, whose next task may want it, and a task may go on elsewhere. A
 * task that has run leaves its thread as it found it; what was locked before is not its
 * business. */
static void report_held(uint64_t *since, const char *task)
{
    struct sl_held held[8];
    unsigned n = sl_held(since, held, 8);
    char site[160];

    for (unsigned i = 0; i < n && i < 8; i++) {
        if (!sl_held_first(held[i].site))
            continue;
        sl_symbol_name((const char *)held[i].site - 1, site, sizeof site);
        sl_say(STDERR_FILENO,
               "sley: task '%s' suspended or ended while it held an OS mutex, locked at %s\n",
               task, site);
    }
}

static void note(struct sley_loop *loop, const struct sley_task *task)
{
    loop->debug_fn = task ? (uintptr_t)task->fn : 0;
    snprintf(loop->debug_name, sizeof loop->debug_name, "%s", task ? task->name : "");
}

/* Its record may be gone when it has run, and its name with it. Callbacks stay on their thread, and
 * may have their ways. */
void sl_report_held(struct sley_loop *loop, struct sl_entry *entry)
{
    if (entry)
        note(loop, entry->run ? NULL : sl_task_of(sl_fiber_of(entry)));
    if (!entry && loop->debug_fn)
        report_held(&loop->debug_locks, loop->debug_name);
    else
        sl_held(&loop->debug_locks, NULL, 0);
}

void sl_report_held_outside(uint64_t *since, const struct sl_fiber *fiber)
{
    if (fiber)
        report_held(since, sl_task_of((struct sl_fiber *)(uintptr_t)fiber)->name);
    else
        sl_held(since, NULL, 0);
}

/* task/report.h: what every task is doing; deadlocks, overflows and slow callbacks. */
#ifndef SL_TASK_REPORT_H
#define SL_TASK_REPORT_H

#include "task/task.h"

#include <sley/report.h>

/* Around a run; the signal is that of the runtime which took it first: `took` says whether. */
void sl_report_install(struct sley_loop *loop, bool *took);
void sl_report_uninstall(struct sley_loop *loop, bool took);
/* sched/worker.h's calls: */
void sl_report_signalled(struct sley_loop *loop, uint32_t signals);
void sl_report_slow(struct sley_loop *loop, int64_t ns);
void sl_report_held(struct sley_loop *loop, struct sl_entry *entry);
/* The same in a thread that has a fiber for a while: before it comes (NULL), and goes. */
void sl_report_held_outside(uint64_t *since, const struct sl_fiber *fiber);

struct sl_waits;
/* Text goes straight to a descriptor. */
void sl_say(int fd, const char *format, ...) SLEY_PRINTF(2, 3);
/* A line for each task; one for each ring of tasks. `still`: nobody runs. */
void sl_report_tasks(int fd, struct sley_loop *loop, const struct sl_waits *waits);
void sl_report_rings(int fd, const struct sley_loop *loop, struct sl_waits *waits, bool still);

/* stuck.c: the worker's calls: nothing of its own can wake the runtime. */
enum sl_stuck_verdict sl_stuck_look(struct sley_loop *loop, bool is_long);

/* The worker's calls: a turn that lasts. */
void sl_report_named(const struct sl_fiber *fiber, struct sl_stall *stall);
void sl_report_stalled(unsigned worker, const struct sl_stall *stall, bool blocked);

#endif

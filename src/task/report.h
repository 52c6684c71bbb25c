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
int64_t sl_report_stuck(struct sley_loop *loop, int64_t idle_ns);
void sl_report_slow(struct sley_loop *loop, int64_t ns);
void sl_report_held(struct sley_loop *loop, struct sl_entry *entry);

/* The worker's calls: a turn that lasts. */
void sl_report_named(const struct sl_fiber *fiber, struct sl_stall *stall);
void sl_report_stalled(unsigned worker, const struct sl_stall *stall, int64_t ns, bool blocked);

#endif

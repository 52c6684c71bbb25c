/* sley: asyncio's programming model for C. This header is all of it; each noun is documented in
 * its own, in the order in which one meets them. */
#ifndef SLEY_H
#define SLEY_H

#include <sley/base.h>
#include <sley/error.h>
#include <sley/time.h>
#include <sley/options.h>
#include <sley/run.h>
#include <sley/coro.h>
#include <sley/future.h>
#include <sley/task.h>
#include <sley/context.h>
#include <sley/loop.h>

#include <sley/gather.h>
#include <sley/wait.h>
#include <sley/scope.h>
#include <sley/timeout.h>
#include <sley/task_group.h>
#include <sley/with.h>
#include <sley/iterator.h>

#include <sley/lock.h>
#include <sley/event.h>
#include <sley/condition.h>
#include <sley/semaphore.h>
#include <sley/barrier.h>
#include <sley/queue.h>

#include <sley/thread.h>
#include <sley/blocking.h>
#include <sley/descriptor.h>
#include <sley/socket.h>
#include <sley/file.h>
#include <sley/listener.h>

#include <sley/allocator.h>
#include <sley/report.h>

#endif

/* sley/descriptor.h: what every file descriptor can do.
 *
 * sley uses plain descriptors, blocking or not: an operation waits in the ring, never in the
 * thread. All suspending calls of descriptor.h, socket.h and file.h:
 *   - return >= 0 or -errno; 0 bytes is the end of the stream;
 *   - are suspension points even if they complete at once;
 *   - once cancelled (a cancel, a scope's deadline) either return -ECANCELED (the scope's code)
 *     and have had no effect, or report what they did, and the cancel meets the next suspension;
 *   - return -SLEY_ECLOSED if the descriptor is closed under them by sley_close, -EBADF after it;
 *   - have nothing in flight when they return, so that buffers are the caller's again.
 */
#ifndef SLEY_DESCRIPTOR_H
#define SLEY_DESCRIPTOR_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

/* Closes a descriptor: never suspends, safe in a cancelled task. The number is dead at once; if
 * operations are in flight on it they are cancelled and return -SLEY_ECLOSED, and the number
 * becomes free when the last has ended. (If one is in flight on another worker's ring, a socket
 * is shut down, too.) 0 or -EBADF. */
int sley_close(int fd);

/* Waits until the descriptor is ready for one of the events (POLLIN, POLLOUT, ... of poll(2)), and
 * returns those that hold. */
SLEY_SUSPENDS int sley_poll(int fd, unsigned events);

/* Calls fn(arg) through the ready queue again and again while the descriptor is readable
 * (writable): one callback per descriptor and direction, a new one replaces the old. 0, -ENOMEM,
 * -SLEY_ENOLOOP. remove returns whether there was one. asyncio: add_reader(), add_writer(). */
int sley_add_reader(int fd, sley_callback *fn, void *arg);
int sley_add_writer(int fd, sley_callback *fn, void *arg);
bool sley_remove_reader(int fd);
bool sley_remove_writer(int fd);

SLEY_END_DECLS
#endif

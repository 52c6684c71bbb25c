/* sley/listener.h: a listening socket with one multishot accept in the ring.
 *
 * Connections that arrive are kept until somebody accepts them: a cancelled accept loses none.
 * The object owns its descriptor and lives until close has returned. One loop uses it.
 */
#ifndef SLEY_LISTENER_H
#define SLEY_LISTENER_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

typedef struct sley_listener {
    void *_state;
    void *_spare[3];
} sley_listener;

/* Takes over a listening descriptor (also when it fails, then it is closed). 0, -ENOMEM, -errno. */
int sley_listener_open(sley_listener *listener, int fd);
/* As sley_listen_tcp. */
int sley_listener_open_tcp(sley_listener *listener, const char *address, int backlog);
/* The next connection, as sley_accept. Any number of tasks may wait; they are served in order. */
SLEY_SUSPENDS int sley_listener_accept(sley_listener *listener);
int sley_listener_fd(const sley_listener *listener);
/* Stops, gives waiting tasks -SLEY_ECLOSED, closes connections that nobody has accepted. */
void sley_listener_close(sley_listener *listener);

SLEY_END_DECLS
#endif

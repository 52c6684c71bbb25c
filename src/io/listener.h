/* io/listener.h: what listener.c and accept.c share: a listener's record, and who waits for it. */
#ifndef SL_IO_LISTENER_H
#define SL_IO_LISTENER_H

#include "io/attached.h"
#include "io/operation.h"
#include "io/table.h"

/* So many connections are kept for those who may ask; then the rest wait in the kernel's backlog,
 * until half of them have been taken. */
#define SL_LISTENER_MOST_KEPT 256

struct sl_listener {
    struct sl_attached attached;
    struct sl_timer timer;        /* armed while the process has no descriptor left */
    struct sl_op op;
    struct sley_loop *loop;       /* NULL once that is closed */
    struct sl_table_queue queue;  /* accepted, not asked for */
    sley_links waiters;           /* struct sl_acceptor, oldest first, until its own task has run */
    struct sl_inbox_item closing; /* from another worker */
    unsigned holders;
    int fd;
    int error;                    /* why nothing will be accepted any more, or 0 */
    bool starved;                 /* waits for timer or for a descriptor */
    bool throttled;               /* has SL_LISTENER_MOST_KEPT */
    bool held;                    /* counted in the table */
    bool gone;                    /* the number is another's */
};

struct sl_acceptor {
    struct sl_wait wait;
    int result; /* a descriptor, or an error; nothing: -EAGAIN */
    bool given;
    bool visits; /* it is pinned for the call alone: given something, it may go on anywhere */
};

/* accept.c */

/* One holder less: the last one frees the record. */
void sl_listener_release(struct sl_listener *listener);
/* No operation will follow: the descriptor's number may go. */
void sl_listener_let_go(struct sl_listener *listener);
/* Nothing will be accepted any more: tells all who wait. */
void sl_listener_fail(struct sl_listener *listener, int error);
/* One that its task did not live to take: the next one's, or the first in the queue. */
void sl_listener_hand_on(struct sl_listener *listener, int fd);
/* The multishot accept, unless it runs, or must not. */
void sl_listener_arm(struct sl_listener *listener);
/* It waits for no descriptor any more. */
void sl_listener_wake_up(struct sl_listener *listener);
/* A new record's operation and timer. */
void sl_listener_prepare(struct sl_listener *listener, int fd);

#endif

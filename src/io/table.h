/* io/table.h: one word per descriptor of the process: how many operations are in flight on it, and
 * whether it has been closed under them.
 *
 * The word, not the kernel, decides when a number may be reused: close(2) follows the last
 * operation. The protocol and why it holds: README.md. Any thread. */
#ifndef SL_IO_TABLE_H
#define SL_IO_TABLE_H

#include "base/check.h"

#include <stdbool.h>

/* An operation on fd is about to be queued on the ring with this id. 0, SL_TABLE_DRAINED (the last
 * receive left nothing behind: a hint), -EBADF (closed, or no number of a descriptor), -ENOMEM (no
 * table yet, and no memory for one). */
#define SL_TABLE_DRAINED 1
int sl_table_begin(int fd, uint32_t ring);
/* It has completed. True if the descriptor was closed meanwhile; whoever ends the last operation
 * on a closed descriptor closes it. */
bool sl_table_end(int fd);
/* The same of a receive, which knows whether it has left anything. */
bool sl_table_end_receive(int fd, bool drained);
/* Has it been closed under an operation? */
bool sl_table_closed(int fd);

enum sl_table_close {
    SL_TABLE_BAD,     /* closed already, or never a descriptor */
    SL_TABLE_FREE,    /* nothing is in flight: the caller calls close(2), now */
    SL_TABLE_HERE,    /* operations on this ring only: the caller cancels them */
    SL_TABLE_FOREIGN, /* operations on other rings, too: the caller has one more operation on fd,
                         under whose cover it does what it must, and ends it */
};
/* Marks fd closed if anything is in flight on it. `ring` is the caller's, or 0. */
SL_MUST_USE enum sl_table_close sl_table_close(int fd, uint32_t ring);

/* Descriptors that were accepted and that nobody has asked for yet: a FIFO through their words,
 * so that keeping one takes no memory. While it is in there a number is nobody's: calls get
 * -EBADF. One thread uses a queue. */
struct sl_table_queue {
    int first, last; /* -1: empty */
    unsigned count;
};
/* False if the descriptor has no word: the caller closes it. */
bool sl_table_push(struct sl_table_queue *queue, int fd);
/* In front of the others. */
void sl_table_unshift(struct sl_table_queue *queue, int fd);
/* -1: none. */
int sl_table_pop(struct sl_table_queue *queue);

#endif

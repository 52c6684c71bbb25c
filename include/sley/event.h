/* sley/event.h: a flag that tasks wait for. Kinds: see lock.h. asyncio: Event. */
#ifndef SLEY_EVENT_H
#define SLEY_EVENT_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

typedef struct sley_event {
    uint32_t _kind;
    uint32_t _set;
    void *_loop;
    sley_links _waiters;
    uint32_t _guard;
    uint32_t _reserved;
    void *_spare;
} sley_event;

#define SLEY_EVENT_INIT {0, 0, NULL, {NULL, NULL}, 0, 0, NULL}
#define SLEY_EVENT_INIT_LOCAL {1, 0, NULL, {NULL, NULL}, 0, 0, NULL}

/* Waits until the flag is set; a waiter that was woken returns even if clear came first. Does not
 * suspend if it is set. 0, -ECANCELED, a scope's code, -SLEY_EWRONGLOOP, -SLEY_ENOLOOP.
 * asyncio: wait(). */
SLEY_SUSPENDS int sley_event_wait(sley_event *event);
/* Sets it and wakes everybody who waits, in order. What was done before is seen by who finds it
 * set. 0, -SLEY_EWRONGLOOP. */
int sley_event_set(sley_event *event);
int sley_event_clear(sley_event *event);
bool sley_event_is_set(const sley_event *event);

SLEY_END_DECLS
#endif

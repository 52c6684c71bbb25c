/* FORMAT.md R12: set wakes everybody who waits, in order; who was woken returns even if clear came
 * first. */
#include "sync/primitive.h"

#include <sley/event.h>

_Static_assert(sizeof(sley_event) == 48, "part of the interface");

static const struct sl_wait_class event_wait = {.reason = "event", .local = true};

static int bind(sley_event *event, struct sley_loop *loop)
{
    return sl_primitive_bind(&event->_loop, event->_kind, loop, !event->_waiters.first);
}

int sley_event_wait(sley_event *event)
{
    struct sley_loop *loop;
    uint32_t user;
    int rc = sl_primitive_enter(&loop, &user);

    if (rc < 0)
        return rc;
    if ((rc = bind(event, loop)) == 0 && (rc = sl_scope_code(loop->current)) == 0 &&
        !event->_set) {
        struct sl_wait wait;

        sl_wait_init(&wait, loop->current, &event_wait, event);
        rc = sl_waits_park(&loop, &event->_waiters, &wait);
    }
    sl_leave(loop, user);
    return rc;
}

int sley_event_set(sley_event *event)
{
    uint32_t user = 0;
    struct sley_loop *loop = sl_enter(&user);
    int rc = bind(event, loop);

    if (rc == 0 && !loop && event->_waiters.first)
        rc = -SLEY_EWRONGLOOP;
    if (rc == 0 && !event->_set) {
        event->_set = 1;
        for (struct sl_link *link = sl_chain_first(&event->_waiters); link; link = link->next)
            sl_wait_wake(loop, sl_wait_of(link));
    }
    if (loop)
        sl_leave(loop, user);
    return rc;
}

int sley_event_clear(sley_event *event)
{
    event->_set = 0;
    return 0;
}

bool sley_event_is_set(const sley_event *event)
{
    return event->_set;
}

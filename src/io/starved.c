#include "io/starved.h"

#include "sched/share.h"
#include "sched/wait.h"

/* How many wait, in the whole process. Relaxed: who misses one costs it SL_STARVED_NS. */
static sl_atomic_u32 starving;

struct starved {
    struct sl_attached attached;
    struct sl_timer timer;
    struct sl_wait wait;
};

static const struct sl_wait_class starved_wait = {.reason = "a free descriptor"};

static void due(struct sley_loop *loop, struct sl_entry *entry)
{
    struct sl_timer *timer = SL_CONTAINER(entry, struct sl_timer, entry);

    sl_wait_wake(loop, &SL_CONTAINER(timer, struct starved, timer)->wait);
}

static bool freed(struct sley_loop *loop, struct sl_attached *attached)
{
    return sl_wait_wake(loop, &SL_CONTAINER(attached, struct starved, attached)->wait);
}

static void detach(struct sl_ring *ring, struct sl_attachment *attachment)
{
    (void)ring, (void)attachment;
    SL_CHECK(!"the ring of a task that waits is not closed");
}

int sl_starved_wait(struct sley_loop **loop)
{
    struct starved starved = {.attached = {.attachment = {.detach = detach}, .freed = freed},
                              .timer = {.entry = {.run = due}}};
    struct sl_pin pin;
    int rc;

    *loop = sl_share_pin(*loop, *loop, &pin); /* whose list it stands in */
    sl_wait_init(&starved.wait, (*loop)->current, &starved_wait, NULL);
    sl_attach((*loop)->ring, &starved.attached);
    if (!(*loop)->team || sl_wait_begin(&starved.wait)) /* else it may be due before it waits */
        sl_timer_arm(*loop, &starved.timer, sl_loop_clock(*loop) + SL_STARVED_NS);
    sl_starved_begin();
    rc = sl_wait_park(loop, &starved.wait);
    sl_starved_end();
    sl_timer_disarm(*loop, &starved.timer);
    sl_link_remove(&starved.attached.attachment.link);
    *loop = sl_share_unpin(*loop, &pin);
    return rc;
}

void sl_starved_begin(void)
{
    sl_add_relaxed(&starving, 1);
}

void sl_starved_end(void)
{
    sl_add_relaxed(&starving, -1u);
}

void sl_starved_freed(struct sley_loop *loop)
{
    struct sl_link *link, *next;

    if (SL_LIKELY(!sl_load_relaxed(&starving)) || !loop || !loop->ring)
        return;
    for (link = loop->ring->attached.head.next; link != &loop->ring->attached.head; link = next) {
        struct sl_attached *attached = sl_attached_of(link);

        next = link->next;
        if (attached->freed && attached->freed(loop, attached))
            return;
    }
}

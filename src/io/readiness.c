/* add_reader, add_writer: a callback again and again while a descriptor is ready.
 *
 * A registration is a one-shot poll that is armed again after each callback: what is still ready
 * then completes at once, so that it looks level-triggered, as asyncio's does, and a callback that
 * does not read costs one turn of the loop each time instead of all of it. Its record counts as an
 * operation on the descriptor for as long as it exists: after sley_close it goes, and the number
 * stays taken until then.
 *
 * A record is in exactly one of these: the poll in flight (op.state), the ready queue (entry.link),
 * its own callback (running). Whoever takes it out of the last one frees it if it was removed. */
#include "io/attached.h"
#include "io/operation.h"
#include "io/table.h"
#include "sched/share.h"
#include "task/context.h"

#include <sley/descriptor.h>
#include <sley/error.h>

#include <errno.h>
#include <poll.h>

struct reader {
    struct sl_attached attached;
    struct sl_entry entry;
    struct sl_op op;
    struct sley_loop *loop;
    sley_callback *fn;
    void *arg;
    uintptr_t context; /* in which the callback runs: that of who added it */
    bool removed, running;
};

static void reader_free(struct reader *reader)
{
    struct sley_loop *loop = reader->loop;

    sl_context_release(reader->context);
    if (sl_table_end(reader->op.fd))
        sl_starved_freed(loop);
    sl_sys.release(reader, sizeof *reader, 0);
}

/* No callback any more. The record goes now, or when its poll completes or its callback returns. */
static void reader_remove(struct reader *reader)
{
    struct sl_ring *ring = reader->loop->ring;

    reader->removed = true;
    sl_add_relaxed(&reader->loop->runtime->readers, -1u);
    sl_link_remove(&reader->attached.attachment.link);
    if (reader->op.state != SL_OP_IDLE)
        ring->class->cancel(ring, &reader->op);
    if (reader->entry.link.next)
        sl_entry_withdraw(reader->loop, &reader->entry);
    if (reader->op.state == SL_OP_IDLE && !reader->running)
        reader_free(reader);
}

static void reader_detach(struct sl_ring *ring, struct sl_attachment *attachment)
{
    (void)ring;
    reader_remove(SL_CONTAINER(attachment, struct reader, attached.attachment));
}

static void reader_polled(struct sl_ring *ring, struct sl_op *op)
{
    struct reader *reader = SL_CONTAINER(op, struct reader, op);

    if (reader->removed)
        reader_free(reader);
    else if (ring->closing || sl_table_closed(op->fd))
        reader_remove(reader);
    else if (op->result == -EINTR || op->result == -ECANCELED)
        ring->class->submit(ring, op); /* the cancel was meant for another descriptor */
    else
        sl_ready_push(reader->loop, &reader->entry);
}

/* The callback is this loop's own: what would be the hurry? */
static bool reader_keeps(const struct sl_op *op, int32_t result)
{
    (void)op, (void)result;
    return true;
}

static void reader_ready(struct sley_loop *loop, struct sl_entry *entry)
{
    struct reader *reader = SL_CONTAINER(entry, struct reader, entry);
    uintptr_t outer = loop->context;

    if (sl_table_closed(reader->op.fd)) {
        reader_remove(reader);
        return;
    }
    reader->running = true;
    loop->context = reader->context;
    sl_leave(loop);
    reader->fn(reader->arg);
    sl_enter_loop(loop);
    reader->context = loop->context;
    loop->context = outer;
    reader->running = false;
    if (reader->removed)
        reader_free(reader);
    else if (reader->op.result < 0 || sl_table_closed(reader->op.fd))
        reader_remove(reader); /* a descriptor that cannot be polled: it has been told once */
    else
        loop->ring->class->submit(loop->ring, &reader->op);
}

/* A scan: registrations are few and made seldom. The simple thing until somebody needs more. */
static struct reader *find(struct sley_loop *loop, int fd, unsigned events)
{
    struct sl_link *link, *end = loop->ring ? &loop->ring->attached.head : NULL;

    for (link = end ? end->next : end; link != end; link = link->next) {
        struct sl_attached *attached = sl_attached_of(link);
        struct reader *reader = SL_CONTAINER(attached, struct reader, attached);

        if (attached->attachment.detach == reader_detach && reader->op.fd == fd &&
            reader->op.flags == events)
            return reader;
    }
    return NULL;
}

static int add_new(struct sley_loop *loop, int fd, unsigned events, sley_callback *fn, void *arg)
{
    int rc;
    struct sl_ring *ring = sl_worker_ring(loop, &rc);
    struct reader *reader = ring ? sl_sys_allocate_zeroed(sizeof *reader, 0) : NULL;

    if (!reader)
        return ring ? -ENOMEM : rc;
    rc = sl_table_begin(fd, ring->id);
    if (rc < 0) {
        sl_sys.release(reader, sizeof *reader, 0);
        return rc;
    }
    *reader = (struct reader){
        .attached = {.attachment = {.detach = reader_detach}},
        .entry = {.run = reader_ready},
        .op = {.complete = reader_polled,
               .keeps = reader_keeps,
               .opcode = IORING_OP_POLL_ADD,
               .fd = fd,
               .flags = events},
        .loop = loop,
        .fn = fn,
        .arg = arg,
        .context = sl_context_inherit(loop, NULL),
    };
    sl_add_relaxed(&loop->runtime->readers, 1);
    sl_attach(ring, &reader->attached);
    ring->class->submit(ring, &reader->op);
    return 0;
}

/* Of many workers registrations belong to the first: the calling task goes there for the call. A
 * callback on another one cannot. */
static bool go_home(struct sley_loop **loop, struct sl_pin *pin)
{
    struct sley_loop *first = (*loop)->team ? (*loop)->team->members[0].loop : *loop;

    *pin = (struct sl_pin){.home = NULL};
    if ((*loop)->current)
        *loop = sl_share_pin(*loop, first, pin);
    return *loop == first;
}

static struct sley_loop *come_back(struct sley_loop *loop, const struct sl_pin *pin)
{
    return loop->current ? sl_share_unpin(loop, pin) : loop;
}

static int add(int fd, unsigned events, sley_callback *fn, void *arg)
{
    struct sley_loop *loop = sl_enter();
    struct reader *reader;
    struct sl_pin pin;
    int rc = 0;

    if (!loop)
        return sl_no_loop();
    if (!go_home(&loop, &pin)) {
        sl_leave(loop);
        return -SLEY_EWRONGLOOP;
    }
    reader = find(loop, fd, events);
    if (!fn || fd < 0) {
        rc = fn ? -EBADF : -EINVAL;
    } else if (reader) {
        uintptr_t context = sl_context_inherit(loop, NULL);

        /* While its callback runs, the context that it was called in is loop->context. */
        sl_context_release(reader->running ? loop->context : reader->context);
        *(reader->running ? &loop->context : &reader->context) = context;
        reader->fn = fn;
        reader->arg = arg;
    } else {
        rc = add_new(loop, fd, events, fn, arg);
    }
    loop = come_back(loop, &pin);
    sl_leave(loop);
    return rc;
}

static bool remove_one(int fd, unsigned events)
{
    struct sley_loop *loop = sl_enter();
    struct reader *reader = NULL;
    struct sl_pin pin;

    if (!loop)
        return false;
    if (go_home(&loop, &pin)) {
        reader = find(loop, fd, events);
        if (reader)
            reader_remove(reader);
        loop = come_back(loop, &pin);
    }
    sl_leave(loop);
    return reader != NULL;
}

int sley_add_reader(int fd, sley_callback *fn, void *arg)
{
    return add(fd, POLLIN, fn, arg);
}

int sley_add_writer(int fd, sley_callback *fn, void *arg)
{
    return add(fd, POLLOUT, fn, arg);
}

bool sley_remove_reader(int fd)
{
    return remove_one(fd, POLLIN);
}

bool sley_remove_writer(int fd)
{
    return remove_one(fd, POLLOUT);
}

/* The simulated ring: operations by plain calls that do not wait, in an order and with the
 * accidents that a seed gives. What each operation does: perform.c.
 *
 * A turn polls the descriptors of all operations at once and tries those that are ready, in a
 * shuffled order. Each is delayed by some turns first, cut short where that loses nothing, now and
 * then interrupted (-EINTR), and when it is cancelled it may all the same get through first. It
 * runs where io_uring does not exist (qemu-user, containers). */
#include "os/plain.h"
#include "os/sys.h"
#include "ring/deliver.h"
#include "ring/perform.h"

#include <errno.h>

#define ROOM_AT_FIRST 64
#define RETRY_NS 1000000

struct sim_slot {
    struct sl_op *op;
    unsigned poll; /* its place in polls, whose first is the doorbell's */
};

struct simulated {
    struct sl_list live; /* every operation but the doorbell */
    int64_t turns;
    unsigned retries;    /* operations that must be tried again though poll(2) cannot tell when */
    unsigned room;       /* of the two arrays of a turn */
    struct sim_slot *slots;
    struct pollfd *polls;
};

static int open_simulated(struct sl_ring *ring, unsigned entries)
{
    struct simulated *sim = sl_sys_allocate_zeroed(sizeof *sim, 0);

    (void)entries;
    if (!sim)
        return -ENOMEM;
    sim->slots = sl_sys.allocate(ROOM_AT_FIRST * sizeof *sim->slots, 0);
    sim->polls = sl_sys.allocate((ROOM_AT_FIRST + 1) * sizeof *sim->polls, 0);
    sim->room = ROOM_AT_FIRST;
    sl_list_init(&sim->live);
    ring->state = sim;
    if (!sim->slots || !sim->polls) {
        sl_ring_simulated.close(ring);
        return -ENOMEM;
    }
    return 0;
}

static void close_simulated(struct sl_ring *ring)
{
    struct simulated *sim = ring->state;

    if (sim->slots)
        sl_sys.release(sim->slots, sim->room * sizeof *sim->slots, 0);
    if (sim->polls)
        sl_sys.release(sim->polls, (sim->room + 1) * sizeof *sim->polls, 0);
    sl_sys.release(sim, sizeof *sim, 0);
    ring->state = NULL;
}

static void submit(struct sl_ring *ring, struct sl_op *op)
{
    struct simulated *sim = ring->state;

    sl_ring_taken(ring, op);
    op->state = SL_OP_QUEUED;
    op->generation = SL_PERFORM_FRESH;
    if (op == &ring->doorbell)
        return; /* looked at in every turn */
    op->due = sim->turns + sl_rng_below(&ring->rng, 4);
    sl_list_push(&sim->live, &op->link);
}

static void cancel(struct sl_ring *ring, struct sl_op *op)
{
    (void)ring;
    if (op->state != SL_OP_IDLE)
        op->cancelled = 1;
}

static void cancel_fd(struct sl_ring *ring, int fd)
{
    struct simulated *sim = ring->state;
    struct sl_link *link;

    for (link = sim->live.head.next; link != &sim->live.head; link = link->next) {
        struct sl_op *op = SL_CONTAINER(link, struct sl_op, link);

        if (op->fd == fd || fd < 0)
            op->cancelled = 1;
    }
}

static void cancel_all(struct sl_ring *ring)
{
    cancel_fd(ring, -1);
}

static bool pending(struct sl_ring *ring)
{
    const struct simulated *sim = ring->state;

    return !sl_list_empty(&sim->live);
}

/* ---- the turn ---- */

/* More room if there is memory; without it the operations take turns. */
static void grow(struct simulated *sim, unsigned wanted)
{
    unsigned room = 2 * wanted;
    struct sim_slot *slots = sl_sys.allocate(room * sizeof *slots, 0);
    struct pollfd *polls = sl_sys.allocate((room + 1) * sizeof *polls, 0);

    if (!slots || !polls) {
        if (slots)
            sl_sys.release(slots, room * sizeof *slots, 0);
        if (polls)
            sl_sys.release(polls, (room + 1) * sizeof *polls, 0);
        return;
    }
    sl_sys.release(sim->slots, sim->room * sizeof *sim->slots, 0);
    sl_sys.release(sim->polls, (sim->room + 1) * sizeof *sim->polls, 0);
    sim->slots = slots;
    sim->polls = polls;
    sim->room = room;
}

/* Fills slots and polls; false if there is something to do that poll(2) cannot tell. */
static bool gather(struct sl_ring *ring, unsigned *count)
{
    struct simulated *sim = ring->state;
    bool may_wait = true;
    unsigned n = 0;

    if (ring->in_flight > sim->room)
        grow(sim, ring->in_flight);
    if (ring->in_flight > sim->room)
        may_wait = false;
    while (n < sim->room && n < ring->in_flight) {
        struct sl_link *link = sl_list_pop(&sim->live);
        struct sl_op *op = SL_CONTAINER(link, struct sl_op, link);
        short events = sl_perform_events(op);

        sl_list_push(&sim->live, link);
        if (op->due > sim->turns || op->cancelled ||
            (!events && op->generation != SL_PERFORM_AGAIN))
            may_wait = false;
        sim->slots[n] = (struct sim_slot){.op = op, .poll = n + 1};
        sim->polls[++n] = (struct pollfd){.fd = events ? op->fd : -1, .events = events};
    }
    sim->polls[0] = (struct pollfd){.fd = ring->doorbell_fd, .events = POLLIN};
    *count = n;
    return may_wait;
}

static void shuffle(struct sl_ring *ring, struct sim_slot *slots, unsigned n)
{
    while (n > 1) {
        unsigned other = sl_rng_below(&ring->rng, n--);
        struct sim_slot slot = slots[n];

        slots[n] = slots[other];
        slots[other] = slot;
    }
}

/* ---- accidents ---- */

/* Shorter by chance, where a shorter transfer loses nothing. */
static size_t cut(struct sl_ring *ring, const struct sl_op *op)
{
    if (!sl_op_receives(op) && !sl_op_sends(op))
        return op->length;
    if (op->length < 2 || sl_rng_below(&ring->rng, 2) || !sl_plain_is_stream(op->fd))
        return op->length;
    return 1 + sl_rng_below(&ring->rng, op->length);
}

/* May a signal interrupt it before it has done anything? */
static bool is_interruptible(const struct sl_op *op)
{
    /* An interrupted connect goes on by itself: io_uring never reports one. */
    return op->opcode != IORING_OP_CONNECT && op->opcode != IORING_OP_NOP;
}

/* What io_uring answers, of files that cannot be polled, if they are O_NONBLOCK. */
static bool reports_eagain(struct sl_ring *ring, const struct sl_op *op)
{
    return (op->opcode == IORING_OP_READ || op->opcode == IORING_OP_WRITE) &&
           sl_plain_is_nonblocking(op->fd) && sl_rng_below(&ring->rng, 4) == 0;
}

/* Does it, if it can be done now; *flags: IORING_CQE_F_MORE. */
static bool perform(struct sl_ring *ring, struct sl_op *op, int64_t *result, uint32_t *flags)
{
    struct simulated *sim = ring->state;

    *result = sl_perform(op, cut(ring, op));
    sim->retries += *result == -EAGAIN && op->generation == SL_PERFORM_AGAIN;
    if (*result == -EAGAIN)
        return reports_eagain(ring, op);
    /* The kernel ends a multishot operation when it likes. */
    if (*result >= 0 && op->multishot && sl_rng_below(&ring->rng, 16))
        *flags = IORING_CQE_F_MORE;
    return true;
}

/* Tries one operation; true if it completed (or, multishot, completed once more). */
static bool try(struct sl_ring *ring, struct sl_op *op, short revents)
{
    struct simulated *sim = ring->state;
    struct sl_rng *rng = &ring->rng;
    uint32_t flags = 0;
    int64_t result;

    if (op->cancelled) {
        if (sl_rng_below(rng, 4) || !perform(ring, op, &result, &flags) || result == -EAGAIN)
            result = -ECANCELED;
    } else {
        if (op->due > sim->turns || (!revents && sl_perform_events(op)))
            return false;
        if (sl_rng_below(rng, 8) == 0) { /* late: the others overtake it */
            op->due = sim->turns + 1 + sl_rng_below(rng, 3);
            return false;
        }
        if (sl_rng_below(rng, 32) == 0 && is_interruptible(op))
            result = -EINTR;
        else if (!perform(ring, op, &result, &flags))
            return false;
    }
    if (!flags)
        sl_op_unlink(op);
    sl_ring_deliver(ring, op, (int32_t)result, flags);
    return true;
}

static void look_at_doorbell(struct sl_ring *ring)
{
    uint64_t word;

    sl_plain_read(ring->doorbell_fd, &word, sizeof word, -1);
    if (ring->doorbell.state != SL_OP_IDLE)
        sl_ring_deliver(ring, &ring->doorbell, POLLIN, IORING_CQE_F_MORE);
}

static int turn(struct sl_ring *ring, int64_t wait_ns)
{
    struct simulated *sim = ring->state;
    unsigned n, reaped = 0;
    int ready;

    sim->turns++;
    ring->enters++;
    if (!gather(ring, &n))
        wait_ns = 0;
    if (sim->retries && wait_ns > RETRY_NS)
        wait_ns = RETRY_NS;
    sim->retries = 0;
    ready = sl_plain_poll(sim->polls, n + 1, wait_ns == INT64_MAX ? -1 : wait_ns);
    if (ready < 0)
        return ready == -EINTR && wait_ns ? -EINTR : 0;
    if (sim->polls[0].revents) {
        look_at_doorbell(ring);
        reaped++;
    }
    shuffle(ring, sim->slots, n);
    for (unsigned i = 0; i < n; i++) {
        struct sim_slot slot = sim->slots[i];

        reaped += try(ring, slot.op, sim->polls[slot.poll].revents);
    }
    return !ready && wait_ns && !reaped ? -ETIME : 0;
}

const struct sl_ring_class sl_ring_simulated = {
    .name = "simulated",
    .open = open_simulated,
    .close = close_simulated,
    .submit = submit,
    .cancel = cancel,
    .cancel_fd = cancel_fd,
    .cancel_all = cancel_all,
    .pending = pending,
    .turn = turn,
};

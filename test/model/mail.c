/* The mail of src/ring/ring.c: other threads ask a ring to cancel what it has on a descriptor.
 *
 * Every wish is granted after it was made: by a cancel of that descriptor or of everything. There
 * is room for one number; the owner reads when the doorbell has rung. */
#include "explore.h"
#include "ring/ring.c"

#define FIRST 5
#define OTHER 6

static struct sl_ring ring, asking_ring;
static uint32_t bell;
/* FIRST, OTHER: will be asked for, has been asked for, was granted after that. */
static bool wanted[2], asked[2], granted[2];

/* ---- what ring.c calls ---- */

static void cancel_fd(struct sl_ring *of, int fd)
{
    model_check(of == &ring, "the ring that asks");
    model_check(fd == FIRST || fd == OTHER, "a descriptor that nobody named");
    sl_model_note("cancels %d", fd);
    model_check(asked[fd - FIRST], "a cancel that nobody asked for");
    granted[fd - FIRST] = true;
}

static void cancel_all(struct sl_ring *of)
{
    model_check(of == &ring, "the ring that asks");
    sl_model_note("cancels all");
    model_check(asked[0] && asked[1], "all is cancelled where one would do");
    granted[0] = granted[1] = true;
}

static const struct sl_ring_class class = {.cancel_fd = cancel_fd, .cancel_all = cancel_all};

void sl_ring_ring(const struct sl_ring *of)
{
    model_check(of == &ring, "rings the ring that asks");
    sl_model_ring(&bell);
}

struct sl_sys sl_sys;

void sl_doorbell_arm(struct sl_ring *of)
{
    (void)of;
}

/* ---- threads ---- */

static void owner(void)
{
    while ((wanted[0] && !granted[0]) || (wanted[1] && !granted[1])) {
        sl_model_wait(&bell);
        sl_ring_read_mail(&ring);
    }
}

static void ask(const struct sl_ring *self, int fd)
{
    asked[fd - FIRST] = true;
    granted[fd - FIRST] = false;
    sl_ring_cancel_elsewhere(self, fd);
}

static void asks_first(void)
{
    ask(&asking_ring, FIRST);
}

static void asks_other(void)
{
    ask(NULL, OTHER);
}

static void asks_both(void)
{
    ask(&asking_ring, OTHER);
    ask(&asking_ring, FIRST);
}

/* ---- models ---- */

static void setup_one(void)
{
    rings_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    sl_list_init(&rings);
    ring.class = &class;
    asking_ring.class = &class;
    sl_store_relaxed(&ring.mail, 0);
    sl_store_relaxed(&asking_ring.mail, 0);
    sl_list_push(&rings, &ring.open);
    bell = 0;
    wanted[0] = true;
    wanted[1] = asked[0] = asked[1] = granted[0] = granted[1] = false;
}

static void setup_two(void)
{
    setup_one();
    wanted[1] = true;
}

static void setup_asking(void)
{
    setup_two();
    sl_list_push(&rings, &asking_ring.open);
}

static void granted_all(void)
{
    for (int i = 0; i < 2; i++)
        model_check(granted[i] == wanted[i] || bell, "a wish was not granted");
    model_check(!sl_load_relaxed(&ring.mail) || bell, "mail is left, and nobody rings");
    model_check(!sl_load_relaxed(&asking_ring.mail), "asks itself");
}

static const struct sl_model models[] = {
    {"one wish", setup_one, {owner, asks_first}, granted_all},
    {"the same wish twice", setup_one, {owner, asks_first, asks_first}, granted_all},
    {"two wishes", setup_two, {owner, asks_first, asks_other}, granted_all},
    {"two wishes of a ring", setup_asking, {owner, asks_both}, granted_all},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}

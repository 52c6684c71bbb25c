/* Is the explorer sharp? Protocols whose right and wrong forms are known: the wrong ones must fail,
 * in the memory where they are wrong and with what goes wrong, the right ones must not. */
#include "base/atomic.h"
#include "explore.h"
#include "os/hooks.h"
#include "os/spin.h"

#include <pthread.h>

static sl_atomic_u32 x, y, z, spin;
static uint32_t bell, seen[2];
static bool fenced;

static void setup(void)
{
    sl_store_relaxed(&x, 0);
    sl_store_relaxed(&y, 0);
    sl_store_relaxed(&z, 0);
    sl_store_relaxed(&spin, 0);
    bell = seen[0] = seen[1] = 0;
    fenced = false;
}

static void setup_fenced(void)
{
    setup();
    fenced = true;
}

static void fence(void)
{
    if (fenced)
        sl_fence_seq_cst(); /* pairs with the other thread's */
}

/* ---- sleep: x is the item, y says that somebody sleeps ---- */

static void sleeper(void)
{
    sl_store_relaxed(&y, 1);
    fence();
    if (!sl_load_relaxed(&x))
        sl_model_wait(&bell);
}

static void poster(void)
{
    sl_store_relaxed(&x, 1);
    fence();
    if (sl_load_relaxed(&y))
        sl_model_ring(&bell);
}

/* The poster's store is that of a read-modify-write: a fence on x86-64, not on ARM. */
static void fenced_sleeper(void)
{
    sl_store_relaxed(&y, 1);
    sl_fence_seq_cst();
    if (!sl_load_relaxed(&x))
        sl_model_wait(&bell);
}

static void rmw_poster(void)
{
    sl_exchange_acq_rel(&x, 1);
    if (sl_load_relaxed(&y))
        sl_model_ring(&bell);
}

/* ---- messages: stores become visible in their order ---- */

static void sender(void)
{
    sl_store_relaxed(&x, 1);
    sl_store_release(&y, 1); /* pairs with the receiver's load */
}

static void wrong_sender(void)
{
    sl_store_release(&y, 1);
    sl_store_relaxed(&x, 1);
}

static void receiver(void)
{
    if (sl_load_acquire(&y))
        model_check(sl_load_relaxed(&x), "the flag without the message");
}

/* Two writers of one word: whoever is last, all agree; own stores are seen at once. */
static void writer_1(void)
{
    sl_store_relaxed(&x, 1);
    seen[0] = sl_load_relaxed(&x);
    model_check(seen[0], "an own store is not seen");
}

static void writer_2(void)
{
    sl_store_relaxed(&x, 2);
    seen[1] = sl_load_relaxed(&x);
    model_check(seen[1], "an own store is not seen");
}

static void one_is_last(void)
{
    uint32_t last = sl_load_relaxed(&x);

    model_check(last == 1 || last == 2, "a store is lost");
    model_check(!(seen[0] == 2 && seen[1] == 1), "each thinks that the other was last");
}

/* Both outcomes must be reached, else the explorer chooses too little. */
static void never_2_last(void)
{
    model_check(sl_load_relaxed(&x) != 2, "2 was last");
}

static void never_seen_2(void)
{
    model_check(seen[0] != 2, "the first saw the second");
}

/* ---- read-modify-writes ---- */

static void adder(void)
{
    sl_add_acq_rel(&x, 1); /* pairs with the others */
}

static void torn_adder(void)
{
    sl_torn_add_acq_rel(&x, 1); /* pairs with the others */
}

static void swapper(void)
{
    uint32_t old = sl_load_relaxed(&x);

    while (!sl_cas_weak_acq_rel(&x, &old, old + 1)) /* pairs with the others */
        ;
}

/* A weak one may fail though nobody disturbs it. */
static void trusting_swapper(void)
{
    uint32_t old = 0;

    model_check(sl_cas_weak_acq_rel(&x, &old, 1), "failed"); /* pairs with nothing */
}

static void strong_swapper(void)
{
    uint32_t old = 0;

    model_check(sl_cas_acq_rel(&x, &old, 1), "failed"); /* pairs with nothing */
}

static void three(void)
{
    model_check(sl_load_relaxed(&x) == 3, "an increment is lost");
}

static void any_sum(void)
{
    model_check(sl_load_relaxed(&x) != 3, "all three counted");
}

/* ---- Chase-Lev: the owner takes at the bottom, thieves at the top ---- */

static unsigned taken[2];

static void setup_deque(void)
{
    setup();
    sl_store_relaxed(&y, 2); /* x is the top, y the bottom */
    taken[0] = taken[1] = 0;
}

static void setup_fenced_deque(void)
{
    setup_deque();
    fenced = true;
}

static void take(uint32_t item)
{
    taken[item]++;
    model_check(taken[item] == 1, "an item is taken twice");
}

static void pop(void)
{
    uint32_t bottom = sl_load_relaxed(&y) - 1, top;

    sl_store_relaxed(&y, bottom);
    fence();
    top = sl_load_relaxed(&x);
    if (top < bottom) {
        take(bottom);
        return;
    }
    if (top == bottom && sl_cas_acq_rel(&x, &top, top + 1)) /* pairs with steal's */
        take(bottom);
    sl_store_relaxed(&y, bottom + 1);
}

static void owner(void)
{
    pop();
    pop();
}

static void steal(void)
{
    uint32_t top = sl_load_acquire(&x); /* pairs with the swaps */

    fence();
    if (top < sl_load_acquire(&y) && sl_cas_acq_rel(&x, &top, top + 1)) /* pairs with pop's */
        take(top);
}

static void thief(void)
{
    steal();
    steal();
}

static void none_left(void)
{
    model_check(taken[0] && taken[1], "an item is lost");
}

/* ---- what else can go wrong ---- */

static void waits_for_ever(void)
{
    sl_model_wait(&bell);
}

static void rings(void)
{
    sl_model_ring(&bell);
}

static void spins(void)
{
    while (!sl_load_relaxed(&x))
        ;
}

static void frees(void)
{
    if (sl_sub_acq_rel(&x, 1) == 1) /* pairs with itself */
        sl_model_freed(&z, sizeof z);
}

static void drops_and_looks(void)
{
    frees();
    sl_load_relaxed(&z);
}

static void looks_and_drops(void)
{
    sl_store_relaxed(&z, 1);
    frees();
}

static void setup_two_references(void)
{
    setup();
    sl_store_relaxed(&x, 2);
}

static pthread_mutex_t mutex;
static pthread_cond_t changed;
static unsigned inside;

static void setup_mutex(void)
{
    setup();
    pthread_mutex_init(&mutex, NULL);
    pthread_cond_init(&changed, NULL);
    inside = 0;
}

static void enters(void)
{
    pthread_mutex_lock(&mutex);
    model_check(inside++ == 0, "two threads hold the mutex");
    sl_add_relaxed(&x, 1);
    inside--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

static void waits_for_two(void)
{
    pthread_mutex_lock(&mutex);
    while (sl_load_relaxed(&x) < 2)
        pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
}

static void waits_once(void)
{
    pthread_mutex_lock(&mutex);
    if (sl_load_relaxed(&x) < 2)
        pthread_cond_wait(&changed, &mutex);
    model_check(sl_load_relaxed(&x) == 2, "woken too early");
    pthread_mutex_unlock(&mutex);
}

#ifndef SL_ASAN
static void crashes(void)
{
    *(volatile char *)(uintptr_t)sl_load_relaxed(&z) = 1;
}
#endif

/* A lock that is waited for, and one that nobody ever lets go. */
static void setup_held(void)
{
    setup();
    sl_store_relaxed(&spin, 1);
}

static void adds_alone(void)
{
    sl_spin_lock(&spin);
    sl_store_relaxed(&x, sl_load_relaxed(&x) + 1);
    sl_spin_unlock(&spin);
}

/* What it waits for may stay in the other's buffer for as long as that one runs. */
static void waits_for_x(void)
{
    unsigned turns = 0;

    while (sl_load_relaxed(&x) != 1)
        sl_spin_wait(&turns);
}

static void stores_x(void)
{
    sl_store_relaxed(&x, 1);
}

#define LOST "a wake-up was lost"

static const struct sl_model models[] = {
    {"sleep", setup, {sleeper, poster}, NULL, NULL, SL_MODEL_SC},
    {"sleep without fences", setup, {sleeper, poster}, NULL, LOST, SL_MODEL_TSO},
    {"sleep with fences", setup_fenced, {sleeper, poster}, NULL, NULL, SL_MODEL_TSO},
    {"sleep with fences, late", setup_fenced, {sleeper, poster}, NULL, NULL, SL_MODEL_LATE},
    {"exchange as a fence", setup, {fenced_sleeper, rmw_poster}, NULL, NULL, SL_MODEL_TSO},
    {"exchange is no fence", setup, {fenced_sleeper, rmw_poster}, NULL, LOST, SL_MODEL_LATE},
    {"message", setup, {sender, receiver}, NULL, NULL, SL_MODEL_LATE},
    {"message after its flag", setup, {wrong_sender, receiver}, NULL, "without", SL_MODEL_SC},
    {"two writers", setup, {writer_1, writer_2}, one_is_last, NULL, SL_MODEL_TSO},
    {"second writer last", setup, {writer_1, writer_2}, never_2_last, "2 was", SL_MODEL_TSO},
    {"second writer seen", setup, {writer_1, writer_2}, never_seen_2, "saw", SL_MODEL_TSO},
    {"adders", setup, {adder, adder, adder}, three, NULL, SL_MODEL_LATE},
    {"adders meet", setup, {adder, adder, adder}, any_sum, "all three", SL_MODEL_LATE},
    {"torn adder", setup, {adder, torn_adder, adder}, three, "lost", SL_MODEL_SC},
    {"swappers", setup, {swapper, adder, swapper}, three, NULL, SL_MODEL_LATE},
    {"weak swap fails", setup, {trusting_swapper}, NULL, "failed", SL_MODEL_SC},
    {"strong swap does not", setup, {strong_swapper}, NULL, NULL, SL_MODEL_SC},
    {"deque", setup_deque, {owner, thief}, none_left, NULL, SL_MODEL_SC},
    {"deque without a fence", setup_deque, {owner, thief}, NULL, "twice", SL_MODEL_TSO},
    {"deque with a fence", setup_fenced_deque, {owner, thief}, none_left, NULL, SL_MODEL_LATE},
    {"deque, two thieves", setup_fenced_deque, {owner, steal, steal}, none_left, NULL,
     SL_MODEL_LATE},
    {"nobody rings", setup, {waits_for_ever, adder}, NULL, LOST, SL_MODEL_SC},
    {"somebody rings", setup, {waits_for_ever, rings}, NULL, NULL, SL_MODEL_SC},
    {"spins", setup, {spins, adder}, NULL, "does not end", SL_MODEL_SC},
    {"spin lock", setup, {adds_alone, adds_alone, adds_alone}, three, NULL, SL_MODEL_LATE,
     .bound = 2},
    {"spin lock that is held", setup_held, {adds_alone, adder}, NULL, LOST, SL_MODEL_LATE},
    {"spins until it sees", setup, {waits_for_x, stores_x}, NULL, NULL, SL_MODEL_LATE},
    {"used after it was freed", setup_two_references, {drops_and_looks, frees}, NULL, "freed",
     SL_MODEL_SC},
    {"used before it is freed", setup_two_references, {looks_and_drops, looks_and_drops}, NULL,
     NULL, SL_MODEL_LATE},
#ifndef SL_ASAN
    {"crash", setup, {crashes, adder}, NULL, "not there", SL_MODEL_LATE},
#endif
    {"mutex", setup_mutex, {enters, waits_for_two, enters}, NULL, NULL, SL_MODEL_LATE},
    {"condition without a loop", setup_mutex, {enters, waits_once, enters}, NULL, "too early",
     SL_MODEL_SC},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}

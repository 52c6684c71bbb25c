/* Plain futures and jobs of one loop: completed by any thread, by a claim.
 *
 * Who swaps the guard from OPEN to CLAIMED completes it, and nobody else. What waits for it is in a
 * list of the loop's, so that a thread that does not run the loop posts an item, which lies in the
 * record: the loop's thread moves the waiters to the ready queue when it takes the item. The item
 * holds a reference. The last reference that another thread gives back travels the same way. */
#include "task/open.h"

#include "task/task.h"

/* ---- completion ---- */

static struct sl_open *open_of(struct sley_future *future)
{
    return SL_CONTAINER(future, struct sl_open, future);
}

/* On the loop's thread. From now on who asks for a future that is done need not wait behind those
 * that came before. */
static void tell_loop(struct sley_future *future)
{
    sl_store_relaxed(&future->guard, SL_GUARD_TOLD);
    sl_list_splice(&future->loop->ready, &future->waiters);
}

static void news_of_end(struct sley_loop *loop, struct sl_inbox_item *item)
{
    struct sley_future *future = &SL_CONTAINER(item, struct sl_open, news)->future;

    (void)loop;
    tell_loop(future);
    sl_future_drop(future);
}

static void post(struct sley_future *future,
                 void (*run)(struct sley_loop *loop, struct sl_inbox_item *item))
{
    struct sl_inbox_item *news = &open_of(future)->news;

    news->run = run;
    sl_inbox_post(future->loop, news);
}

bool sl_open_finish(struct sley_future *future, enum sl_future_state state, intptr_t word,
                    sley_error *error)
{
    uint8_t guard = (uint8_t)sl_future_guard_of(future);
    enum sl_own own;

    do
        if (guard != SL_GUARD_OPEN && guard != SL_GUARD_ASLEEP) {
            sley_error_drop(error);
            return false;
        }
    /* Pairs with itself: one claims it. And with the plain thread that goes to sleep: ASLEEP. */
    while (!sl_cas_weak_acq_rel(&future->guard, &guard, SL_GUARD_CLAIMED));
    future->word = word;
    future->error = error;
    if (SL_UNLIKELY(state == SL_FAILED))
        sl_future_mark(future, SL_FUTURE_FAILED);
    /* Word and error come before: pairs with sl_future_state. */
    sl_store_release(&future->state, (uint8_t)state);
    own = sl_own_begin(future->loop);
    if (own != SL_OWN_NOT) {
        tell_loop(future);
        sl_own_end(future->loop, own);
    } else {
        sl_future_ref(future);
        post(future, news_of_end);
    }
    if (SL_UNLIKELY(guard == SL_GUARD_ASLEEP))
        sl_sleeper_wake(future);
    return true;
}

/* ---- the end ---- */

static void news_of_last_drop(struct sley_loop *loop, struct sl_inbox_item *item)
{
    (void)loop;
    sl_future_free(&SL_CONTAINER(item, struct sl_open, news)->future);
}

void sl_open_gone(struct sley_future *future)
{
    struct sley_loop *loop = future->loop;
    enum sl_own own = sl_own_begin(loop);

    if (own == SL_OWN_NOT) {
        post(future, news_of_last_drop);
        return;
    }
    sl_future_free(future);
    sl_own_end(loop, own);
}

/* ---- what is its loop's alone, in other threads ---- */

void sl_future_check_thread(struct sley_future *future)
{
    struct sley_loop *loop = future->loop;

    if (sl_current() == loop || sl_shared_load_relaxed(&loop->state) != SL_LOOP_RUNNING)
        return;
    sl_check_failed("a task of one loop is dropped by the thread that runs it",
                    sl_task_of_future(future)->name, 0);
}

struct late_drop {
    struct sl_inbox_item item;
    struct sley_future *future;
};
/* For who has no memory for another. */
static struct late_drop spare;
static sl_atomic_u32 spare_taken;

static void drop_late(struct sley_loop *loop, struct sl_inbox_item *item)
{
    struct late_drop *late = SL_CONTAINER(item, struct late_drop, item);
    struct sley_future *future = late->future;

    (void)loop;
    if (late == &spare)
        sl_store_release(&spare_taken, 0); /* pairs with who takes it */
    else
        sl_sys.release(late, sizeof *late, 0);
    sl_future_drop(future);
}

static struct late_drop *late_new(void)
{
    struct late_drop *late = sl_sys.allocate(sizeof *late, 0);
    uint32_t free = 0;

    /* Pairs with drop_late. */
    if (!late && sl_cas_acq_rel(&spare_taken, &free, 1))
        late = &spare;
    return late;
}

/* Without memory, and while another one has the spare, the reference is lost: the record stays
 * until the loop is closed, its detail for ever. */
void sl_future_drop_foreign(struct sley_future *future)
{
    struct sley_loop *loop = future->loop;
    enum sl_own own;
    struct late_drop *late;

    if (sl_future_guard_of(future) > SL_GUARD_WATCHED) {
        sl_future_drop(future);
        return;
    }
    own = sl_own_begin(loop);
    if (own != SL_OWN_NOT) {
        sl_future_drop(future);
        sl_own_end(loop, own);
        return;
    }
    late = late_new();
    if (!late)
        return;
    *late = (struct late_drop){.item.run = drop_late, .future = future};
    sl_inbox_post(loop, &late->item);
}

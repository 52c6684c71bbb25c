/* src/sched/share.c (claim, accept, stale) and src/task/shared.c (the last drop): who begins.
 *
 * A task stands in a deque, NEW. Who awaits it may begin it where it is, and leaves a stale place;
 * who takes it from the deque begins it, or forgets the place. It is begun once, or never if it was
 * cancelled before; its record is freed once, and not while its place is queued. */
#include "explore.h"
#include "task/shared.h"

#include "sched/share.c"
#define sl_shared_give_record shipped_give_record /* records are not pooled here */
void shipped_give_record(struct sley_future *future);
#include "task/shared.c"
#undef sl_shared_give_record
#include "task/task_group.c"

#include <string.h>

static struct sley_loop loops[SL_MODEL_THREADS];
static struct sley_task task;
static int begun, never_begun, went_on, freed, places;
/* A second place, once the task that was begun waits and is woken. */
static bool second_place;
static uint32_t woken;

const struct sl_worker_calls sl_worker_calls = {.gone = sl_shared_gone};

SL_MODEL_NOT_CALLED(sl_gather_cancel);

void sl_future_free(struct sley_future *future)
{
    model_check(future == &task.future, "another record");
    model_check(!sl_load_relaxed(&future->refs), "freed, and referred to");
    model_check(!places, "freed, and its place is queued");
    model_check(++freed == 1, "freed twice");
    sl_model_freed(&task, sizeof task);
}

static struct sley_loop *here(void)
{
    return &loops[sl_model_current()];
}

static void drop(void)
{
    sl_future_drop_many(&task.future);
}

/* It runs to its end, where the runtime's reference goes. */
static void run(void)
{
    model_check(++begun + never_begun == 1, "begun twice");
    drop();
}

static void awaiter(void)
{
    if (sl_share_claim(&task.fiber))
        run();
    drop(); /* its handle */
}

/* What the worker does with a fiber that it has taken, and at the end of its pass. */
static void begin_here(void)
{
    if (sl_fiber_flags(&task.fiber) & SL_FIBER_MUST_CANCEL) {
        model_check(begun + ++never_begun == 1, "ended, and begun");
        drop();
    } else {
        run();
    }
}

static void bury(void)
{
    struct sl_link *link;

    while ((link = sl_list_pop(&here()->gone)))
        sl_worker_calls.gone(here(), sl_fiber_of(SL_CONTAINER(link, struct sl_entry, link)));
}

static void dequeuer(void)
{
    bool accepted = sl_share_accept(here(), &task.fiber.entry);

    places--;
    if (accepted)
        begin_here();
    bury();
}

static void dropper(void)
{
    drop();
}

/* The end of a group: whoever has not begun never does. */
static void forestaller(void)
{
    forestall(&task.fiber);
    drop(); /* that of who does it */
}

/* Begun where it stood, it waits, and is woken: it stands in two places then, and one of them is
 * stale, whichever comes first. */
static void awaiter_of_one_that_waits(void)
{
    if (sl_share_claim(&task.fiber)) {
        model_check(++begun == 1, "begun twice");
        places++;
        second_place = true;
    }
    woken = 1;
}

static void dequeuer_of_first(void)
{
    bool accepted = sl_share_accept(here(), &task.fiber.entry);

    places--;
    if (accepted) {
        if (second_place)
            went_on++;
        else
            model_check(++begun == 1, "begun twice");
    }
    bury();
}

static void dequeuer_of_second(void)
{
    sl_model_block(&woken, 0, true);
    if (!second_place)
        return;
    places--;
    went_on += sl_share_accept(here(), &task.fiber.entry);
    bury();
}

/* ---- models ---- */

static void setup_of(uint32_t refs)
{
    memset(&task, 0, sizeof task);
    for (int i = 0; i < SL_MODEL_THREADS; i++)
        sl_list_init(&loops[i].gone);
    loops[0].team = (struct sl_team *)loops; /* compared, never looked at */
    sl_future_init(&task.future, &loops[0], SL_FUTURE_TASK);
    sl_store_relaxed(&task.future.refs, refs);
    sl_store_relaxed(&task.fiber.word, SL_FIBER_MANY | SL_FIBER_NEW);
    begun = never_begun = went_on = freed = 0;
    places = 1;
    second_place = false;
    woken = 0;
}

static void setup(void)
{
    setup_of(2);
}

static void setup_more(void)
{
    setup_of(3);
}

static void setup_many(void)
{
    setup_of(4);
}

static void once(void)
{
    model_check(begun + never_begun == 1, "not begun");
    model_check(freed == 1 && !places, "not freed");
}

static void begun_once(void)
{
    once();
    model_check(begun == 1, "never begun");
}

static void gone_on_once(void)
{
    model_check(begun == 1, "not begun once");
    model_check(went_on == second_place, "does not go on once");
    model_check(!(sl_fiber_flags(&task.fiber) & (SL_FIBER_NEW | SL_FIBER_STALE)), "a mark is left");
}

static const struct sl_model models[] = {
    {"awaiter and dequeuer", setup, {awaiter, dequeuer}, begun_once},
    {"another handle", setup_more, {awaiter, dequeuer, dropper}, begun_once},
    {"nobody awaits", setup, {dropper, dequeuer}, begun_once},
    {"forestalled", setup_more, {awaiter, dequeuer, forestaller}, once},
    {"two awaiters", setup_more, {awaiter, dequeuer, awaiter}, begun_once},
    {"begun, and waits", setup, {awaiter_of_one_that_waits, dequeuer_of_first, dequeuer_of_second},
     gone_on_once},
    {"everybody", setup_many, {awaiter, dequeuer, awaiter, forestaller}, once, .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}

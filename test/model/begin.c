/* src/sched/share.c (marked places, claim, accept, push_new), src/task/shared_task.c (make) and
 * shared.c (the last drop): who begins.
 *
 * A task stands in a deque, NEW. Who awaits it may begin it where it is, and leaves a place that is
 * forgotten by who comes upon it; who takes it from the deque begins it. It is begun once, or never
 * if it was cancelled before; it is freed once. Its place may outlive it: records stay records, and
 * the next task of the record is begun once, from whichever of the two places. */
#define SL_DEQUE_SLOTS 4u

#include "explore.h"
#include "task/shared.h"

static struct sley_loop *model_loop(void);
#define sl_current() model_loop()

#include "sched/share.c"
#include "sched/slow.c"
#include "sched/visit.c"
#include "sched/inject.c"
#include "task/shared.c"
#include "task/shared_cancel.c"
#include "task/build.h"
static struct sley_task *build(struct sley_loop *loop, sley_fn *fn, const void *arg, size_t size,
                               const sley_task_options *options, enum sl_task_maker maker);
#define sl_task_build build
#include "task/shared_task.c"
#include "task/task_group.c"

#define WORKERS SL_MODEL_THREADS
#define RECORDS 2
#define LIVES 3
#include "members.h"

static struct sl_runtime runtime;
static struct sley_task records[RECORDS];
static struct sley_task *const task = &records[0]; /* of the models of one task */
static int life_of[RECORDS];                       /* -1: free */
static int lives, begun[LIVES], never_begun[LIVES], freed[LIVES];
static unsigned asked[LIVES], counted[LIVES];      /* requests */
/* A second place, once the task that was begun waits and is woken. */
static bool second_place;
static int went_on;
static uint32_t woken;

const struct sl_wait_class sl_await_class = {.reason = "a task"};
const struct sl_worker_calls sl_worker_calls = {0};
SL_MODEL_NOT_CALLED(sl_context_put_slowly);
SL_MODEL_NOT_CALLED(sl_context_release_last);
SL_MODEL_NOT_CALLED(sl_future_cancel);
SL_MODEL_NOT_CALLED(sl_roam);
SL_MODEL_NOT_CALLED(sl_wait_cancel_held);
SL_MODEL_NOT_CALLED(sl_dead_argument_note);
SL_MODEL_NOT_CALLED(sl_future_check_thread);
SL_MODEL_NOT_CALLED(sl_loop_ring);
SL_MODEL_NOT_CALLED(sl_open_gone);
SL_MODEL_NOT_CALLED(sl_search_offered);
SL_MODEL_NOT_CALLED(sl_search_wake);
SL_MODEL_NOT_CALLED(sl_scope_set);
SL_MODEL_NOT_CALLED(sl_stacks_return);
SL_MODEL_NOT_CALLED(sl_task_free);

sl_atomic_u32 sl_context_threads;

static struct sley_loop *model_loop(void)
{
    return sl_model_current() < 0 ? &loops[0] : &loops[sl_model_current()];
}

/* ---- records ---- */

/* As from a pool: the one that was given last is taken first. */
static struct sley_task *build(struct sley_loop *loop, sley_fn *fn, const void *arg, size_t size,
                               const sley_task_options *options, enum sl_task_maker maker)
{
    int i = life_of[0] < 0 ? 0 : 1;

    (void)fn, (void)arg, (void)size, (void)options, (void)maker;
    model_check(life_of[i] < 0 && lives < LIVES, "too many tasks");
    life_of[i] = lives++;
    sl_future_clear(&records[i].future, loop, SL_FUTURE_TASK);
    records[i].fiber.entry.run = NULL;
    records[i].fiber.sp = NULL;
    return &records[i];
}

static int life(struct sley_task *of)
{
    int now = life_of[of - records];

    model_check(now >= 0, "a free record is a task");
    return now;
}

void sl_shared_give_record(struct sley_future *future)
{
    struct sley_task *of = sl_task_of_future(future);
    int n = life(of);

    model_check(sl_load_relaxed(&future->refs) % SL_REFS_MANY == 0, "freed, and referred to");
    model_check(++freed[n] == 1, "freed twice");
    counted[n] = sl_fiber_cancelling(&of->fiber);
    sl_store_relaxed(&of->fiber.word, 0);
    sl_model_step("free");
    life_of[of - records] = -1;
}

void sl_future_free(struct sley_future *future)
{
    sl_shared_give_record(future);
}

/* ---- steps ---- */

static void drop(struct sley_task *of)
{
    sl_future_drop_many(&of->future);
}

/* It runs to its end, where the runtime's reference goes. */
static void run(struct sley_task *of)
{
    int n = life(of);

    model_check(++begun[n] + never_begun[n] == 1, "begun twice");
    sl_model_step("run");
    drop(of);
}

static void await(struct sley_task *of)
{
    if (sl_share_claim(&of->fiber))
        run(of);
    drop(of); /* its handle */
}

/* What the worker does with a place that it has taken. */
static void dispatch(struct sl_entry *place)
{
    struct sl_entry *entry = sl_share_accept(place);
    struct sley_task *of;

    if (!entry)
        return;
    of = sl_task_of(sl_fiber_of(entry));
    if (sl_fiber_flags(&of->fiber) & SL_FIBER_MUST_CANCEL) {
        int n = life(of);

        model_check(begun[n] + ++never_begun[n] == 1, "ended, and begun");
        drop(of);
    } else {
        run(of);
    }
}

/* ---- one task, whose place one thread has taken ---- */

static void awaiter(void)
{
    await(task);
}

static void dequeuer(void)
{
    dispatch(mark(&task->fiber.entry));
}

static void dropper(void)
{
    drop(task);
}

/* The end of a group: whoever has not begun never does. */
static void forestaller(void)
{
    forestall(&task->fiber);
    drop(task); /* that of who does it */
}

/* Begun where it stood, it waits, and is woken: it stands in two places then, and one of them is
 * to be forgotten, whichever comes first. */
static void awaiter_of_one_that_waits(void)
{
    if (sl_share_claim(&task->fiber)) {
        model_check(++begun[0] == 1, "begun twice");
        second_place = true;
    }
    woken = 1;
}

static void dequeuer_of_first(void)
{
    if (sl_share_accept(mark(&task->fiber.entry)))
        model_check(++begun[0] == 1, "begun twice");
}

static void dequeuer_of_second(void)
{
    sl_model_block(&woken, 0, true);
    if (second_place)
        went_on += sl_share_accept(&task->fiber.entry) == &task->fiber.entry;
}

/* ---- tasks that are made, one after the other ---- */

static struct sley_task *make(void)
{
    struct sley_loop *loop = model_loop();
    struct sley_task *made;

    loop->in_user = 0;
    made = sl_shared_create(loop, NULL, NULL, 0, NULL, NULL);
    loop->in_user = 1;
    return made;
}

/* What is left at this worker. */
static void serve(void)
{
    struct sl_deque *deque = &model_loop()->member->deque;
    struct sl_entry *place;

    while ((place = sl_deque_swap_next(deque, NULL)) || (place = sl_deque_pop(deque)))
        dispatch(place);
}

/* Each is awaited at once, and its record is the next one's, mostly. */
static void maker(void)
{
    await(make());
    await(make());
    serve();
}

/* The first one's place is put into the deque by the second one's. */
static void maker_of_two_at_once(void)
{
    struct sley_task *first = make();

    await(make());
    drop(first);
    serve();
}

static void maker_of_three(void)
{
    await(make());
    await(make());
    drop(make());
    serve();
}

/* The second one is not awaited: its place, or that of the first one, is all there is. */
static void maker_who_leaves(void)
{
    await(make());
    drop(make());
    serve();
}

/* The same by the long way. */
static void maker_with_options(void)
{
    await(sl_shared_make(model_loop(), NULL, NULL, 0, NULL, NULL, &runtime.root, NULL));
    await(make());
    serve();
}

/* Who looks at all records, and asks the task that it finds to end. */
static void finder(void)
{
    if (!sl_future_try_ref(&task->future))
        return;
    if (sl_shared_cancel(task))
        asked[life(task)]++;
    drop(task);
}

static void thief(void)
{
    struct sl_deque *deque = &team->members[0].deque;
    struct sl_entry *place = sl_deque_swap_next(deque, NULL);

    if (place)
        dispatch(place);
    if ((place = sl_deque_steal(deque, &model_loop()->member->deque)))
        dispatch(place);
    serve();
}

/* ---- models ---- */

static void setup_none(void)
{
    setup_team(WORKERS, 0);
    memset(&runtime, 0, sizeof runtime);
    memset(records, 0, sizeof records);
    memset(begun, 0, sizeof begun);
    memset(never_begun, 0, sizeof never_begun);
    memset(freed, 0, sizeof freed);
    memset(asked, 0, sizeof asked);
    memset(counted, 0, sizeof counted);
    team->steals = true;
    for (int i = 0; i < WORKERS; i++)
        loops[i].runtime = &runtime;
    for (int i = 0; i < RECORDS; i++)
        life_of[i] = -1;
    lives = went_on = 0;
    second_place = false;
    woken = 0;
}

static void setup_of(uint32_t refs)
{
    setup_none();
    life_of[0] = lives++;
    sl_future_init(&task->future, &loops[0], SL_FUTURE_TASK);
    sl_store_relaxed(&task->future.refs, SL_REFS_MANY + refs);
    sl_store_relaxed(&task->fiber.word, SL_FIBER_MANY | SL_FIBER_NEW);
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
    for (int i = 0; i < lives; i++) {
        model_check(begun[i] + never_begun[i] == 1, "not begun");
        model_check(freed[i] == 1, "not freed");
        model_check(asked[i] == counted[i], "a request is lost");
    }
}

static void begun_once(void)
{
    once();
    for (int i = 0; i < lives; i++)
        model_check(begun[i] == 1, "never begun");
}

static void gone_on_once(void)
{
    model_check(begun[0] == 1, "not begun once");
    model_check(went_on == second_place, "does not go on once");
    model_check(!(sl_fiber_flags(&task->fiber) & SL_FIBER_NEW), "a mark is left");
}

static const struct sl_model models[] = {
    {"awaiter and dequeuer", setup, {awaiter, dequeuer}, begun_once},
    {"another handle", setup_more, {awaiter, dequeuer, dropper}, begun_once},
    {"nobody awaits", setup, {dropper, dequeuer}, begun_once},
    {"forestalled", setup_more, {awaiter, dequeuer, forestaller}, once},
    {"two awaiters", setup_more, {awaiter, dequeuer, awaiter}, begun_once},
    {"begun, and waits", setup, {awaiter_of_one_that_waits, dequeuer_of_first, dequeuer_of_second},
     gone_on_once},
    {"made one after the other", setup_none, {maker, thief}, begun_once},
    {"found and asked", setup_none, {maker, finder}, once},
    {"found and asked, the long way", setup_none, {maker_with_options, finder}, once},
    {"found, asked and stolen", setup_none, {maker, finder, thief}, once, .bound = 2},
    {"the second is left", setup_none, {maker_who_leaves, thief}, begun_once},
    {"two at once", setup_none, {maker_of_two_at_once, thief}, begun_once},
    {"two thieves", setup_none, {maker_who_leaves, thief, thief}, begun_once, .bound = 3,
     .stale = 2},
    {"three are made", setup_none, {maker_of_three, thief, thief}, begun_once, .bound = 2},
    {"everybody", setup_many, {awaiter, dequeuer, awaiter, forestaller}, once},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}

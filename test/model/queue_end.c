/* src/sync/queue_end.c: who joins goes on when the last item is done, and may free the queue; a
 * shutdown is seen by everybody who waits, and by whoever comes. */
#include "queue.h"

#include "sync/queue_end.c"

static int gets_done, refused, joined;

static void gets(struct sley_loop *loop)
{
    intptr_t item;
    int rc = sl_queue_get_shared(loop, &queue, &item);

    model_check(rc == 0 || rc == -SLEY_ESHUTDOWN || rc == -ECANCELED, "another error");
    refused += rc == -SLEY_ESHUTDOWN;
    if (rc == 0) {
        gets_done++;
        model_check(sl_queue_task_done_shared(&queue) == 0, "was not counted");
    }
}
static void joins(void)
{
    int rc = sl_queue_join_shared(&queue);

    model_check(rc == 0 || rc == -ECANCELED, "another error");
    joined += rc == 0;
}
static void puts_two(struct sley_loop *loop)
{
    for (intptr_t item = 1; item <= 2; item++) {
        int rc = sl_queue_put_shared(loop, &queue, item);

        model_check(rc == 0 || rc == -SLEY_ESHUTDOWN, "another error");
        refused += rc == -SLEY_ESHUTDOWN;
    }
}

static void getter(void)
{
    gets(as_fiber());
}
static void getter_thread(void)
{
    gets(as_thread());
}
static void joiner(void)
{
    (void)as_fiber();
    joins();
}
static void joiner_thread(void)
{
    (void)as_thread();
    joins();
}
static void joiner_frees(void)
{
    joiner();
    sl_model_freed(&queue, sizeof queue);
}
static void putter(void)
{
    puts_two(as_fiber());
}
static void finisher(void)
{
    (void)as_fiber();
    model_check(sl_queue_task_done_shared(&queue) == 0, "was not counted");
}
static void shuts(void)
{
    (void)as_fiber();
    sl_queue_shutdown_shared(&queue, false);
}
static void shuts_at_once(void)
{
    (void)as_fiber();
    sl_queue_shutdown_shared(&queue, true);
}

static void setup_of(bool own, uint32_t unfinished, bool item)
{
    setup_queue(own);
    queue._unfinished = unfinished;
    queue._count = item;
    gets_done = refused = joined = 0;
}
static void setup(void)
{
    setup_of(false, 0, false);
}
static void setup_own(void)
{
    setup_of(true, 0, false);
}
static void setup_one_left(void)
{
    setup_of(false, 1, false);
}
static void setup_one_left_of_loops(void)
{
    setup_of(true, 1, false);
}
static void setup_item(void)
{
    setup_of(false, 1, true);
}

static void at_rest(void)
{
    nobody_waits(&queue._getters);
    nobody_waits(&queue._putters);
    nobody_waits(&queue._joiners);
    model_check(!(queue._shut & (SL_QUEUE_GETTERS | SL_QUEUE_PUTTERS)), "said to wait");
}
static void all_joined(void)
{
    at_rest();
    model_check(queue._unfinished == 0 && joined, "somebody has not joined");
}

static const struct sl_model models[] = {
    {"joiner frees", setup_one_left, {joiner_frees, finisher}, all_joined},
    {"joiner of a loop frees", setup_one_left_of_loops, {joiner_frees, finisher}, all_joined},
    {"two joiners", setup_one_left, {joiner, joiner_thread, finisher}, all_joined, .bound = 2,
     .stale = 2},
    {"joiner cancelled", setup_one_left, {joiner, finisher, ask_first}, at_rest},
    {"item done", setup_item, {joiner, getter}, all_joined},
    {"dropped", setup_item, {joiner, shuts_at_once}, all_joined},
    {"getters", setup, {getter, getter_thread, shuts}, at_rest, .bound = 2, .stale = 2},
    {"getters of loops", setup_own, {getter, getter, shuts}, at_rest, .bound = 2, .stale = 2},
    {"putter", setup, {putter, shuts}, at_rest},
    {"putter, getter", setup, {putter, getter, shuts}, at_rest, .bound = 1, .stale = 1},
    {"getter cancelled", setup, {getter, shuts, ask_first}, at_rest},
    {"putter, getter, dropped", setup, {putter, getter, joiner, shuts_at_once}, at_rest,
     .large = true},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}

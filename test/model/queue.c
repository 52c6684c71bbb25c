/* src/sync/queue_shared.c: each item is got once, in order, also by who was cancelled at the same
 * time; nobody waits while there is an item or room; who got the last one may free the queue. */
#include "queue.h"

static int seen[MOST + 1], got, cancelled_gets, cancelled_puts;

static intptr_t gets(struct sley_loop *loop)
{
    intptr_t item = 0;
    int rc = sl_queue_get_shared(loop, &queue, &item);

    if (rc < 0) {
        model_check(rc == -ECANCELED, "another error");
        cancelled_gets++;
        return 0;
    }
    model_check(item > 0 && item <= MOST && seen[item]++ == 0, "not an item, or twice");
    got++;
    return item;
}
static void puts_item(struct sley_loop *loop, intptr_t item)
{
    int rc = sl_queue_put_shared(loop, &queue, item);

    model_check(rc == 0 || rc == -ECANCELED, "another error");
    cancelled_puts += rc != 0;
}

static void getter_frees(void)
{
    gets(as_fiber());
    sl_model_freed(&queue, sizeof queue);
}
static void getter(void)
{
    gets(as_fiber());
}
static void getter_thread(void)
{
    gets(as_thread());
}
static void getter_of_two(void)
{
    intptr_t first = gets(as_fiber());

    model_check(gets(as_fiber()) > first, "out of order");
}
static void putter(void)
{
    puts_item(as_fiber(), 1);
}
static void putter_of_two(void)
{
    puts_item(as_fiber(), 1);
    puts_item(as_fiber(), 2);
}
static void putter_thread(void)
{
    puts_item(as_thread(), 1);
    puts_item(as_thread(), 2);
}
static void putter_of_three(void)
{
    putter_of_two();
    puts_item(as_fiber(), 3);
}

static void setup_of(bool own)
{
    setup_queue(own);
    memset(seen, 0, sizeof seen);
    got = cancelled_gets = cancelled_puts = 0;
}
static void setup(void)
{
    setup_of(false);
}
static void setup_own(void)
{
    setup_of(true);
}

static void at_rest(void)
{
    nobody_waits(&queue._getters);
    nobody_waits(&queue._putters);
    model_check((int)queue._unfinished == got + (int)queue._count, "an item is lost");
    model_check(!(queue._shut & (SL_QUEUE_GETTERS | SL_QUEUE_PUTTERS)), "said to wait");
}

static const struct sl_model models[] = {
    {"getter frees", setup, {getter_frees, putter}, at_rest},
    {"getter of a loop frees", setup_own, {getter_frees, putter}, at_rest},
    {"in order", setup, {getter_of_two, putter_of_two}, at_rest},
    {"in order, of loops", setup_own, {getter_of_two, putter_of_two}, at_rest},
    {"in order, by a thread", setup, {getter_of_two, putter_thread}, at_rest},
    {"two getters", setup, {getter, getter, putter_of_two}, at_rest, .bound = 2,
     .stale = 2},
    {"getter, thread", setup_own, {getter, getter_thread, putter_of_two}, at_rest,
     .bound = 2, .stale = 1},
    {"cancelled", setup, {getter, getter, putter_of_two, ask_first}, at_rest, .large = true},
    {"nothing but a cancel", setup, {getter, ask_first}, at_rest},
    {"getter cancelled", setup, {getter, putter, ask_first}, at_rest},
    {"putter cancelled", setup, {putter_of_three, getter_of_two, ask_first}, at_rest,
     .bound = 1},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}

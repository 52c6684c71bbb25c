/* src/io/table.c: operations on a descriptor against its close.
 *
 * README claims 1 and 2 of src/io: close(2) is called once for each sley_close that was not
 * refused, never while an operation that was admitted is in flight, and the number's next life
 * begins with a clean word. */
#include "explore.h"
#include "io/table.c"
#include "ring/number.c"

#include <string.h>

#define FD 5
#define OTHER 6

static _Alignas(64) char memory[sizeof(struct table) + 1024 * sizeof(sl_atomic_u64)];
static int maps;
static int in_flight;   /* admitted, and not ended yet */
static int here[4];     /* of them, by their ring */
static int admitted, refused, late_ones;
static int lives;       /* how often the number was closed */
static bool open;       /* the kernel's view */
static bool marked;     /* closed under operations */
static bool left;       /* nobody holds the number: close(2) has been decided */
static bool taken_out;
static uint32_t given_out, both_closed, first_closed;
static int closes_that_marked, told;
static struct sl_table_queue queue;

/* ---- what table.c calls ---- */

int64_t sl_plain_number(const char *path)
{
    (void)path;
    return 1024;
}

int64_t sl_plain_descriptor_limit(void)
{
    return 1024;
}

static void *map(size_t bytes)
{
    model_check(bytes == sizeof memory, "maps another size");
    maps++;
    return memory;
}

/* The number is free: who asked for a descriptor gets it. */
static int close_fd(int fd)
{
    left = true;
    sl_model_step("close(2)");
    sl_model_note("close(%d)", fd);
    model_check(fd == FD, "closes another number");
    model_check(in_flight == 0, "closed while an operation is in flight");
    model_check(open, "closed twice");
    open = false;
    lives++;
    sl_model_ring(&given_out);
    return 0;
}

struct sl_sys sl_sys = {.map = map, .close = close_fd};

/* ---- threads ---- */

/* Who comes after the last decision names a number that may be anybody's (claim 3): LATE. */
enum admission { REFUSED, ADMITTED, LATE };

static enum admission begin(uint32_t ring)
{
    int rc = sl_table_begin(FD, ring);

    sl_model_note("begin of ring %u: %d", ring, rc);
    if (rc < 0) {
        model_check(rc == -EBADF, "refused for no reason");
        refused++;
        return REFUSED;
    }
    admitted++;
    if (left) {
        late_ones++;
        return LATE;
    }
    model_check(!marked, "admitted after the close");
    in_flight++;
    here[ring]++;
    return ADMITTED;
}

static bool end_of(uint32_t ring, bool (*how)(int fd))
{
    in_flight--;
    here[ring]--;
    return how(FD);
}

static bool end_empty(int fd)
{
    return sl_table_end_receive(fd, true);
}

static void operate(uint32_t ring)
{
    enum admission admission = begin(ring);

    if (admission == ADMITTED)
        end_of(ring, sl_table_end);
    else if (admission == LATE)
        sl_table_end(FD);
}

static void ends(void)
{
    told += end_of(1, sl_table_end);
}

static void ends_empty(void)
{
    told += end_of(1, end_empty);
}

static void ends_on_2(void)
{
    told += end_of(2, end_empty);
}

static void user_1(void)
{
    operate(1);
    operate(1);
}

static void user_3(void)
{
    operate(3);
}

/* As sl_descriptor_close does. */
static void close_as(uint32_t ring)
{
    switch (sl_table_close(FD, ring)) {
    case SL_TABLE_FREE:
        sl_sys.close(FD);
        break;
    case SL_TABLE_FOREIGN:
        marked = true;
        closes_that_marked++;
        sl_model_step("under its cover");
        model_check(open, "closed under the closer's cover");
        sl_table_end(FD);
        break;
    case SL_TABLE_HERE:
        marked = true;
        closes_that_marked++;
        model_check(here[ring] == in_flight, "operations elsewhere that nobody cancels");
        break;
    case SL_TABLE_BAD:
        break;
    }
}

static void closer_1(void)
{
    close_as(1);
}

static void closer_2(void)
{
    close_as(2);
}

static void closer_outside(void)
{
    close_as(0);
}

/* An operation of its own is in flight when it closes. */
static void user_and_closer(void)
{
    model_check(begin(2) == ADMITTED, "refused before anybody closes");
    close_as(2);
    told += end_of(2, sl_table_end);
}

/* Its operation ends when both have tried to close. */
static void holder(void)
{
    sl_model_wait(&both_closed);
    ends();
}

static void first_closer(void)
{
    close_as(1);
    sl_model_ring(&first_closed);
}

static void second_closer(void)
{
    close_as(2);
    sl_model_wait(&first_closed);
    sl_model_ring(&both_closed);
}

/* accept(2) gives out the number as soon as it is free. */
static void next_life(void)
{
    int rc;

    sl_model_wait(&given_out);
    open = true;
    marked = left = false;
    rc = sl_table_begin(FD, 3);
    model_check(rc == 0, "the next life does not begin clean");
    in_flight++;
    sl_model_step("operation");
    model_check(open, "closed by what the first life left");
    in_flight--;
    model_check(!sl_table_end(FD), "closed in the next life");
    model_check(sl_table_close(FD, 3) == SL_TABLE_FREE, "operations are left over");
    sl_sys.close(FD);
}

/* A number that is kept is nobody's, until its owner takes it out. */
static void early_user(void)
{
    int rc = sl_table_begin(FD, 2);

    model_check(rc == 0 || rc == -EBADF, "refused for no reason");
    if (rc == 0) {
        model_check(taken_out, "what is kept was used");
        sl_table_end(FD);
    }
}

static void early_closer(void)
{
    enum sl_table_close close = sl_table_close(FD, 2);

    model_check(taken_out || close == SL_TABLE_BAD, "what is kept was closed");
}

static void pusher(void)
{
    model_check(sl_table_push(&queue, OTHER), "no room");
    sl_table_unshift(&queue, FD + 2);
    model_check(queue.count == 3 && sl_table_pop(&queue) == FD + 2, "not in front");
    taken_out = true;
    model_check(sl_table_pop(&queue) == FD && sl_table_pop(&queue) == OTHER, "not in order");
    model_check(sl_table_pop(&queue) == -1, "not empty");
}

/* ---- models ---- */

static void setup_first(void)
{
    sl_store_relaxed(&the_table, NULL);
    for (int fd = FD; fd < FD + 3; fd++)
        sl_store_relaxed(&((struct table *)memory)->words[fd], 0);
    making = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    maps = in_flight = admitted = refused = late_ones = lives = closes_that_marked = told = 0;
    given_out = both_closed = first_closed = 0;
    open = true;
    marked = left = taken_out = false;
    memset(here, 0, sizeof here);
    queue = (struct sl_table_queue){.first = -1, .last = -1};
}

static void setup(void)
{
    setup_first();
    make_table();
}

static void setup_one_in_flight(void)
{
    setup();
    begin(1);
}

static void setup_two_in_flight(void)
{
    setup_one_in_flight();
    begin(2);
}

static void setup_hint(void)
{
    setup_one_in_flight();
    ends_empty();
}

static void setup_kept(void)
{
    setup();
    sl_table_push(&queue, FD);
}

static void clean(void)
{
    uint64_t word_left = sl_load_relaxed(word(FD));

    model_check(maps == 1, "not one table");
    model_check(in_flight == 0, "an operation is left");
    model_check(!(word_left & (COUNT | CLOSED | KEPT)), "the word is not clean");
}

static void closed_once(void)
{
    clean();
    model_check(!open && lives == 1, "not closed");
    model_check(late_ones || !sl_load_relaxed(word(FD)), "the word is not clean");
}

/* The closer's own operation, which was the last one or was told. */
static void closed_under_own(void)
{
    closed_once();
    model_check(told >= 1, "an operation was not told");
}

static void closed_by_one(void)
{
    closed_once();
    model_check(closes_that_marked == 1, "two closes were admitted");
    model_check(told == 1, "the last one was not told");
}

static void closed_twice(void)
{
    clean();
    model_check(!open && lives == 2, "a life was not closed");
    model_check(sl_load_relaxed(word(FD)) == 0, "the word is not clean");
}

static void not_closed(void)
{
    clean();
    model_check(open && lives == 0 && refused == 0, "closed by nobody");
    model_check(admitted == 3, "an operation was not admitted");
}

static void given_back(void)
{
    clean();
    model_check(open && queue.count == 0, "something is kept");
}

static const struct sl_model models[] = {
    {"users", setup, {user_1, user_3}, not_closed},
    {"users make the table", setup_first, {user_1, user_3}, not_closed},
    {"end and close", setup_one_in_flight, {ends, closer_2}, closed_once},
    {"end and close on its ring", setup_one_in_flight, {ends, closer_1}, closed_once},
    {"ends and close", setup_two_in_flight, {ends, closer_outside, ends_on_2}, closed_once},
    {"ends and close on one's ring", setup_two_in_flight, {ends, closer_1, ends_on_2},
     closed_once},
    {"user and close", setup, {user_1, closer_2}, closed_once},
    {"users and close", setup, {user_1, closer_2, user_3}, closed_once},
    {"user and close of one's own", setup, {user_1, user_and_closer}, closed_under_own},
    {"users and close of one's own", setup_one_in_flight, {ends, user_and_closer, user_3},
     closed_under_own},
    {"closers", setup_one_in_flight, {holder, first_closer, second_closer}, closed_by_one},
    {"next life", setup_one_in_flight, {ends, closer_2, next_life}, closed_twice},
    {"next life without a hint", setup_one_in_flight, {ends_empty, closer_1, next_life},
     closed_twice},
    {"next life after two", setup_two_in_flight, {ends, closer_2, ends_on_2, next_life},
     closed_twice},
    {"next life of what was idle", setup_hint, {closer_2, next_life}, closed_twice},
    {"kept", setup_kept, {pusher, early_user}, given_back},
    {"kept and closed", setup_kept, {pusher, early_closer}, given_back},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}

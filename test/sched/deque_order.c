/* The owner's and the thief's view of a deque, one after the other: order, room, halves, and
 * positions that wrap around. */
#include "check.h"

#include "sched/deque.h"

static struct sl_deque deque, other;
static struct sl_entry entries[SL_DEQUE_SLOTS + 1], *taken[SL_DEQUE_SLOTS];

static void empty_at(uint32_t position)
{
    sl_store_relaxed(&deque.head, position);
    sl_store_relaxed(&deque.tail, position);
    sl_store_relaxed(&other.head, 0);
    sl_store_relaxed(&other.tail, 0);
}

static void fill(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        assert_true(sl_deque_push(&deque, &entries[i]));
}

static void order(uint32_t position)
{
    empty_at(position);
    assert_null(sl_deque_pop(&deque));
    assert_int_equal(sl_deque_take(&deque, taken, 4), 0);
    assert_null(sl_deque_steal(&deque, &other));

    fill(SL_DEQUE_SLOTS);
    assert_false(sl_deque_push(&deque, &entries[SL_DEQUE_SLOTS]));
    assert_int_equal(sl_deque_length(&deque), SL_DEQUE_SLOTS);
    assert_null(sl_deque_swap_next(&deque, &entries[7])); /* no room is needed for it */
    assert_ptr_equal(sl_deque_swap_next(&deque, &entries[8]), &entries[7]);
    assert_ptr_equal(sl_deque_swap_next(&deque, NULL), &entries[8]);
    assert_null(sl_deque_swap_next(&deque, NULL));
    assert_ptr_equal(sl_deque_pop(&deque), &entries[0]);
    assert_true(sl_deque_push(&deque, &entries[SL_DEQUE_SLOTS]));
    assert_int_equal(sl_deque_take(&deque, taken, 2), 2);
    assert_ptr_equal(taken[0], &entries[1]);
    assert_ptr_equal(taken[1], &entries[2]);
    for (uint32_t i = 3; i <= SL_DEQUE_SLOTS; i++)
        assert_ptr_equal(sl_deque_pop(&deque), &entries[i]);
    assert_null(sl_deque_pop(&deque));
}

static void halves(uint32_t position)
{
    empty_at(position);
    fill(5);
    assert_ptr_equal(sl_deque_steal(&deque, &other), &entries[0]); /* three of five */
    assert_int_equal(sl_deque_length(&other), 2);
    assert_ptr_equal(sl_deque_pop(&other), &entries[1]);
    assert_ptr_equal(sl_deque_pop(&other), &entries[2]);
    assert_int_equal(sl_deque_length(&deque), 2);
    assert_ptr_equal(sl_deque_steal(&deque, &other), &entries[3]);
    assert_ptr_equal(sl_deque_steal(&deque, &other), &entries[4]); /* also the last one */
    assert_int_equal(sl_deque_length(&other), 0);

    empty_at(position);
    fill(SL_DEQUE_SLOTS);
    assert_ptr_equal(sl_deque_steal(&deque, &other), &entries[0]);
    assert_int_equal(sl_deque_length(&other), SL_DEQUE_SLOTS / 2 - 1);
    assert_int_equal(sl_deque_length(&deque), SL_DEQUE_SLOTS / 2);
}

TEST_PLAIN(deque_order)
{
    static const uint32_t positions[] = {0, 7, SL_DEQUE_SLOTS - 1, UINT32_MAX - 2, UINT32_MAX};

    for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
        order(positions[i]);
        halves(positions[i]);
    }
}

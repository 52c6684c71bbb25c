/* Any member of a ring leaves it without knowing where it stands. */
#include "check.h"

#include "base/list.h"

TEST_PLAIN(a_ring_keeps_order_and_any_member_leaves)
{
    struct sl_list list, other;
    struct sl_link links[5];

    sl_list_init(&list);
    assert_true(sl_list_empty(&list));
    assert_null(sl_list_first(&list));
    assert_null(sl_list_pop(&list));
    for (int i = 0; i < 5; i++)
        sl_list_push(&list, &links[i]);
    sl_link_remove(&links[2]);
    sl_link_remove(&links[4]);
    assert_ptr_equal(sl_list_pop(&list), &links[0]);
    assert_ptr_equal(sl_list_pop(&list), &links[1]);
    assert_ptr_equal(sl_list_pop(&list), &links[3]);
    assert_true(sl_list_empty(&list));

    sl_list_init(&other);
    sl_list_push(&list, &links[0]);
    sl_list_push(&other, &links[1]);
    sl_list_push(&other, &links[2]);
    sl_list_splice(&list, &other);
    assert_true(sl_list_empty(&other));
    sl_list_splice(&list, &other); /* of nothing */
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(sl_list_pop(&list), &links[i]);
    assert_null(sl_list_pop(&list));
}

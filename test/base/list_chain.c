/* A zeroed chain is an empty one; members leave its middle and both of its ends. */
#include "check.h"

#include "base/list.h"

TEST_PLAIN(a_zeroed_chain_is_empty_and_any_member_leaves)
{
    sley_links chain = {NULL, NULL};
    struct sl_link links[4];

    assert_null(sl_chain_first(&chain));
    assert_null(sl_chain_pop(&chain));
    for (int i = 0; i < 4; i++)
        sl_chain_push(&chain, &links[i]);
    sl_chain_remove(&chain, &links[1]); /* the middle */
    assert_ptr_equal(links[0].next, &links[2]);
    sl_chain_remove(&chain, &links[3]); /* the end */
    assert_null(links[2].next);
    sl_chain_remove(&chain, &links[0]); /* the beginning */
    assert_ptr_equal(sl_chain_first(&chain), &links[2]);
    assert_ptr_equal(sl_chain_pop(&chain), &links[2]);
    assert_null(chain.first);
    assert_null(chain.last);
    sl_chain_push(&chain, &links[3]);
    assert_ptr_equal(sl_chain_pop(&chain), &links[3]);
}

/* Sizes are rounded up to powers of two from 16 KiB to 512 MiB; a larger one is refused. */
#include "check.h"

#include "fiber/stack.h"

#include <errno.h>

TEST_PLAIN(stack_sizes_are_rounded_up)
{
    assert_int_equal(sl_stack_class_of(0), 0);
    assert_int_equal(sl_stack_class_of(1), 0);
    assert_int_equal(sl_stack_class_of(16384), 0);
    assert_int_equal(sl_stack_class_of(16385), 1);
    assert_int_equal(sl_stack_class_of(256 << 10), 4);
    assert_int_equal(sl_stack_class_of((size_t)512 << 20), SL_STACK_CLASSES - 1);
    assert_int_equal(sl_stack_class_of(((size_t)512 << 20) + 1), -EINVAL);
    for (unsigned class = 0; class < SL_STACK_CLASSES; class ++)
        assert_int_equal(sl_stack_class_size(class), (size_t)16384 << class);
}

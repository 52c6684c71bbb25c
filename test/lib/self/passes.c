/* Every kind of check, all true. */
#include "check.h"

static intptr_t child(void *arg)
{
    CHECK_EQ(*(_Atomic int *)arg, 7);
    return 7;
}

static void callback(void *arg)
{
    CHECK_VOID(arg != NULL);
    CHECK_EQ_VOID(*(_Atomic int *)arg, 7);
    *(_Atomic int *)arg = 8;
}

TEST_FIBER(passes)
{
    _Atomic int value = 7;
    sley_task *task = sley_create_task(child, &value);

    CHECK(task != NULL);
    CHECK_EQ(sley_join(task), 7);
    CHECK(sley_handle_valid(sley_call_soon(callback, &value)));
    CHECK_EQ(sley_yield(), 0);
    SETTLE(value == 8);
    EXPECT_EQ(value, 8);
    EXPECT(sl_test_failures() == 0);
    CHECK_TEXT("a", "a");
    EXPECT_TEXT(NULL, NULL);
    return 0;
}

/* A thousand timers of one deadline, armed while the wheel stands at different distances from it,
 * fire in the order in which they were made. */
#include "check.h"

#include "sched/timer.h"

enum { N = 1000 };
static struct sl_timer timers[N];

TEST_PLAIN(timers_of_one_deadline_fire_in_the_order_of_creation)
{
    static struct sl_wheel wheel;
    const int64_t deadline = (int64_t)3600 * 1000000000 + 12345;
    struct sl_list due;

    sl_list_init(&due);
    sl_wheel_init(&wheel, 0);
    for (int i = 0; i < N; i++) {
        int64_t now = i < N - 1 ? deadline / N * i : deadline - 1;

        sl_wheel_expire(&wheel, now, &due);
        assert_true(sl_list_empty(&due));
        timers[i].deadline = deadline;
        sl_wheel_arm(&wheel, &timers[i]);
    }
    assert_true(sl_wheel_next(&wheel) == deadline);
    sl_wheel_expire(&wheel, deadline, &due);
    for (int i = 0; i < N; i++)
        assert_ptr_equal(sl_list_pop(&due), &timers[i].entry.link);
    assert_true(sl_list_empty(&due));
    assert_int_equal(wheel.armed, 0);
    assert_true(sl_wheel_next(&wheel) == INT64_MAX);
}

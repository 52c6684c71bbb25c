/* Several conditions may share a lock of the caller's. */
#include "check.h"

static sley_lock lock = SLEY_LOCK_INIT_LOCAL;
static sley_condition full = SLEY_CONDITION_INIT_ON(&lock), empty = SLEY_CONDITION_INIT_ON(&lock);
static int items, consumed;

static intptr_t consumer(void *arg)
{
    for (int i = 0; i < 10; i++) {
        CHECK_EQ(sley_lock_acquire(&lock), 0);
        while (!items)
            CHECK_EQ(sley_condition_wait(&full), 0);
        items--;
        consumed++;
        CHECK_EQ(sley_condition_notify(&empty, 1), 0);
        CHECK_EQ(sley_condition_release(&full), 0);
    }
    return (intptr_t)arg;
}

TEST_FIBER(conditions_can_share_a_lock)
{
    ONE_LOOP(LOCAL_KIND);
    sley_task *task = sley_create_task(consumer, NULL);

    for (int i = 0; i < 10; i++) {
        CHECK_EQ(sley_condition_acquire(&empty), 0);
        CHECK(sley_lock_locked(&lock) && sley_condition_locked(&full));
        while (items == 2)
            CHECK_EQ(sley_condition_wait(&empty), 0);
        items++;
        CHECK_EQ(sley_condition_notify(&full, 1), 0);
        CHECK_EQ(sley_lock_release(&lock), 0);
    }
    CHECK_EQ(sley_join(task), 0);
    CHECK_EQ(consumed, 10);
    return 0;
}

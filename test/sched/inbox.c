/* Items that other threads post reach the loop in the order of each thread, and wake it from its
 * sleep. */
#include "check.h"

#include "sched/worker.h"

#include <pthread.h>

enum { N = 2000 };

static struct item {
    struct sl_inbox_item item;
    int thread, number;
} items[2][N];
static int last[2] = {-1, -1}, wrong, arrived;
static sley_event all_arrived = SLEY_EVENT_INIT_LOCAL;
static struct sley_loop *loop;

static void run(struct sley_loop *on, struct sl_inbox_item *item)
{
    struct item *it = SL_CONTAINER(item, struct item, item);

    wrong += on != loop || it->number != last[it->thread] + 1;
    last[it->thread] = it->number;
    on->in_user = 1; /* a public call comes from there */
    if (++arrived == 2 * N)
        sley_event_set(&all_arrived);
    on->in_user = 0;
}

static void *posts(void *arg)
{
    struct item *own = arg;

    for (int i = 0; i < N; i++) {
        own[i].item.run = run;
        own[i].thread = own == items[1];
        own[i].number = i;
        sl_inbox_post(loop, &own[i].item);
    }
    return NULL;
}

TEST_FIBER(posts_of_a_thread_arrive_in_order_and_wake_the_loop)
{
    ONE_LOOP(LOCAL_KIND);
    pthread_t threads[2];

    loop = sley_get_running_loop();
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, posts, items[i]) == 0);
    CHECK_EQ(sley_event_wait(&all_arrived), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    CHECK_EQ(wrong, 0);
    return 0;
}

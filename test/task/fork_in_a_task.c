/* A child that was forked in a task: calls that need the loop say -SLEY_EFORKED and wait for
 * nothing; the parent goes on, with what it had in flight. */
#include "task/fork.h"

#include <sys/socket.h>

struct scene {
    int ends[2];
    sley_loop *loop;
    sley_future *future;
    sley_task *reader;
};

static intptr_t read_one(void *arg)
{
    struct scene *scene = arg;
    char byte = 0;
    ssize_t n = sley_recv(scene->ends[0], &byte, 1);

    return n == 1 ? byte : n;
}

static intptr_t nothing(void *arg)
{
    (void)arg;
    return 0;
}

static void never(void *arg)
{
    (void)arg;
    EXPECT(false);
}

static void waits(struct scene *scene)
{
    intptr_t word;
    int ready;
    char byte;

    EXPECT(sley_get_running_loop() == NULL);
    EXPECT_EQ(sley_sleep(sley_ms(1)), -SLEY_EFORKED);
    EXPECT_EQ(sley_await(scene->future), -SLEY_EFORKED);
    EXPECT_EQ(sley_await_into(scene->future, &word), -SLEY_EFORKED);
    EXPECT_EQ(sley_wait_for(scene->future, sley_ms(1)), -SLEY_EFORKED);
    EXPECT_EQ(sley_task_await(scene->reader), -SLEY_EFORKED);
    EXPECT_EQ(sley_to_thread(nothing, NULL), -SLEY_EFORKED);
    EXPECT_EQ(sley_recv(scene->ends[0], &byte, 1), -SLEY_EFORKED);
    EXPECT_EQ(sley_send_all(scene->ends[1], "x", 1), -SLEY_EFORKED);
    EXPECT_EQ(sley_accept(scene->ends[0]), -SLEY_EFORKED);
    EXPECT_EQ(sley_poll(scene->ends[0], 1), -SLEY_EFORKED);
    ready = sley_add_reader(scene->ends[0], never, NULL);
    EXPECT_EQ(ready, -SLEY_EFORKED);
}

static void others(struct scene *scene)
{
    sley_coro coro = sley_coro_of(nothing, NULL);
    sley_thread_future *future = NULL;
    sley_event event = SLEY_EVENT_INIT_LOCAL;
    sley_task_group group = SLEY_TASK_GROUP_INIT;

    EXPECT(sley_create_task(nothing, NULL) == NULL);
    EXPECT_EQ(sley_spawn(nothing, NULL), -SLEY_EFORKED);
    EXPECT_EQ(sley_gather(NULL, 1, &coro, 0), -SLEY_EFORKED);
    EXPECT_EQ(sley_event_wait(&event), -SLEY_EFORKED);
    EXPECT_EQ(sley_task_group_enter(&group), -SLEY_EFORKED);
    EXPECT(!sley_handle_valid(sley_loop_call_soon(scene->loop, never, NULL)));
    EXPECT_EQ(sley_loop_call_soon_threadsafe(scene->loop, never, NULL), -SLEY_EFORKED);
    EXPECT_EQ(sley_run_coroutine_threadsafe(scene->loop, nothing, NULL, &future), -SLEY_EFORKED);
    EXPECT_EQ(sley_future_set_result(scene->future, 1), -SLEY_EFORKED);
    EXPECT(!sley_future_cancel(scene->future));
    EXPECT(!sley_task_cancel(scene->reader));
    sley_loop_stop(scene->loop);
    EXPECT(!sley_loop_run_once(scene->loop));
    EXPECT_EQ(sley_loop_run_forever(scene->loop), -SLEY_EFORKED);
    EXPECT_EQ(sley_loop_run_until_complete(scene->loop, scene->future), -SLEY_EFORKED);
    EXPECT_EQ(sley_loop_close(scene->loop), -SLEY_EFORKED); /* it stands on it */
    EXPECT_EQ(sley_close(scene->ends[0]), 0); /* its own copy, the parent's is not shut down */
    EXPECT_EQ(sley_close(scene->ends[0]), -EBADF);
}

TEST_FIBER(fork_in_a_task)
{
    ONE_LOOP(LOCAL_KIND);
    struct scene scene = {.loop = sley_get_running_loop(), .future = sley_future_new()};
    sigset_t mask;
    pid_t pid;

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, scene.ends) == 0);
    scene.reader = sley_create_task(read_one, &scene);
    CHECK_EQ(sley_sleep(sley_ms(2)), 0); /* the receive is in flight */
    pid = fork_begin();
    if (pid == 0) {
        pthread_sigmask(SIG_SETMASK, NULL, &mask);
        EXPECT(!sigismember(&mask, SIGPIPE));
        waits(&scene);
        others(&scene);
        fork_end();
    }
    CHECK(pid > 0);
    CHECK(fork_was_fine(pid));
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    EXPECT(sigismember(&mask, SIGPIPE));
    EXPECT(!sley_task_done(scene.reader));
    EXPECT_EQ(sley_send_all(scene.ends[1], "p", 1), 1);
    CHECK_EQ(sley_join(scene.reader), 'p');
    CHECK_EQ(sley_sleep(sley_ms(1)), 0);
    CHECK_EQ(sley_future_set_result(scene.future, 7), 0);
    CHECK_EQ(sley_await(scene.future), 7);
    sley_future_drop(scene.future);
    sley_close(scene.ends[0]);
    sley_close(scene.ends[1]);
    return 0;
}

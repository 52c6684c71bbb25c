/* Every call that may ask for memory, with its answer handled as a program should.
 *
 * Without a fault each succeeds. Under a fault (faults.py refuses the N-th request, or all from the
 * N-th on) each either succeeds or answers that there was no memory; what was made is given back
 * by calls that need none; nothing leaks (ASan) and nobody waits for ever. */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool faulty;

static bool refused(intptr_t word)
{
    return faulty && (word == -ENOMEM || word == -EAGAIN || word == -EMFILE);
}

/* The answer of one call: true if it is a success, false if memory was refused. */
static bool answered(intptr_t word, const char *text, int line)
{
    if (!sley_is_error(word))
        return true;
    if (!refused(word))
        sl_test_equal(word, 0, text, __FILE__, line);
    return false;
}
#define OK(call) answered((intptr_t)(call), #call, __LINE__)

/* The same of a call that answers with a pointer. */
static bool made(const void *pointer, const char *text, int line)
{
    if (!pointer && !faulty)
        sl_test_failed(__FILE__, line, "%s gave NULL", text);
    return pointer != NULL;
}
#define MADE(pointer) made((pointer), #pointer, __LINE__)

static intptr_t one(void *arg)
{
    (void)arg;
    OK(sley_yield());
    return 1;
}

static intptr_t raises(void *arg)
{
    return sley_raise(-1001, "%s", (const char *)arg);
}

static intptr_t forever(void *arg)
{
    (void)arg;
    return sley_sleep(SLEY_FOREVER);
}

static void count(void *arg)
{
    ++*(int *)arg;
}

static void done(sley_future *future, void *arg)
{
    (void)future;
    count(arg);
}

static void tasks(void)
{
    char large[300] = "large";
    sley_task *task = sley_create_task(one, NULL);

    if (MADE(task))
        EXPECT_EQ(sley_join(task), 1);
    task = sley_create_task_copy(one, large, sizeof large, NULL);
    if (MADE(task))
        EXPECT_EQ(sley_join(task), 1);
    task = sley_create_task(raises, "text");
    if (MADE(task))
        EXPECT_EQ(sley_join(task), -1001);
    OK(sley_spawn(one, NULL));
    OK(sley_spawn_copy(one, large, sizeof large));
    task = sley_create_task(forever, NULL);
    if (MADE(task)) {
        EXPECT_EQ(sley_yield(), 0);
        EXPECT(sley_task_cancel(task));
        EXPECT_EQ(sley_join(task), -ECANCELED);
    }
}

static void futures(void)
{
    static const sley_context_var var = {"var", 0};
    int calls = 0, wanted = 0;
    sley_future *future = sley_future_new();

    if (MADE(future)) {
        wanted = OK(sley_future_add_done_callback(future, done, &calls));
        sley_future *outer = sley_shield_future(future);
        if (MADE(outer))
            sley_future_drop(outer);
        EXPECT_EQ(sley_future_set_result(future, 2), 0);
        EXPECT_EQ(sley_await(future), 2);
        EXPECT_EQ(sley_yield(), 0);
        EXPECT_EQ(calls, wanted);
        sley_future_drop(future);
    }
    OK(sley_context_set(&var, 1));
    sley_context *context = sley_context_copy();
    if (MADE(context))
        sley_context_drop(context);
}

static void callbacks(void)
{
    int calls = 0, wanted = 0;
    sley_handle handle;

    handle = sley_call_soon(count, &calls);
    wanted += sley_handle_valid(handle);
    handle = sley_call_later(sley_ms(1), count, &calls);
    wanted += sley_handle_valid(handle);
    wanted += OK(sley_loop_call_soon_threadsafe(sley_get_running_loop(), count, &calls));
    handle = sley_call_later(sley_s(1000), count, &calls);
    sley_handle_cancel(handle);
    EXPECT_EQ(sley_sleep(sley_ms(5)), 0);
    EXPECT_EQ(calls, wanted);
    EXPECT(faulty || wanted == 3);
}

static void several(void)
{
    const sley_coro coros[] = {SLEY_CORO(one, NULL), SLEY_CORO(one, NULL)};
    sley_future *both[2] = {sley_ensure_future(coros[0]), sley_ensure_future(coros[1])};
    sley_as_completed each;
    sley_future *gather, *first;
    intptr_t out[2] = {0, 0};

    if (OK(sley_gather(out, 2, coros, 0)))
        EXPECT(out[0] == 1 && out[1] == 1);
    if (MADE(both[0]) && MADE(both[1])) {
        OK(sley_wait(2, both, sley_s(5), SLEY_FIRST_COMPLETED));
        OK(sley_gather_futures(out, 2, both, SLEY_RETURN_EXCEPTIONS));
        if (OK(sley_gather_start(&gather, 2, both, 0))) {
            OK(sley_wait_for(gather, sley_s(5)));
            sley_future_drop(gather);
        }
        if (OK(sley_as_completed_open(&each, 2, both, SLEY_FOREVER))) {
            OK(sley_as_completed_next(&each, &first));
            sley_as_completed_close(&each);
        }
        OK(sley_shield(both[0]));
        OK(sley_wait_for_coro(coros[0], sley_s(5)));
    }
    sley_future_drop(both[0]);
    sley_future_drop(both[1]);
}

static void groups(void)
{
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    int children = 0;

    SLEY_TASK_GROUP(&group) {
        children += OK(sley_task_group_create_task(&group, one, NULL));
        children += OK(sley_task_group_create_task(&group, raises, "child"));
        children += OK(sley_task_group_create_task(&group, forever, NULL));
        if (children != 3)
            sley_task_group_cancel(&group);
    }
    if (children == 3)
        EXPECT(group.rc == -SLEY_EGROUP || refused(group.rc));
    SLEY_TIMEOUT(&limit, sley_ms(1))
        EXPECT_EQ(sley_sleep(SLEY_FOREVER), -SLEY_ETIMEOUT);
    EXPECT(sley_timeout_expired(&limit));
}

static void queues(void)
{
    sley_queue all[] = {
        SLEY_QUEUE_INIT_LOCAL(0),
        SLEY_QUEUE_INIT_LOCAL(40),
        SLEY_PRIORITY_QUEUE_INIT_LOCAL(0, NULL),
    };
    intptr_t item;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t n = 0;

        while (n < 40 && OK(sley_queue_put(&all[i], (intptr_t)n)))
            n++;
        EXPECT_EQ(sley_queue_qsize(&all[i]), n);
        if (n > 0)
            EXPECT(sley_queue_get(&all[i], &item) == 0 && item == 0);
        EXPECT_EQ(sley_queue_close(&all[i]), 0);
    }
}

static intptr_t numbers(sley_generator *generator, void *arg)
{
    intptr_t n = (intptr_t)arg;

    for (intptr_t i = 0; i < n && sley_generator_yield(generator, i) == 0; i++)
        ;
    return 0;
}

static void iterators(void)
{
    sley_generator generator;
    sley_array array = {NULL, 0, 0};
    sley_set set = {NULL, 0, 0, NULL};
    sley_map map = {NULL, 0, 0, NULL};

    if (OK(sley_generator_open(&generator, numbers, (void *)40))) {
        OK(sley_collect_array(&array, &generator.iterator, NULL, NULL));
        sley_generator_close(&generator);
    }
    if (OK(sley_generator_open(&generator, numbers, (void *)40))) {
        OK(sley_collect_set(&set, &generator.iterator, NULL, NULL));
        sley_generator_close(&generator);
    }
    if (OK(sley_generator_open(&generator, numbers, (void *)40))) {
        OK(sley_collect_map(&map, &generator.iterator, NULL, NULL, NULL));
        sley_generator_close(&generator);
    }
    EXPECT(faulty || (array.count == 40 && set.count == 40 && map.count == 40));
    sley_array_close(&array);
    sley_set_close(&set);
    sley_map_close(&map);
}

static void threads(void)
{
    sley_blocking section = SLEY_BLOCKING_INIT;
    sley_executor *executor;
    char large[300] = "large";
    bool ran = false;

    OK(sley_to_thread(raises, "thread") == -1001 ? 0 : -ENOMEM);
    SLEY_BLOCKING(&section)
        ran = true;
    EXPECT(OK(section.rc) == ran);
    OK(sley_to_thread_copy(raises, large, sizeof large) == -1001 ? 0 : -ENOMEM);
    if (OK(sley_executor_new(&executor, 1))) {
        sley_future *future = sley_run_in_executor(executor, raises, "executor");

        if (MADE(future)) {
            intptr_t word = sley_await(future);

            EXPECT(word == -1001 || refused(word));
            sley_future_drop(future);
        }
        sley_executor_close(executor);
    }
}

static intptr_t serve(void *arg)
{
    int fd = sley_listener_accept(arg);
    char byte;

    if (OK(fd)) {
        OK(sley_recv(fd, &byte, 1));
        OK(sley_send_all(fd, &byte, 1));
        EXPECT_EQ(sley_close(fd), 0);
    }
    return 0;
}

static void readable(void *arg)
{
    count(arg);
}

static void descriptors(void)
{
    sley_listener listener;
    char address[32], byte = 'x';
    int fds[2], fd, port, calls = 0;

    if (OK(sley_pipe(fds))) {
        if (OK(sley_add_reader(fds[0], readable, &calls)))
            EXPECT(sley_remove_reader(fds[0]));
        EXPECT(OK(sley_write_all(fds[1], &byte, 1)) ? OK(sley_read(fds[0], &byte, 1)) : faulty);
        EXPECT_EQ(sley_close(fds[0]), 0);
        EXPECT_EQ(sley_close(fds[1]), 0);
    }
    if (!OK(sley_listener_open_tcp(&listener, "127.0.0.1:0", 4)))
        return;
    port = sley_socket_port(sley_listener_fd(&listener));
    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    sley_task *server = sley_create_task(serve, &listener);
    if (MADE(server)) {
        fd = sley_connect_tcp(address);
        if (OK(fd)) {
            OK(sley_send_all(fd, &byte, 1));
            OK(sley_recv(fd, &byte, 1));
            EXPECT_EQ(sley_close(fd), 0);
        } else {
            sley_task_cancel(server);
        }
        intptr_t word = sley_join(server);
        EXPECT(word == 0 || faulty);
    }
    sley_listener_close(&listener);
}

static intptr_t everything(void *arg)
{
    (void)arg;
    tasks();
    futures();
    callbacks();
    several();
    groups();
    queues();
    iterators();
    threads();
    descriptors();
    return 3;
}

TEST_PLAIN(every_call)
{
    ONE_LOOP(LOCAL_KIND);
    faulty = getenv("SLEY_FAULT_ALLOC") || getenv("SLEY_FAULT_ALLOC_FOREVER");
    sley_options options = sl_test_options(NULL);

    /* Twice, so that the first run is seen to leave a process in which another can be made. */
    for (int i = 0; i < 2; i++) {
        intptr_t word = sley_run(everything, NULL, &options);

        EXPECT(word == 3 || refused(word));
    }
}

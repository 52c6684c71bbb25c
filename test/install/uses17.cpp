// Built outside the tree with what pkg-config says, as C++17: functions of every public header.
#include <sley.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <initializer_list>
#include <poll.h>
#include <unistd.h>

static int wrong;
#define EXPECT(x) \
    ((x) ? (void)0 : (void)(wrong++, std::fprintf(stderr, "line %d: %s\n", __LINE__, #x)))

static void *word(intptr_t n)
{
    return reinterpret_cast<void *>(n);
}

static intptr_t same(void *arg)
{
    sley_yield();
    return reinterpret_cast<intptr_t>(arg);
}

static intptr_t raises(void *arg)
{
    return sley_raise(-1001, "%s", static_cast<const char *>(arg));
}

static intptr_t forever(void *)
{
    return sley_sleep(sley_forever());
}

static void count(void *arg)
{
    ++*static_cast<int *>(arg);
}

static void tasks_and_errors()
{
    static const sley_context_var var = {"var", 5};
    sley_task *task = sley_create_task(same, word(1));
    int n = 3;

    EXPECT(sley_context_get(&var) == 5 && sley_context_set(&var, 6) == 0);
    EXPECT(sley_context_get(&var) == 6);
    EXPECT(sley_task_await(task) == 1 && sley_task_done(task) && sley_task_result(task) == 1);
    EXPECT(std::strcmp(sley_task_get_name(task), "task") == 0);
    sley_task_drop(task);
    EXPECT(sley_coro_await(sley_coro_of(same, word(2))) == 2);
    EXPECT(sley_join(sley_create_task(raises, const_cast<char *>("why"))) == -1001);
    EXPECT(std::strcmp(sley_error_text(sley_error_detail()), "why") == 0);
    EXPECT(std::strcmp(sley_error_name(SLEY_ETIMEOUT), "SLEY_ETIMEOUT") == 0);
    EXPECT(sley_sleep(sley_ms(1)) == 0 && sley_sleep_result(sley_us(1), 4) == 4);
    EXPECT(sley_handle_valid(sley_call_soon(count, &n)));
    sley_handle late = sley_call_later(sley_s(100), count, &n);
    sley_handle_cancel(late);
    EXPECT(sley_handle_cancelled(late) && sley_yield() == 0 && n == 4);
    sley_instant before = sley_loop_time(sley_get_running_loop());
    EXPECT(sley_instant_sub(sley_time(), before).ns >= 0);
}

static void several()
{
    sley_coro coros[] = {sley_coro_of(same, word(1)), sley_coro_of(same, word(2))};
    sley_future *futures[] = {sley_ensure_future(coros[0]), sley_ensure_future(coros[1])};
    sley_future *one, *never = sley_future_new();
    sley_as_completed each;
    intptr_t out[2];

    EXPECT(sley_gather(out, 2, coros, 0) == 0 && out[0] == 1 && out[1] == 2);
    EXPECT(sley_wait(2, futures, sley_forever(), SLEY_ALL_COMPLETED) == 2);
    EXPECT(sley_as_completed_open(&each, 2, futures, sley_forever()) == 0);
    EXPECT(sley_as_completed_next(&each, &one) == 1);
    sley_as_completed_close(&each);
    EXPECT(sley_shield(futures[1]) == 2);
    EXPECT(sley_wait_for(never, sley_ms(1)) == -SLEY_ETIMEOUT && sley_future_cancelled(never));
    for (sley_future *future : {futures[0], futures[1], never})
        sley_future_drop(future);
}

static void scopes()
{
    sley_timeout limit;
    sley_task_group group = SLEY_TASK_GROUP_INIT;
    sley_scope scope = SLEY_SCOPE_INIT;

    EXPECT(sley_timeout_enter(&limit, sley_ms(1)) == 0);
    EXPECT(sley_timeout_exit(&limit, sley_sleep(sley_forever())) == -SLEY_ETIMEOUT);
    EXPECT(sley_task_group_enter(&group) == 0);
    EXPECT(sley_task_group_create_task(&group, raises, const_cast<char *>("child")) == 0);
    EXPECT(sley_task_group_create_task(&group, forever, nullptr) == 0);
    EXPECT(sley_task_group_exit(&group, 0) == -SLEY_EGROUP);
    EXPECT(sley_error_count(sley_error_detail()) == 1);
    sley_scope_enter(&scope);
    sley_scope_cancel(&scope);
    EXPECT(sley_yield() == -ECANCELED);
    sley_scope_exit(&scope);
}

static void primitives()
{
    sley_lock lock = SLEY_LOCK_INIT;
    sley_event event = SLEY_EVENT_INIT;
    sley_condition condition = SLEY_CONDITION_INIT;
    sley_semaphore semaphore = SLEY_SEMAPHORE_INIT(1);
    sley_barrier barrier = SLEY_BARRIER_INIT(1);
    sley_queue queue = SLEY_QUEUE_INIT(0);
    intptr_t item = 0;

    EXPECT(sley_lock_acquire(&lock) == 0 && sley_lock_release(&lock) == 0);
    EXPECT(sley_event_set(&event) == 0 && sley_event_wait(&event) == 0);
    EXPECT(sley_condition_acquire(&condition) == 0 && sley_condition_notify_all(&condition) == 0);
    EXPECT(sley_condition_release(&condition) == 0);
    EXPECT(sley_semaphore_acquire(&semaphore) == 0 && sley_semaphore_release(&semaphore) == 0);
    EXPECT(sley_barrier_wait(&barrier) == 0 && sley_barrier_parties(&barrier) == 1);
    EXPECT(sley_queue_put(&queue, 9) == 0 && sley_queue_get(&queue, &item) == 0 && item == 9);
    EXPECT(sley_queue_task_done(&queue) == 0 && sley_queue_join(&queue) == 0);
    EXPECT(sley_queue_close(&queue) == 0);
}

static intptr_t two(sley_generator *generator, void *)
{
    sley_generator_yield(generator, 1);
    sley_generator_yield(generator, 1);
    return 0;
}

static void iterators()
{
    sley_generator generator;
    sley_array array = {};
    sley_set set = {};

    EXPECT(sley_generator_open(&generator, two, nullptr) == 0);
    EXPECT(sley_collect_array(&array, &generator.iterator, nullptr, nullptr) == 0);
    EXPECT(array.count == 2);
    sley_generator_close(&generator);
    EXPECT(sley_generator_open(&generator, two, nullptr) == 0);
    EXPECT(sley_collect_set(&set, &generator.iterator, nullptr, nullptr) == 0 && set.count == 1);
    sley_generator_close(&generator);
    sley_array_close(&array);
    sley_set_close(&set);
}

static intptr_t serve(void *arg)
{
    auto *listener = static_cast<sley_listener *>(arg);
    char text[3];
    int fd = sley_listener_accept(listener);

    EXPECT(fd >= 0 && sley_recv(fd, text, sizeof text) == 3);
    EXPECT(sley_send_all(fd, text, sizeof text) == 3);
    return sley_close(fd);
}

static void descriptors()
{
    sley_listener listener;
    char address[32], text[3] = {};
    int pipes[2], fd;

    EXPECT(sley_pipe(pipes) == 0 && sley_write_all(pipes[1], "abc", 3) == 3);
    EXPECT(sley_poll(pipes[0], POLLIN) == POLLIN && sley_read(pipes[0], text, 3) == 3);
    EXPECT(sley_close(pipes[0]) == 0 && sley_close(pipes[1]) == 0);
    fd = sley_open("/dev/null", O_WRONLY, 0);
    EXPECT(fd >= 0 && sley_write(fd, text, 3) == 3 && sley_close(fd) == 0);

    EXPECT(sley_listener_open_tcp(&listener, "127.0.0.1:0", 1) == 0);
    std::snprintf(address, sizeof address, "127.0.0.1:%d",
                  sley_socket_port(sley_listener_fd(&listener)));
    sley_task *server = sley_create_task(serve, &listener);
    fd = sley_connect_tcp(address);
    EXPECT(fd >= 0 && sley_send_all(fd, "xyz", 3) == 3 && sley_recv(fd, text, 3) == 3);
    EXPECT(std::memcmp(text, "xyz", 3) == 0 && sley_close(fd) == 0 && sley_join(server) == 0);
    sley_listener_close(&listener);
}

static intptr_t blocking(void *arg)
{
    usleep(1000);
    return reinterpret_cast<intptr_t>(arg);
}

static void threads_and_reports()
{
    sley_blocking section;
    sley_stats stats = {};
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

    EXPECT(sley_to_thread(blocking, word(11)) == 11);
    EXPECT(sley_blocking_enter(&section, nullptr) == 0 && sley_blocking_exit(&section) == 0);
    stats.size = sizeof stats;
    EXPECT(sley_stats_get(&stats) == 0 && stats.tasks == 1 && stats.dispatches > 0);
    EXPECT(sley_report(fd) == 0 && close(fd) == 0);
    EXPECT(std::strcmp(sley_version(), "0.1.0") == 0);
}

static intptr_t everything(void *)
{
    tasks_and_errors();
    several();
    scopes();
    primitives();
    iterators();
    descriptors();
    threads_and_reports();
    return 12;
}

int main()
{
    sley_allocator nothing = {};
    sley_options options = {};
    sley_loop *loop;

    options.size = sizeof options;
    EXPECT(sley_allocator_set(&nothing) == -EINVAL);
    EXPECT(sley_run(everything, nullptr, &options) == 12);
    EXPECT(sley_loop_new(&loop, nullptr) == 0);
    EXPECT(sley_loop_run_coro(loop, same, word(13)) == 13);
    EXPECT(sley_loop_close(loop) == 0);
    return wrong != 0;
}

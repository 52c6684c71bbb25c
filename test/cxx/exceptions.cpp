// C++'s exception state belongs to the fiber, not to the thread: whoever suspends in a catch block,
// or in a destructor while an exception unwinds, finds its own exceptions when it goes on, and
// nobody else sees them.
#include <sley.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

static int wrong;
#define EXPECT(x) \
    ((x) ? (void)0 : (void)(__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED), \
                            std::fprintf(stderr, "line %d: %s\n", __LINE__, #x)))

static void *word(intptr_t n)
{
    return reinterpret_cast<void *>(n);
}

static intptr_t number(void *arg)
{
    return reinterpret_cast<intptr_t>(arg);
}

// Of every kind: to the next fiber, to the loop's own context, and to a thread of a pool.
static void suspend(intptr_t id)
{
    sley_blocking section = SLEY_BLOCKING_INIT;
    int unwinding = std::uncaught_exceptions();

    for (intptr_t i = 0; i <= id % 3; i++)
        sley_yield();
    if (id % 5 == 0) {
        EXPECT(sley_blocking_enter(&section, nullptr) == 0);
        EXPECT(std::uncaught_exceptions() == unwinding);
        sley_blocking_exit(&section);
    }
    sley_sleep(sley_us(200 * (id % 4)));
}

static void nothing_here()
{
    EXPECT(std::uncaught_exceptions() == 0);
    EXPECT(std::current_exception() == nullptr);
}

// The handler that runs has caught `id`, and throws it again.
static void again(intptr_t id)
{
    try {
        throw;
    } catch (intptr_t own) {
        EXPECT(own == id);
    } catch (...) {
        EXPECT(!"another's exception");
    }
}

static intptr_t rethrows(void *arg)
{
    intptr_t id = number(arg);

    nothing_here();
    try {
        throw id;
    } catch (...) {
        suspend(id);
        again(id);
        try {
            throw std::string("inner ") + std::to_string(id);
        } catch (const std::string &) {
            suspend(id + 1);
            try {
                throw;
            } catch (const std::string &own) {
                EXPECT(own == "inner " + std::to_string(id));
            }
        }
        suspend(id + 2);
        again(id);
    }
    nothing_here();
    return id;
}

struct suspends_when_destroyed {
    intptr_t id;
    int unwinding;
    ~suspends_when_destroyed()
    {
        EXPECT(std::uncaught_exceptions() == unwinding);
        suspend(id);
        EXPECT(std::uncaught_exceptions() == unwinding);
        try {
            throw id + 1000;
        } catch (...) {
            suspend(id);
            again(id + 1000);
        }
        EXPECT(std::uncaught_exceptions() == unwinding);
    }
};

static intptr_t unwinds(void *arg)
{
    intptr_t id = number(arg);

    nothing_here();
    {
        suspends_when_destroyed on_its_own = {id, 0};
    }
    try {
        suspends_when_destroyed guard = {id, 1};
        throw id;
    } catch (intptr_t own) {
        EXPECT(own == id);
        EXPECT(std::uncaught_exceptions() == 0);
        suspend(id);
        again(id);
    }
    nothing_here();
    return id;
}

struct suspends_when_freed {
    intptr_t id;
    ~suspends_when_freed()
    {
        sley_yield();
    }
};

static intptr_t frees(void *arg)
{
    try {
        throw suspends_when_freed{number(arg)};
    } catch (const suspends_when_freed &caught) {
        sley_yield();
        EXPECT(caught.id == number(arg));
    }
    nothing_here();
    return number(arg);
}

// Thrown in a thread of a pool, caught on the loop.
static intptr_t leaves_a_section(void *arg)
{
    sley_blocking section = SLEY_BLOCKING_INIT;

    try {
        SLEY_BLOCKING(&section)
            throw number(arg);
    } catch (intptr_t id) {
        EXPECT(id == number(arg) && section.rc == 0 && sley_current_task());
        suspend(id);
        again(id);
    }
    nothing_here();
    return number(arg);
}

// Many at once, more of them beginning while others are suspended in a handler.
static intptr_t everybody(void *)
{
    sley_fn *const functions[] = {rethrows, unwinds, frees, leaves_a_section};
    sley_task *tasks[60];

    try {
        throw intptr_t(-5);
    } catch (...) {
        for (intptr_t i = 0; i < 60; i++) {
            tasks[i] = sley_create_task(functions[i % 4], word(i));
            if (i % 7 == 0)
                suspend(i);
        }
        for (intptr_t i = 0; i < 60; i++)
            EXPECT(sley_join(tasks[i]) == i);
        again(-5);
    }
    nothing_here();
    return 0;
}

// On the stack of the loop's caller, who is in a handler: run.
static void called(void *arg)
{
    EXPECT(std::uncaught_exceptions() == 0);
    again(7);
    try {
        throw std::string("callback");
    } catch (const std::string &) {
        ++*static_cast<int *>(arg);
    }
    again(7);
}

static intptr_t beside_callbacks(void *)
{
    int calls = 0;

    try {
        throw intptr_t(1);
    } catch (intptr_t) {
        sley_call_soon(called, &calls);
        sley_call_later(sley_us(100), called, &calls);
        sley_sleep(sley_ms(1));
        EXPECT(calls == 2);
        again(1);
    }
    return 0;
}

static intptr_t cancelled_in_a_handler(void *)
{
    try {
        throw intptr_t(2);
    } catch (intptr_t) {
        long rc = sley_sleep(sley_forever());

        again(2);
        return rc;
    }
}

static intptr_t cancels(void *)
{
    sley_task *task = sley_create_task(cancelled_in_a_handler, nullptr);

    sley_yield();
    try {
        throw intptr_t(3);
    } catch (intptr_t) {
        EXPECT(sley_task_cancel(task));
        EXPECT(sley_join(task) == -ECANCELED);
        again(3);
    }
    return 0;
}

// Yields twice, both times in a handler and the second in a nested one.
static intptr_t items(sley_generator *generator, void *arg)
{
    intptr_t id = number(arg);

    nothing_here();
    try {
        throw id;
    } catch (intptr_t) {
        sley_generator_yield(generator, id);
        again(id);
        suspend(id);
        try {
            suspends_when_destroyed guard = {id, 1};
            throw std::string("nested");
        } catch (const std::string &) {
            if (sley_generator_yield(generator, id + 1) < 0)
                EXPECT(id == 30);
            suspend(id);
        }
        again(id);
    }
    nothing_here();
    return 0;
}

struct asks_when_destroyed {
    sley_generator *generator;
    intptr_t expected;
    ~asks_when_destroyed()
    {
        intptr_t item = 0;

        EXPECT(sley_generator_next(generator, &item) == 1 && item == expected);
        EXPECT(std::uncaught_exceptions() == 1);
    }
};

static intptr_t asks(void *arg)
{
    intptr_t id = number(arg), item = 0;
    sley_generator generator;

    sley_generator_open(&generator, items, word(id));
    try {
        asks_when_destroyed guard = {&generator, id};
        throw id + 100;
    } catch (intptr_t) {
        again(id + 100);
        EXPECT(sley_generator_next(&generator, &item) == 1 && item == id + 1);
        again(id + 100);
        if (id != 30)
            EXPECT(sley_generator_next(&generator, &item) == 0);
        again(id + 100);
        sley_generator_close(&generator);
        again(id + 100);
    }
    nothing_here();
    return id;
}

static intptr_t generators(void *)
{
    sley_task *tasks[] = {
        sley_create_task(asks, word(10)), sley_create_task(asks, word(20)),
        sley_create_task(asks, word(30)), sley_create_task(rethrows, word(40)),
    };
    intptr_t id = 0;

    for (sley_task *task : tasks)
        EXPECT(sley_join(task) == (id += 10));
    return 0;
}

// Under valgrind on the simulated ring (test/lib/check.h).
static intptr_t run_loop(sley_fn *fn)
{
    sley_options options = {};

    options.size = sizeof options;
    options.simulated_ring = std::getenv("SLEY_TEST_SIM") != nullptr;
    return sley_run(fn, nullptr, &options);
}

// The loop's caller has exceptions of its own.
static void run(sley_fn *fn)
{
    nothing_here();
    try {
        throw intptr_t(7);
    } catch (intptr_t) {
        EXPECT(run_loop(fn) == 0);
        again(7);
    }
    nothing_here();
}

static void run_all()
{
    for (sley_fn *fn : {everybody, beside_callbacks, cancels, generators})
        run(fn);
}

static intptr_t lets_out(void *)
{
    throw 1;
}

// As from a thread's function: std::terminate, not a walk into nowhere.
static void out_of_a_task()
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        std::set_terminate([] { _exit(42); });
        run_loop(lets_out);
        _exit(1);
    }
    while (waitpid(child, &status, 0) < 0)
        EXPECT(errno == EINTR);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 42);
}

int main()
{
    run_all();
    std::thread first(run_all), second(run_all);
    first.join();
    second.join();
    out_of_a_task();
    return wrong != 0;
}

/* A child may leave a task's scopes and end with exit(); it has SIGINT's default action; what is
 * spawned meets neither ring nor loop, and has SIGPIPE unblocked where its maker asks for it. */
#include "task/fork.h"

#include <spawn.h>
#include <stdlib.h>

extern char **environ;

/* At exit() on a fiber LeakSanitizer does not look at the thread's first stack. */
const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "detect_leaks=0";
}

static void in_child(void)
{
    struct sigaction action;

    sigaction(SIGINT, NULL, &action);
    EXPECT(action.sa_handler == SIG_DFL);
    EXPECT_EQ(sley_sleep(sley_ms(1)), -SLEY_EFORKED);
}

static pid_t fork_in_scopes(void)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    pid_t pid = -1;

    SLEY_TIMEOUT(&limit, sley_s(60))
        SLEY_SHIELD
            if ((pid = fork_begin()) == 0)
                in_child();
    return pid;
}

/* `mask` or NULL: what the child is to begin with. Its status is 0 if SIGPIPE is not blocked. */
static int spawn(const sigset_t *mask)
{
    static const char program[] = "read -r _ m <<E\n$(grep SigBlk /proc/self/status)\nE\n"
                                  "test $((0x$m & 0x1000)) -eq 0";
    char *arguments[] = {"sh", "-c", (char *)(uintptr_t)program, NULL};
    posix_spawnattr_t attributes;
    pid_t pid;

    posix_spawnattr_init(&attributes);
    if (mask) {
        posix_spawnattr_setsigmask(&attributes, mask);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    }
    if (posix_spawn(&pid, "/bin/sh", NULL, &attributes, arguments, environ))
        return -1;
    posix_spawnattr_destroy(&attributes);
    return fork_status(pid);
}

static intptr_t sleeper(void *arg)
{
    (void)arg;
    return sley_sleep(sley_ms(5));
}

static intptr_t program(void *arg)
{
    sley_task *task = sley_create_task(sleeper, NULL);
    sigset_t none;
    pid_t pid;

    (void)arg;
    pid = fork_in_scopes();
    if (pid == 0) {
        if (sl_test_failures())
            _exit(1);
        exit(FORK_FINE);
    }
    CHECK(fork_was_fine(pid));
    sigemptyset(&none);
    CHECK_EQ(spawn(&none), 0);
    CHECK(spawn(NULL) != 0); /* posix_spawn hands on the mask of its thread: thread_locals.md */
    CHECK_EQ(sley_join(task), 0);
    return 0;
}

TEST_PLAIN(children_that_exit)
{
    sley_options options = sl_test_options(NULL);

    assert_int_equal(sley_run(program, NULL, &options), 0);
    sl_test_assert_clean();
}

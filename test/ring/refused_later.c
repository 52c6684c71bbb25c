/* A filter that is installed while a loop runs: the process ends, and says why. */
#include "ring_test.h"
#include "refuse.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static _Noreturn void child(int said)
{
    struct rlimit no_core = {0, 0};
    struct sl_ring ring;

    dup2(said, 2);
    setrlimit(RLIMIT_CORE, &no_core);
    if (sl_ring_open(&ring, &sl_ring_uring, 4, 1) < 0 ||
        !refuse_calls(EPERM, __NR_io_uring_enter, __NR_io_uring_enter))
        _exit(77);
    ring.class->turn(&ring, 1);
    _exit(1);
}

TEST_PLAIN(refused_later)
{
    char text[256] = "";
    int said[2], status;
    pid_t pid;

    assert_int_equal(pipe(said), 0);
    pid = fork();
    if (!pid)
        child(said[1]);
    close(said[1]);
    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        SKIP("no io_uring or no seccomp here");
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_true(read(said[0], text, sizeof text - 1) > 0);
    assert_non_null(strstr(text, "io_uring_enter"));
    assert_non_null(strstr(text, "seccomp"));
}

/* A fiber arms a deadline, is stolen, and leaves the scope on another worker while the first one
 * computes and looks at nothing: how long that leaving takes.
 *
 *     micro-scope-leave [--workers N] [COUNT]     prints the latencies
 *
 * With one worker nobody steals and nobody computes: the control. */
#include "clock.h"
#include "micro.h"
#include "place.h"

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

enum { COUNT_MAX = 100000 };
/* So long the first worker computes, unless we are done before; so long we try at all. */
#define HOG_NS INT64_C(1000000000)
#define PATIENCE_NS INT64_C(60000000000)

static int64_t leaving[COUNT_MAX];
static long workers, count;

struct hog {
    atomic_int running; /* its thread */
    atomic_bool left;   /* the fiber has left its scope */
};

static intptr_t hog(void *arg)
{
    struct hog *hog = arg;
    int64_t until = clock_now_ns() + HOG_NS;
    atomic_store(&hog->running, gettid());
    while (workers > 1 && !atomic_load(&hog->left) && clock_now_ns() < until)
        ;
    atomic_store(&hog->running, 0);
    return 0;
}

/* The nanoseconds that leaving took, or -1 if it was not as wanted: the hog on the worker that
 * armed the deadline, and we on another one. */
static int64_t leave_once(struct hog *hog_state)
{
    sley_timeout limit = SLEY_TIMEOUT_INIT;
    pid_t armed_by = gettid();
    sley_timeout_scope_enter(&limit, sley_s(10));
    int rc = sley_yield(); /* behind the hog, which was made before */
    bool stolen = gettid() != armed_by && atomic_load(&hog_state->running) == armed_by;
    int64_t start = clock_now_ns();
    sley_timeout_scope_exit(&limit);
    int64_t end = clock_now_ns();
    if (rc < 0 || sley_timeout_expired(&limit))
        return -2;
    if (workers > 1 && end - start < HOG_NS && atomic_load(&hog_state->running) != armed_by)
        stolen = false;
    return stolen || workers == 1 ? end - start : -1;
}

static intptr_t run(void *arg)
{
    long tries = 0;
    int64_t until = clock_now_ns() + PATIENCE_NS;
    (void)arg;
    for (long i = 0; i < count; tries++) {
        struct hog state = {0, false};
        sley_task *task = sley_create_task(hog, &state);
        if (task == NULL)
            return -ENOMEM;
        leaving[i] = leave_once(&state);
        atomic_store(&state.left, true);
        intptr_t rc = sley_join(task);
        if (rc < 0 || leaving[i] == -2)
            return rc < 0 ? rc : sley_raise(-1001, "the scope was cut");
        if (leaving[i] >= 0)
            i++;
        else if (clock_now_ns() > until)
            return sley_raise(-1002, "%ld tries, stolen as wanted %ld times", tries, i);
    }
    print_latencies(leaving, count);
    return 0;
}

int main(int argc, char **argv)
{
    workers = micro_option(&argc, argv, "--workers", 1);
    count = argc == 2 ? atol(argv[1]) : 200;
    if (count < 1 || count > COUNT_MAX)
        return 2;
    return micro_run("micro-scope-leave", workers, run, NULL);
}

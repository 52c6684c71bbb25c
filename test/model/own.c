/* src/sched/own.c: whose a loop is.
 *
 * Never are two threads at what is the loop's own: the one that made it, which completes futures of
 * it, and the one to which it was handed, which makes tasks in it and runs it. */
#include "explore.h"

#define SL_OS_SPIN_H
#include "sched/worker.h"
static void sl_spin_wait(unsigned *turns);

/* A model thread is a thread. */
static pthread_t identity(void)
{
    return (pthread_t)(sl_model_current() + 1);
}
#define pthread_self() identity()
#include "sched/own.c"

static struct sley_loop loop;
static unsigned inside, runs;

static void sl_spin_wait(unsigned *turns)
{
    (void)turns;
    sl_model_block(&loop.state, SL_LOOP_HELD, true);
}

static void use(void)
{
    model_check(!inside, "two threads use it");
    inside = 1;
    sl_model_step("uses it");
    inside = 0;
}

/* What an exception handler may try. */
static void use_held(void)
{
    use();
    model_check(sl_own_run(&loop) < 0, "runs what it holds");
    model_check(sl_own_begin(&loop) == SL_OWN_NOT, "holds it twice");
}

static void completes(void)
{
    enum sl_own own = sl_own_begin(&loop);

    if (own != SL_OWN_NOT) {
        use_held();
        sl_own_end(&loop, own);
    }
    sl_model_flush(sl_model_current()); /* who waits for it looks at the word, not at its steps */
}

static void maker(void)
{
    completes();
    completes();
}

static void run(void)
{
    model_check(sl_own_run(&loop) == 0, "somebody else runs it");
    runs++;
    use();
    sl_own_leave(&loop, SL_LOOP_IDLE);
}

static void adopts_and_runs(void)
{
    model_check(sl_own_adopt(&loop), "it is closed");
    use();
    run();
    completes();
}

static void setup(void)
{
    sl_shared_store_relaxed(&loop.state, (uint32_t)SL_LOOP_IDLE);
    sl_shared_store_relaxed(&loop.holder, (pthread_t)1);
    sl_shared_store_relaxed(&loop.held_by, (pthread_t)0);
    inside = runs = 0;
}

static void idle(void)
{
    model_check(loop.state == SL_LOOP_IDLE, "idle again");
    model_check(loop.holder == (pthread_t)2, "whoever ran it last");
    model_check(runs == 1, "it ran");
}

static const struct sl_model models[] = {
    {"maker and runner", setup, {maker, run}, NULL},
    {"maker and who adopts it", setup, {maker, adopts_and_runs}, idle},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}

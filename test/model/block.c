/* What model threads wait for: bells, the mutexes and conditions of include/pthread.h, and words
 * that others write to. */
#include "explore.h"

#include <pthread.h>
#include <string.h>

/* Which word a thread has looked at last, and whether another one has written to it since. */
static struct {
    const void *place;
    uint32_t changed;
} looked[SL_MODEL_THREADS];

void sl_model_block_reset(void)
{
    memset(looked, 0, sizeof looked);
}

void sl_model_look(int self, const void *place)
{
    looked[self].place = place;
    looked[self].changed = 0;
}

/* Also when a store only enters its thread's buffer: whoever looks may see it. */
void sl_model_wrote(int self, const void *place)
{
    for (int i = 0; i < SL_MODEL_THREADS; i++)
        if (i != self && looked[i].place == place)
            looked[i].changed = 1;
}

void sl_model_spin(void)
{
    int self = sl_model_current();

    if (self >= 0)
        sl_model_block(&looked[self].changed, 0, true);
}

void sl_model_ring(uint32_t *bell)
{
    if (sl_model_current() >= 0) {
        sl_model_step("ring");
        sl_model_flush(sl_model_current());
    }
    sl_model_note("rings");
    *bell = 1;
}

void sl_model_wait(uint32_t *bell)
{
    sl_model_step("wait");
    sl_model_flush(sl_model_current());
    sl_model_block(bell, 0, true);
    sl_model_note("is woken");
    *bell = 0;
}

bool sl_model_wait_timed(uint32_t *bell)
{
    bool rung;

    sl_model_step("wait");
    sl_model_flush(sl_model_current());
    rung = sl_model_block_timed(bell, 0, true);
    sl_model_note(rung ? "is woken" : "waits no longer");
    *bell = 0;
    return rung;
}

/* A mutex is its first word: 0, or who holds it, plus one. */
int sl_model_lock(void *mutex)
{
    uint32_t *word = mutex;

    if (sl_model_current() < 0)
        return 0;
    sl_model_mutex_step(word);
    sl_model_note("mutex: lock");
    sl_model_block(word, 0, false);
    *word = (uint32_t)sl_model_current() + 1;
    return 0;
}

int sl_model_unlock(void *mutex)
{
    uint32_t *word = mutex;

    if (sl_model_current() < 0)
        return 0;
    sl_model_mutex_step(word);
    sl_model_note("mutex: unlock");
    if (*word != (uint32_t)sl_model_current() + 1)
        sl_model_fail("a mutex is unlocked by a thread that does not hold it");
    *word = 0;
    return 0;
}

int sl_model_mutex_destroy(void *mutex)
{
    if (*(uint32_t *)mutex)
        sl_model_fail("a mutex is destroyed while somebody holds it");
    return 0;
}

/* A condition is its first word: how often it was notified. */
int sl_model_sleep(void *condition, void *mutex)
{
    uint32_t before = *(uint32_t *)condition;

    sl_model_unlock(mutex);
    sl_model_block(condition, before, true);
    return sl_model_lock(mutex);
}

int sl_model_notify(void *condition)
{
    ++*(uint32_t *)condition;
    return 0;
}

int sl_model_unused(void *object)
{
    (void)object;
    return 0;
}

/* os/spin.h, after a hundred turns, each of which has waited here. */
__attribute__((weak)) void sl_plain_yield(void);
__attribute__((weak)) void sl_plain_yield(void)
{
}

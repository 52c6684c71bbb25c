/* src/task/gather.c among many workers: children that end at the same time, and cancels.
 *
 * A gather ends once, by the first error or with the last child; no error and no cancel is lost.
 * Who awaits it is told once; the record is freed once, when nobody uses it. */
#include "tasks.h"

static void completes_second(void)
{
    sl_future_finish(&futures[1], SL_DONE, 8, NULL);
}

static void fails_second(void)
{
    sl_future_finish(&futures[1], SL_FAILED, -EIO, NULL);
}

static struct sley_future *gathered;

static void awaits_gather(void)
{
    await(gathered);
}

static void cancels_gather(void)
{
    cancelled[sl_model_current()] = sl_future_cancel(here(), gathered);
}

static void awaits_gather_and_drops(void)
{
    await(gathered);
    sl_future_drop(gathered);
}

static void setup(void)
{
    setup_futures();
    gathered = NULL;
}

static void setup_gather_of(unsigned flags)
{
    struct sley_future *of[2] = {&futures[0], &futures[1]};

    setup();
    gathered = &start(&loops[0], 2, of, flags)->future;
}

static void setup_gather(void)
{
    setup_gather_of(0);
}

static void setup_gather_all(void)
{
    setup_gather_of(SLEY_RETURN_EXCEPTIONS);
}

static void check_gather_of_error(void)
{
    at_rest(0);
    model_check(ends[0] == 1, "not told");
    model_check(sl_future_state(gathered) == SL_FAILED && gathered->word == -EIO,
                "an error is lost");
    model_check(refs_of(gathered) == 1, "a reference too many or few");
}

static void check_gather(void)
{
    at_rest(0);
    model_check(ends[0] == 1 && sl_future_state(gathered) == SL_DONE, "not told");
    model_check(refs_of(gathered) == 1, "a reference too many or few");
}

/* Marks by several threads at the same time. */
static void check_marks(void)
{
    unsigned flags = sl_future_flags(gathered);

    model_check(!(flags & SL_FUTURE_WALKED), "walked for ever");
    if (sl_future_state(gathered) == SL_FAILED)
        model_check(flags & (gathered->word == -ECANCELED ? SL_FUTURE_RETRIEVED : SL_FUTURE_FAILED),
                    "a mark is lost");
}

static void check_gather_cancelled(void)
{
    at_rest(0);
    model_check(ends[0] == 1, "not told");
    check_marks();
    if (cancelled[1])
        model_check(sl_future_state(gathered) == SL_FAILED && gathered->word == -ECANCELED,
                    "cancelled, and ends well");
}

static void check_gather_ended(void)
{
    at_rest(0);
    model_check(ends[0] == 1 && sl_future_state(gathered) == SL_FAILED, "not told");
    check_marks();
}

static void check_gather_freed(void)
{
    model_check(!block_used, "not freed");
    model_check(refs_of(&futures[0]) == 1 && refs_of(&futures[1]) == 1,
                "a reference too many or few");
}

static const struct sl_model models[] = {
    {"gather", setup_gather, {awaits_gather, completes_first, completes_second}, check_gather,
     .bound = 2, .stale = 3},
    {"gather of an error", setup_gather, {awaits_gather, completes_first, fails_second},
     check_gather_of_error, .bound = 2, .stale = 2},
    {"gather that is cancelled", setup_gather_all, {awaits_gather, cancels_gather},
     check_gather_cancelled, .bound = 2},
    {"gather, cancelled and completed", setup_gather_all,
     {awaits_gather, cancels_gather, completes_first}, check_gather_cancelled, .bound = 2,
     .stale = 1},
    {"gather, cancelled and failed", setup_gather, {awaits_gather, cancels_gather, fails_second},
     check_gather_ended, .bound = 2, .stale = 1},
    {"gather that is dropped", setup_gather,
     {awaits_gather_and_drops, completes_first, completes_second}, check_gather_freed,
     .bound = 2, .stale = 2},
    {0},
};

int main(int argc, char **argv)
{
    return sl_model_main(argc, argv, models);
}

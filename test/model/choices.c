/* The choices of an execution: whatever could have been otherwise is a number below another one.
 *
 * A depth-first search makes every sequence of them once. What a search leaves out because it makes
 * no difference (words.c) is recorded as well, as a choice among one, so that the printed ones
 * replay an execution in which nothing is left out. */
#include "explore.h"

#define CHOICES 65536

static uint8_t chosen[CHOICES], among[CHOICES];
static int depth, length;

unsigned sl_model_choose(unsigned n)
{
    bool random = sl_model_settings.random;

    if (n <= 1)
        return 0;
    if (depth == CHOICES) {
        sl_model_fail("an execution of too many choices");
        return 0;
    }
    if (depth == length) {
        chosen[length] = (uint8_t)(random ? sl_rng_below(&sl_model_rng, n) : 0);
        among[length++] = (uint8_t)n;
    }
    /* A model whose steps depend on anything but the choices cannot be explored. */
    SL_CHECK(among[depth] == n || (sl_model_settings.replay && !among[depth]));
    SL_CHECK(chosen[depth] < n);
    return chosen[depth++];
}

void sl_model_chosen(unsigned choice, unsigned n)
{
    if (n <= 1 || depth == CHOICES)
        return;
    if (depth == length) {
        chosen[length] = (uint8_t)choice;
        among[length++] = (uint8_t)(sl_model_settings.random ? n : 1);
    }
    SL_CHECK(sl_model_settings.random || among[depth] == 1);
    depth++;
}

void sl_model_choices_begin(void)
{
    const char *text = sl_model_settings.replay;

    for (length = 0; text && text[length] && length < CHOICES; length++) {
        chosen[length] = (uint8_t)(text[length] - '0');
        among[length] = 0;
    }
}

void sl_model_choices_again(void)
{
    depth = 0;
    if (sl_model_settings.random)
        length = 0;
}

bool sl_model_choices_next(void)
{
    while (length && chosen[length - 1] + 1 >= among[length - 1])
        length--;
    if (!length)
        return false;
    chosen[length - 1]++;
    return true;
}

void sl_model_print_choices(FILE *out)
{
    int n = length;

    while (n > 1 && !chosen[n - 1])
        n--;
    for (int i = 0; i < n; i++)
        fputc('0' + chosen[i], out);
}

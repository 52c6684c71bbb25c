/* Which words it matters for when they are accessed: those that several threads access, and that
 * one of them writes.
 *
 * An access to any other word can be moved to the thread's next access that matters, and nobody can
 * tell; so a search needs no choice before it. Which words matter is found by searching: none does
 * at first, and when one comes to matter the search begins anew. At its end no execution that it
 * has left out can have another word that matters: up to the first access that would make it one,
 * that execution is the same as one that was searched. */
#include "explore.h"

#include <string.h>

#define WORDS 1024 /* a power of two, far more than a model has */
#define GONE 16

static struct word {
    const char *place;
    int8_t thread; /* which was the first one */
    bool shared, written, matters;
} words[WORDS];
static unsigned words_n;

/* Memory that was freed, in any execution: to free it is to write to all of it. */
static struct {
    const char *memory;
    size_t bytes;
    int thread;
} gone[GONE];
static unsigned gone_n;
static bool grown;

void sl_model_words_begin(void)
{
    memset(words, 0, sizeof words);
    words_n = gone_n = 0;
    grown = false;
}

bool sl_model_words_grown(void)
{
    bool was = grown;

    grown = false;
    return was;
}

static struct word *find(const char *place)
{
    size_t i = (size_t)((uint64_t)(uintptr_t)place * 0x9e3779b97f4a7c15u >> 54);

    while (words[i].place && words[i].place != place)
        i = (i + 1) % WORDS;
    return &words[i];
}

static void note(struct word *word, int self, bool writes)
{
    word->shared = word->shared || word->thread != self;
    word->written = word->written || writes;
    if (word->shared && word->written && !word->matters)
        word->matters = grown = true;
}

bool sl_model_word_matters(const void *place, bool writes)
{
    struct word *word = find(place);
    int self = sl_model_current();

    if (word->matters)
        return true;
    if (!word->place) {
        SL_CHECK(++words_n < WORDS / 2);
        word->place = place;
        word->thread = (int8_t)self;
        for (unsigned i = 0; i < gone_n; i++)
            if (word->place >= gone[i].memory && word->place < gone[i].memory + gone[i].bytes)
                note(word, gone[i].thread, true);
    }
    note(word, self, writes);
    return word->matters;
}

void sl_model_words_freed(const void *memory, size_t bytes)
{
    int self = sl_model_current();
    unsigned i = 0;

    for (unsigned w = 0; w < WORDS; w++)
        if (words[w].place && words[w].place >= (const char *)memory &&
            words[w].place < (const char *)memory + bytes)
            note(&words[w], self, true);
    while (i < gone_n && (gone[i].memory != memory || gone[i].bytes != bytes ||
                          gone[i].thread != self))
        i++;
    if (i < gone_n)
        return;
    SL_CHECK(gone_n < GONE);
    gone[gone_n].memory = memory;
    gone[gone_n].bytes = bytes;
    gone[gone_n++].thread = self;
}

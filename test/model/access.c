/* Store buffers.
 *
 * A store waits in its thread's buffer (FIFO) until it is flushed; its own thread sees it at once.
 * It could be flushed at any moment, but only an access of another thread to the same word can tell
 * when it was. So nothing is flushed before there is such an access (or a fence), and the choice of
 * how many are visible is made there: far fewer executions, the same outcomes.
 *
 * In the memory LATE the store of a read-modify-write waits, too, at the head of an empty buffer:
 * its thread's later loads may overtake it, as they may on ARM. Nobody else's store to that word
 * comes in between: it is flushed before any other. */
#include "explore.h"

#include <string.h>

#define ENTRIES 12 /* a full buffer is flushed: far more than a path of ours stores */
#define FREED 16

struct entry {
    char *place;
    unsigned size;
    bool rmw;
    uint64_t value;
    const char *where;
};

static struct buffer {
    struct entry entries[ENTRIES];
    unsigned n;
    bool flushing; /* its first entry is about to become visible */
} buffers[SL_MODEL_THREADS];

static struct {
    char *memory;
    size_t bytes;
} freed[FREED];
static unsigned freed_n;
static bool tear;
static int stale; /* accesses that came before a store that waits */

void sl_model_access_reset(void)
{
    for (unsigned i = 0; i < SL_MODEL_THREADS; i++)
        buffers[i].n = 0, buffers[i].flushing = false;
    freed_n = 0;
    stale = 0;
    tear = false;
}

static void check_alive(const void *place)
{
    for (unsigned i = 0; i < freed_n; i++)
        if ((const char *)place >= freed[i].memory &&
            (const char *)place < freed[i].memory + freed[i].bytes)
            sl_model_fail("memory is accessed after it was freed");
}

/* Without the file's folder. */
static const char *short_of(const char *where)
{
    const char *colon = strchr(where, ':');

    for (const char *slash; (slash = strchr(where, '/')) && slash < colon;)
        where = slash + 1;
    return where;
}

static uint64_t read_word(const void *place, unsigned size)
{
    uint32_t half;
    uint64_t whole;

    if (size == 1)
        return *(const uint8_t *)place;
    if (size == sizeof half)
        return memcpy(&half, place, size), half;
    SL_CHECK(size == sizeof whole);
    return memcpy(&whole, place, size), whole;
}

static void write_word(void *place, unsigned size, uint64_t value)
{
    uint32_t half = (uint32_t)value;
    uint8_t byte = (uint8_t)value;

    check_alive(place);
    memcpy(place, size == 1 ? (void *)&byte : size == sizeof half ? (void *)&half : (void *)&value,
           size);
}

/* ---- flushing ---- */

static struct entry *first_on(int thread, const void *place)
{
    struct buffer *buffer = &buffers[thread];

    for (unsigned i = 0; i < buffer->n; i++)
        if (buffer->entries[i].place == place)
            return &buffer->entries[i];
    return NULL;
}

static void settle(int self, const void *place, bool writes);

static void flush_first(int thread)
{
    struct buffer *buffer = &buffers[thread];
    struct entry entry = buffer->entries[0];

    if (!entry.rmw) { /* what it read must be what it replaces: nothing comes between */
        buffer->flushing = true;
        settle(thread, entry.place, true);
        buffer->flushing = false;
    }
    write_word(entry.place, entry.size, entry.value);
    sl_model_wrote(thread, entry.place);
    sl_model_note("%c's store is visible: %s", 'A' + thread, short_of(entry.where));
    memmove(buffer->entries, buffer->entries + 1, --buffer->n * sizeof entry);
}

static void flush_to(int thread, const void *place)
{
    while (first_on(thread, place) > buffers[thread].entries)
        flush_first(thread);
    flush_first(thread);
}

void sl_model_flush(int thread)
{
    while (buffers[thread].n)
        flush_first(thread);
}

/* Every store becomes visible some time: where all wait, now. */
bool sl_model_flush_all(void)
{
    bool any = false;

    for (int i = 0; i < SL_MODEL_THREADS; i++) {
        any = any || buffers[i].n;
        sl_model_flush(i);
    }
    return any;
}

/* Chooses which of the stores to a place that wait come before an access by `self`. Its own store
 * matters only where others' wait as well: they would come after it. */
static void settle(int self, const void *place, bool writes)
{
    for (;;) {
        int candidates[SL_MODEL_THREADS], n = 0, forced = -1;
        bool others = false;
        unsigned choice;

        for (int i = 0; i < SL_MODEL_THREADS; i++) {
            struct entry *entry = buffers[i].flushing ? NULL : first_on(i, place);

            if (!entry)
                continue;
            candidates[n++] = i;
            others = others || i != self;
            if (writes && i != self && entry->rmw)
                forced = i;
        }
        if (!others)
            return;
        if (forced >= 0) {
            flush_to(forced, place);
            continue;
        }
        if (stale == sl_model_settings.stale && sl_model_settings.stale) {
            flush_to(candidates[sl_model_choose((unsigned)n)], place);
            continue;
        }
        choice = sl_model_choose((unsigned)n + 1);
        if (choice == 0) {
            stale++;
            return;
        }
        flush_to(candidates[choice - 1], place);
    }
}

/* Its own stores were before: only those of others come too late. */
void sl_model_freed(void *memory, size_t bytes)
{
    SL_CHECK(freed_n < FREED);
    if (sl_model_current() >= 0) {
        sl_model_words_freed(memory, bytes);
        sl_model_flush(sl_model_current());
    }
    freed[freed_n].memory = memory;
    freed[freed_n++].bytes = bytes;
}

/* ---- accesses ---- */

/* The step before what flushes the buffer of this thread. */
static void fencing_step(bool matters)
{
    struct buffer *buffer = &buffers[sl_model_current()];

    for (unsigned i = 0; i < buffer->n && !matters; i++)
        matters = sl_model_word_matters(buffer->entries[i].place, true);
    sl_model_step_if(matters);
}

void sl_model_mutex_step(const void *word)
{
    fencing_step(sl_model_word_matters(word, true));
    check_alive(word);
    sl_model_flush(sl_model_current());
}

static void put(int self, void *place, unsigned size, uint64_t value, bool rmw, const char *where)
{
    struct buffer *buffer = &buffers[self];

    if (buffer->n == ENTRIES)
        flush_first(self);
    buffer->entries[buffer->n++] = (struct entry){place, size, rmw, value, where};
    sl_model_wrote(self, place);
}

static uint64_t visible(int self, const void *place, unsigned size)
{
    for (unsigned i = buffers[self].n; i-- > 0;)
        if (buffers[self].entries[i].place == place)
            return buffers[self].entries[i].value;
    return read_word(place, size);
}

uint64_t sl_model_load(const void *place, unsigned size, const char *where)
{
    int self = sl_model_current();
    uint64_t value;

    if (self < 0)
        return read_word(place, size);
    sl_model_step_if(sl_model_word_matters(place, false));
    check_alive(place);
    settle(self, place, false);
    sl_model_look(self, place);
    value = visible(self, place, size);
    sl_model_note("%s -> %#llx", short_of(where), (unsigned long long)value);
    return value;
}

void sl_model_store(void *place, unsigned size, uint64_t value, const char *where)
{
    int self = sl_model_current();

    if (self < 0) {
        write_word(place, size, value);
        return;
    }
    sl_model_step_if(sl_model_word_matters(place, true));
    check_alive(place);
    sl_model_note("%s = %#llx", short_of(where), (unsigned long long)value);
    if (sl_model_settings.memory == SL_MODEL_SC) {
        write_word(place, size, value);
        sl_model_wrote(self, place);
    } else {
        put(self, place, size, value, false, where);
    }
}

/* Reads what a read-modify-write replaces; only its own thread goes on before `replace`. */
static uint64_t grasp(int self, const void *place, unsigned size)
{
    fencing_step(sl_model_word_matters(place, true));
    check_alive(place);
    sl_model_flush(self);
    settle(self, place, true);
    sl_model_look(self, place);
    return read_word(place, size);
}

static void replace(int self, void *place, unsigned size, uint64_t value, const char *where)
{
    if (sl_model_settings.memory == SL_MODEL_LATE)
        put(self, place, size, value, true, where);
    else
        write_word(place, size, value);
    sl_model_wrote(self, place);
}

void sl_model_tear_next(void)
{
    tear = true;
}

static bool torn(void)
{
    bool now = tear || sl_model_settings.torn;

    tear = false;
    return now;
}

static uint64_t combine(enum sl_model_kind kind, uint64_t old, uint64_t value)
{
    switch (kind) {
    case SL_MODEL_EXCHANGE:
        return value;
    case SL_MODEL_ADD:
        return old + value;
    case SL_MODEL_SUB:
        return old - value;
    case SL_MODEL_OR:
        return old | value;
    case SL_MODEL_AND:
        return old & value;
    }
    SL_CHECK(!"a kind of read-modify-write");
}

uint64_t sl_model_rmw(void *place, unsigned size, enum sl_model_kind kind, uint64_t value,
                      const char *where)
{
    int self = sl_model_current();
    uint64_t old;

    if (self < 0) {
        old = read_word(place, size);
        write_word(place, size, combine(kind, old, value));
    } else if (torn()) {
        old = sl_model_load(place, size, where);
        sl_model_store(place, size, combine(kind, old, value), where);
    } else {
        old = grasp(self, place, size);
        sl_model_note("%s, %#llx: was %#llx", short_of(where), (unsigned long long)value,
                      (unsigned long long)old);
        replace(self, place, size, combine(kind, old, value), where);
    }
    return old;
}

bool sl_model_cas(void *place, unsigned size, void *expected, uint64_t desired, bool weak,
                  const char *where)
{
    int self = sl_model_current();
    bool in_two = self >= 0 && torn();
    uint64_t wanted = read_word(expected, size), old;

    if (self < 0)
        old = read_word(place, size);
    else if (in_two)
        old = sl_model_load(place, size, where);
    else
        old = grasp(self, place, size);
    if (old != wanted) {
        sl_model_note("%s: fails, %#llx", short_of(where), (unsigned long long)old);
        write_word(expected, size, old);
        return false;
    }
    if (self >= 0 && weak && sl_model_may_disturb()) {
        sl_model_note("%s: fails for no reason", short_of(where));
        return false;
    }
    sl_model_note("%s, %#llx: was %#llx", short_of(where), (unsigned long long)desired,
                  (unsigned long long)old);
    if (self < 0)
        write_word(place, size, desired);
    else if (in_two)
        sl_model_store(place, size, desired, where);
    else
        replace(self, place, size, desired, where);
    return true;
}

void sl_model_fence(const char *where)
{
    int self = sl_model_current();

    if (self < 0 || sl_model_settings.no_fences)
        return;
    fencing_step(false);
    sl_model_note("%s", short_of(where));
    sl_model_flush(self);
}

/* What it is on x86: nothing, the read-modify-write was a fence, but what was stored since waits
 * on. (Elsewhere it is a fence, which has no more executions.) */
void sl_model_fence_after_rmw(const char *where)
{
    int self = sl_model_current();
    unsigned n = 0;

    if (self < 0 || sl_model_settings.no_fences)
        return;
    fencing_step(false);
    sl_model_note("%s", short_of(where));
    for (unsigned i = 0; i < buffers[self].n; i++)
        if (buffers[self].entries[i].rmw)
            n = i + 1;
    while (n--)
        flush_first(self);
}

#include "store.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    uint32_t hash;
    uint32_t key_len;
    uint32_t value_len;
    uint32_t room;   /* bytes that the value may take */
    char bytes[];    /* the key, then the value */
};

/* Open addressing with linear probing, at most half full; the size is a power of two. */
static struct entry **table;
static size_t table_size;
static size_t entries;

static uint32_t hash_of(const char *key, size_t len)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)key[i]) * 16777619u;
    return hash;
}

/* The slot that holds the key, or the empty one where it belongs. */
static struct entry **slot_of(const char *key, size_t len, uint32_t hash)
{
    size_t i = hash & (table_size - 1);
    while (table[i] != NULL) {
        struct entry *entry = table[i];
        if (entry->hash == hash && entry->key_len == len && memcmp(entry->bytes, key, len) == 0)
            break;
        i = (i + 1) & (table_size - 1);
    }
    return &table[i];
}

static bool grow(void)
{
    size_t old_size = table_size;
    struct entry **old = table;
    size_t size = old_size == 0 ? 1024 : 2 * old_size;
    struct entry **bigger = calloc(size, sizeof *bigger);
    if (bigger == NULL)
        return false;
    table = bigger;
    table_size = size;
    for (size_t i = 0; i < old_size; i++)
        if (old[i] != NULL)
            *slot_of(old[i]->bytes, old[i]->key_len, old[i]->hash) = old[i];
    free(old);
    return true;
}

const char *store_get(const char *key, size_t key_len, size_t *value_len)
{
    if (table_size == 0)
        return NULL;
    struct entry *entry = *slot_of(key, key_len, hash_of(key, key_len));
    if (entry == NULL)
        return NULL;
    *value_len = entry->value_len;
    return entry->bytes + entry->key_len;
}

bool store_set(const char *key, size_t key_len, const char *value, size_t value_len)
{
    if (2 * (entries + 1) > table_size && !grow())
        return false;
    uint32_t hash = hash_of(key, key_len);
    struct entry **slot = slot_of(key, key_len, hash);
    struct entry *entry = *slot;
    if (entry == NULL || entry->room < value_len) {
        /* Twice what is asked: a value that grows a little at a time is soon at rest. */
        size_t room = entry == NULL ? value_len + 16 : 2 * value_len;
        struct entry *fresh = realloc(entry, sizeof *entry + key_len + room);
        if (fresh == NULL)
            return false;
        if (entry == NULL) {
            fresh->hash = hash;
            fresh->key_len = (uint32_t)key_len;
            memcpy(fresh->bytes, key, key_len);
            entries++;
        }
        fresh->room = (uint32_t)room;
        *slot = entry = fresh;
    }
    memcpy(entry->bytes + key_len, value, value_len);
    entry->value_len = (uint32_t)value_len;
    return true;
}

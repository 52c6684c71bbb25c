/* A hash table of strings: what SET puts and GET reads. One thread. An entry keeps its memory when
 * its value changes, so that a steady load allocates nothing. */
#ifndef BENCH_STORE_H
#define BENCH_STORE_H

#include <stdbool.h>
#include <stddef.h>

/* The value, or NULL; valid until the next set. */
const char *store_get(const char *key, size_t key_len, size_t *value_len);
/* False: no memory, nothing was changed. */
bool store_set(const char *key, size_t key_len, const char *value, size_t value_len);

#endif

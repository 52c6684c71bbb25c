/* sley/iterator.h: async for, generators, comprehensions.
 *
 * An async iterator is any struct whose first member is sley_iterator, with a next function that
 * may suspend. A generator is an iterator made of a fiber that yields.
 * asyncio: __aiter__/__anext__, async generators, async comprehensions.
 */
#ifndef SLEY_ITERATOR_H
#define SLEY_ITERATOR_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

typedef struct sley_iterator sley_iterator;
struct sley_iterator {
    /* 1 and *item; 0 at the end; an error. */
    int (*next)(sley_iterator *iterator, intptr_t *item);
    /* Frees what it holds; may suspend; NULL: nothing to do. */
    void (*close)(sley_iterator *iterator);
};

SLEY_SUSPENDS int sley_iterator_next(sley_iterator *iterator, intptr_t *item);
SLEY_SUSPENDS void sley_iterator_close(sley_iterator *iterator);

/* SLEY_FOR(item, iterator, rc) { ... }: `item` and `rc` are the caller's intptr_t and int; rc is 0
 * afterwards at the end, 1 after a break, or the error. Does not close the iterator. */
#define SLEY_FOR(item, iterator, rc) \
    while (((rc) = sley_iterator_next((iterator), &(item))) > 0)

/* A generator runs on a fiber, in turns with whoever asks for its next item: it starts at the
 * first next, stops in sley_generator_yield, and ends when fn returns (0 or an error, which next
 * then reports). Close it also if it was not run to its end: yield then returns -ECANCELED, and
 * every later one. One task at a time asks: -SLEY_EINVALIDSTATE. */
typedef struct sley_generator {
    sley_iterator iterator;
    void *_state;
    void *_spare[2];
} sley_generator;

typedef intptr_t sley_generator_fn(sley_generator *generator, void *arg);
int sley_generator_open(sley_generator *generator, sley_generator_fn *fn, void *arg);
/* In the generator: hands an item out and waits to be asked again. 0, or -ECANCELED. */
SLEY_SUSPENDS int sley_generator_yield(sley_generator *generator, intptr_t item);
SLEY_SUSPENDS int sley_generator_next(sley_generator *generator, intptr_t *item);
SLEY_SUSPENDS void sley_generator_close(sley_generator *generator);

/* Comprehensions: everything an iterator has, as an array (in order), a set (in the order of
 * first sight) or a map (a later key wins, in the order of first sight). `element` and `key` turn
 * an item into a word; NULL takes the item itself; both may suspend. 0 or the first error, with
 * what came before it. Free with the close functions. */
typedef intptr_t sley_map_fn(intptr_t item, void *arg);

typedef struct sley_array {
    intptr_t *items;
    size_t count;
    size_t _capacity;
} sley_array;
typedef struct sley_set {
    intptr_t *items;
    size_t count;
    size_t _capacity;
    uint32_t *_index;
} sley_set;
typedef struct sley_map {
    struct sley_map_entry {
        intptr_t key, value;
    } *items;
    size_t count;
    size_t _capacity;
    uint32_t *_index;
} sley_map;

SLEY_SUSPENDS int sley_collect_array(sley_array *array, sley_iterator *iterator,
                                     sley_map_fn *element, void *arg);
SLEY_SUSPENDS int sley_collect_set(sley_set *set, sley_iterator *iterator, sley_map_fn *element,
                                   void *arg);
SLEY_SUSPENDS int sley_collect_map(sley_map *map, sley_iterator *iterator, sley_map_fn *key,
                                   sley_map_fn *value, void *arg);
bool sley_set_contains(const sley_set *set, intptr_t item);
bool sley_map_get(const sley_map *map, intptr_t key, intptr_t *value);
void sley_array_close(sley_array *array);
void sley_set_close(sley_set *set);
void sley_map_close(sley_map *map);

SLEY_END_DECLS
#endif

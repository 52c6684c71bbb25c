/* Async iteration, and comprehensions: arrays, sets and maps, in the order of first sight. */
#include "os/sys.h"

#include <sley/error.h>
#include <sley/iterator.h>

#include <errno.h>
#include <string.h>

int sley_iterator_next(sley_iterator *iterator, intptr_t *item)
{
    return iterator->next(iterator, item);
}

void sley_iterator_close(sley_iterator *iterator)
{
    if (iterator->close)
        iterator->close(iterator);
}

/* A block that holds `count` things and is to hold one more. */
static int grow(void **block, size_t *capacity, size_t count, size_t each)
{
    size_t more = *capacity ? 2 * *capacity : 16;
    void *bigger;

    if (count < *capacity)
        return 0;
    bigger = sl_sys.allocate(more * each, 0);
    if (!bigger)
        return -ENOMEM;
    if (*block) {
        memcpy(bigger, *block, count * each);
        sl_sys.release(*block, *capacity * each, 0);
    }
    *block = bigger;
    *capacity = more;
    return 0;
}

/* ---- an index of positions, for sets and maps: open addressing, at most half full ---- */

static size_t hash(intptr_t word)
{
    return (size_t)(((uint64_t)word * 0x9e3779b97f4a7c15u) >> 20);
}

/* The cell that holds the word's position (plus one), or the empty one where it belongs. `step` is
 * the distance between words. */
static uint32_t *cell_of(uint32_t *index, size_t cells, const char *words, size_t step,
                         intptr_t word)
{
    size_t at = hash(word) & (cells - 1);

    while (index[at] && *(const intptr_t *)(const void *)(words + (index[at] - 1) * step) != word)
        at = (at + 1) & (cells - 1);
    return &index[at];
}

/* Room for one more in items and index, or -ENOMEM with nothing changed. */
static int grow_indexed(void **items, uint32_t **index, size_t *capacity, size_t count,
                        size_t step)
{
    size_t before = *capacity, cells;
    uint32_t *bigger;

    if (count < before)
        return 0;
    cells = 2 * (before ? 2 * before : 16);
    bigger = sl_sys_allocate_zeroed(cells * sizeof *bigger, 0);
    if (!bigger || grow(items, capacity, count, step) < 0) {
        if (bigger)
            sl_sys.release(bigger, cells * sizeof *bigger, 0);
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++)
        *cell_of(bigger, cells, *items, step, *(intptr_t *)(void *)((char *)*items + i * step)) =
            (uint32_t)i + 1;
    if (*index)
        sl_sys.release(*index, 2 * before * sizeof **index, 0);
    *index = bigger;
    return 0;
}

/* ---- the three forms ---- */

static intptr_t mapped(sley_map_fn *fn, intptr_t item, void *arg)
{
    return fn ? fn(item, arg) : item;
}

int sley_collect_array(sley_array *array, sley_iterator *iterator, sley_map_fn *element, void *arg)
{
    intptr_t item;
    int rc;

    *array = (sley_array){0};
    while ((rc = sley_iterator_next(iterator, &item)) > 0) {
        intptr_t word = mapped(element, item, arg);

        if (element && sley_is_error(word))
            return (int)word;
        rc = grow((void **)&array->items, &array->_capacity, array->count, sizeof word);
        if (rc < 0)
            return rc;
        array->items[array->count++] = word;
    }
    return rc;
}

int sley_collect_set(sley_set *set, sley_iterator *iterator, sley_map_fn *element, void *arg)
{
    intptr_t item;
    int rc;

    *set = (sley_set){0};
    while ((rc = sley_iterator_next(iterator, &item)) > 0) {
        intptr_t word = mapped(element, item, arg);
        uint32_t *cell;

        if (element && sley_is_error(word))
            return (int)word;
        rc = grow_indexed((void **)&set->items, &set->_index, &set->_capacity, set->count,
                          sizeof word);
        if (rc < 0)
            return rc;
        cell = cell_of(set->_index, 2 * set->_capacity, (char *)set->items, sizeof word, word);
        if (*cell)
            continue;
        set->items[set->count++] = word;
        *cell = (uint32_t)set->count;
    }
    return rc;
}

int sley_collect_map(sley_map *map, sley_iterator *iterator, sley_map_fn *key, sley_map_fn *value,
                     void *arg)
{
    intptr_t item;
    int rc;

    *map = (sley_map){0};
    while ((rc = sley_iterator_next(iterator, &item)) > 0) {
        intptr_t name = mapped(key, item, arg), word;
        uint32_t *cell;

        if (key && sley_is_error(name))
            return (int)name;
        word = mapped(value, item, arg);
        if (value && sley_is_error(word))
            return (int)word;
        rc = grow_indexed((void **)&map->items, &map->_index, &map->_capacity, map->count,
                          sizeof *map->items);
        if (rc < 0)
            return rc;
        cell = cell_of(map->_index, 2 * map->_capacity, (char *)map->items, sizeof *map->items,
                       name);
        if (!*cell) {
            map->items[map->count++].key = name;
            *cell = (uint32_t)map->count;
        }
        map->items[*cell - 1].value = word;
    }
    return rc;
}

bool sley_set_contains(const sley_set *set, intptr_t item)
{
    return set->count &&
           *cell_of(set->_index, 2 * set->_capacity, (char *)set->items, sizeof item, item);
}

bool sley_map_get(const sley_map *map, intptr_t key, intptr_t *value)
{
    uint32_t *cell;

    if (!map->count)
        return false;
    cell = cell_of(map->_index, 2 * map->_capacity, (char *)map->items, sizeof *map->items, key);
    if (!*cell)
        return false;
    *value = map->items[*cell - 1].value;
    return true;
}

void sley_array_close(sley_array *array)
{
    if (array->items)
        sl_sys.release(array->items, array->_capacity * sizeof *array->items, 0);
    *array = (sley_array){0};
}

void sley_set_close(sley_set *set)
{
    if (set->items)
        sl_sys.release(set->items, set->_capacity * sizeof *set->items, 0);
    if (set->_index)
        sl_sys.release(set->_index, 2 * set->_capacity * sizeof *set->_index, 0);
    *set = (sley_set){0};
}

void sley_map_close(sley_map *map)
{
    if (map->items)
        sl_sys.release(map->items, map->_capacity * sizeof *map->items, 0);
    if (map->_index)
        sl_sys.release(map->_index, 2 * map->_capacity * sizeof *map->_index, 0);
    *map = (sley_map){0};
}

/* base/list.h: two intrusive lists.
 *
 * sl_list is a ring through a head that must be initialised: any member leaves it without knowing
 * where it stands. sl_chain ends in NULL, so that zero is an empty one: it is what public objects
 * hold (sley_links). */
#ifndef SL_BASE_LIST_H
#define SL_BASE_LIST_H

#include "base/check.h"
#include <sley/base.h>

struct sl_link {
    struct sl_link *next, *prev;
};

struct sl_list {
    struct sl_link head;
};

SL_INLINE void sl_list_init(struct sl_list *list)
{
    list->head.next = list->head.prev = &list->head;
}
SL_INLINE bool sl_list_empty(const struct sl_list *list)
{
    return list->head.next == &list->head;
}
SL_INLINE struct sl_link *sl_list_first(const struct sl_list *list)
{
    return sl_list_empty(list) ? NULL : list->head.next;
}
SL_INLINE void sl_list_push(struct sl_list *list, struct sl_link *link)
{
    struct sl_link *last = list->head.prev;

    link->next = &list->head;
    link->prev = last;
    last->next = link;
    list->head.prev = link;
}
SL_INLINE void sl_link_remove(struct sl_link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
}
SL_INLINE struct sl_link *sl_list_pop(struct sl_list *list)
{
    struct sl_link *first = sl_list_first(list);

    if (first)
        sl_link_remove(first);
    return first;
}
/* Moves everything of `from` behind the end of `to`. */
SL_INLINE void sl_list_splice(struct sl_list *to, struct sl_list *from)
{
    if (sl_list_empty(from))
        return;
    from->head.next->prev = to->head.prev;
    to->head.prev->next = from->head.next;
    from->head.prev->next = &to->head;
    to->head.prev = from->head.prev;
    sl_list_init(from);
}

SL_INLINE struct sl_link *sl_chain_first(const sley_links *chain)
{
    return (struct sl_link *)chain->first;
}
SL_INLINE void sl_chain_push(sley_links *chain, struct sl_link *link)
{
    struct sl_link *last = (struct sl_link *)chain->last;

    link->next = NULL;
    link->prev = last;
    if (last)
        last->next = link;
    else
        chain->first = link;
    chain->last = link;
}
SL_INLINE void sl_chain_remove(sley_links *chain, struct sl_link *link)
{
    if (link->prev)
        link->prev->next = link->next;
    else
        chain->first = link->next;
    if (link->next)
        link->next->prev = link->prev;
    else
        chain->last = link->prev;
}
SL_INLINE struct sl_link *sl_chain_pop(sley_links *chain)
{
    struct sl_link *first = sl_chain_first(chain);

    if (first)
        sl_chain_remove(chain, first);
    return first;
}

#endif

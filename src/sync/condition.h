/* sync/condition.h: the condition, for the barrier beside it. */
#ifndef SL_SYNC_CONDITION_H
#define SL_SYNC_CONDITION_H

#include "sync/lock.h"

#include <sley/condition.h>

SL_INLINE sley_lock *sl_condition_lock(sley_condition *condition)
{
    return condition->_lock ? condition->_lock : &condition->_own;
}
/* The kind of a condition is its lock's. Inside sl_kind_enter; *loop may be NULL. A class for each
 * kind. */
SLEY_SUSPENDS int sl_condition_wait(struct sley_loop **loop, sley_condition *condition,
                                    const struct sl_wait_class classes[2]);
/* Needs no lock. */
void sl_condition_wake(struct sley_loop *loop, sley_condition *condition, size_t n);

#endif

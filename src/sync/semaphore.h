/* sync/semaphore.h: what semaphore.c and semaphore_shared.c have in common. */
#ifndef SL_SYNC_SEMAPHORE_H
#define SL_SYNC_SEMAPHORE_H

#include "sync/shared.h"

#include <sley/semaphore.h>

/* Of _kind. */
enum { SL_SEMAPHORE_NONE, SL_SEMAPHORE_SHARED, SL_SEMAPHORE_LOCAL };

void sl_semaphore_describe(const struct sl_wait *wait, char *text, size_t size);
bool sl_semaphore_locked_shared(const sley_semaphore *semaphore);
SLEY_SUSPENDS int sl_semaphore_acquire_shared(sley_semaphore *semaphore);
int sl_semaphore_try_shared(sley_semaphore *semaphore);
int sl_semaphore_release_shared(sley_semaphore *semaphore);

#endif

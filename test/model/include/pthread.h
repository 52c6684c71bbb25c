/* The system's pthread.h, with the mutexes and condition variables of the explorer: model threads
 * are contexts on one thread, which a real mutex would stop together. */
#ifndef SL_MODEL_PTHREAD_H
#define SL_MODEL_PTHREAD_H

#include_next <pthread.h>

int sl_model_lock(void *mutex);
int sl_model_unlock(void *mutex);
int sl_model_mutex_destroy(void *mutex);
int sl_model_sleep(void *condition, void *mutex);
int sl_model_notify(void *condition);
int sl_model_unused(void *object);

#define pthread_mutex_init(mutex, attributes) \
    (*(mutex) = (pthread_mutex_t){0}, sl_model_unused(mutex))
#define pthread_mutex_destroy(mutex) sl_model_mutex_destroy(mutex)
#define pthread_mutex_lock(mutex) sl_model_lock(mutex)
#define pthread_mutex_unlock(mutex) sl_model_unlock(mutex)
#define pthread_cond_init(condition, attributes) \
    (*(condition) = (pthread_cond_t){0}, sl_model_unused(condition))
#define pthread_cond_destroy(condition) sl_model_unused(condition)
#define pthread_cond_wait(condition, mutex) sl_model_sleep(condition, mutex)
#define pthread_cond_timedwait(condition, mutex, at) ((void)(at), sl_model_sleep(condition, mutex))
#define pthread_cond_signal(condition) sl_model_notify(condition)
#define pthread_cond_broadcast(condition) sl_model_notify(condition)

#endif

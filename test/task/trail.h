/* task/trail.h: what happened, in order, as one text: "a b c". Any thread. */
#ifndef SL_TEST_TRAIL_H
#define SL_TEST_TRAIL_H

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char trail[1024];

__attribute__((format(printf, 1, 2), unused)) static void mark(const char *format, ...)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    size_t used;
    va_list list;

    pthread_mutex_lock(&lock);
    used = strlen(trail);
    if (used && used + 1 < sizeof trail)
        strcpy(trail + used++, " ");
    va_start(list, format);
    vsnprintf(trail + used, sizeof trail - used, format, list);
    va_end(list);
    pthread_mutex_unlock(&lock);
}

/* A callback that notes its argument, a text. */
__attribute__((unused)) static void mark_it(void *text)
{
    mark("%s", (const char *)text);
}

#endif

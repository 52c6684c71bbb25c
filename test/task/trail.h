/* task/trail.h: what happened, in order, as one text: "a b c". */
#ifndef SL_TEST_TRAIL_H
#define SL_TEST_TRAIL_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char trail[1024];

__attribute__((format(printf, 1, 2), unused)) static void mark(const char *format, ...)
{
    size_t used = strlen(trail);
    va_list list;

    if (used && used + 1 < sizeof trail)
        strcpy(trail + used++, " ");
    va_start(list, format);
    vsnprintf(trail + used, sizeof trail - used, format, list);
    va_end(list);
}

/* A callback that notes its argument, a text. */
__attribute__((unused)) static void mark_it(void *text)
{
    mark("%s", (const char *)text);
}

#endif

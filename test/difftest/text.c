#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void fatal(const char *format, ...)
{
    va_list arguments;

    fputs("sley-difftest: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(2);
}

void *zeroed(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);

    if (!memory)
        fatal("out of memory");
    return memory;
}

void text_add(struct text *text, const char *format, ...)
{
    for (;;) {
        va_list arguments;
        size_t left = text->room - text->length;
        int wanted;

        va_start(arguments, format);
        wanted = vsnprintf(text->at ? text->at + text->length : NULL, left, format, arguments);
        va_end(arguments);
        if (wanted < 0)
            fatal("cannot format \"%s\"", format);
        if ((size_t)wanted < left) {
            text->length += (size_t)wanted;
            return;
        }
        text->room = 2 * text->room + (size_t)wanted + 64;
        text->at = realloc(text->at, text->room);
        if (!text->at)
            fatal("out of memory");
    }
}

void text_free(struct text *text)
{
    free(text->at);
    *text = (struct text){0};
}

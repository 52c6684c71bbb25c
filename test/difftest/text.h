/* A string that grows. Memory that runs out ends the program: this is a test tool. */
#ifndef DIFFTEST_TEXT_H
#define DIFFTEST_TEXT_H

#include <stddef.h>

struct text {
    char *at; /* always ends in a NUL once something was added; NULL before */
    size_t length;
    size_t room;
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_free(struct text *text);

/* calloc that does not return without memory, also for nothing. */
void *zeroed(size_t count, size_t size);
void fatal(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif

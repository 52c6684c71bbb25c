/* The trace: one line per event, and how words and errors are written in it. */
#ifndef DIFFTEST_TRACE_H
#define DIFFTEST_TRACE_H

#include "text.h"

#include <sley.h>

/* The word of a task that returned nothing (Python's None). Not an error, and no result of a
 * scenario: those are small. */
#define NOTHING INTPTR_MAX

/* The error V<n> of a scenario as one of the program's own error numbers. */
static inline intptr_t raised_error(long n)
{
    return -1000 - (intptr_t)n;
}

/* The first letter of an error's kind; '?' for one that no scenario should meet. */
char error_letter(intptr_t error);
/* The kind, for a group with the kinds in it. `detail` is the error's own, or NULL. */
void trace_error(struct text *trace, intptr_t error, const sley_error *detail);
/* A value, or the kind of an error whose detail is the current one. */
void trace_word(struct text *trace, intptr_t word);

#endif

/* task/never_retrieved.h: an exception handler that counts and keeps the last one. */
#ifndef SL_TEST_NEVER_RETRIEVED_H
#define SL_TEST_NEVER_RETRIEVED_H

#include <stdio.h>

static struct {
    int count;
    intptr_t error;
    bool task;
    char message[100], text[100];
} told;

static void keep(sley_loop *loop, const sley_exception *exception, void *arg)
{
    (void)loop, (void)arg;
    told.count++;
    told.error = exception->error;
    told.task = exception->task != NULL;
    snprintf(told.message, sizeof told.message, "%s", exception->message);
    snprintf(told.text, sizeof told.text, "%s", sley_error_text(exception->detail));
}

#endif

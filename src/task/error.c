#include "task/error.h"

#include "base/atomic.h"
#include "os/sys.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 512

struct sley_error {
    sl_atomic_u32 refs; /* details may be dropped by any thread */
    uint32_t count;
    intptr_t code;
    size_t bytes;
    char *text;         /* behind the list, or NULL: sley_strerror */
    const sley_error *errors[];
};

static const struct {
    int code;
    const char *name, *text;
} names[] = {
    {SLEY_ETIMEOUT, "SLEY_ETIMEOUT", "The deadline passed"},
    {SLEY_ECLOSED, "SLEY_ECLOSED", "Closed while it was waited for"},
    {SLEY_EEMPTY, "SLEY_EEMPTY", "The queue is empty"},
    {SLEY_EFULL, "SLEY_EFULL", "The queue is full"},
    {SLEY_ESHUTDOWN, "SLEY_ESHUTDOWN", "The queue was shut down"},
    {SLEY_EBROKEN, "SLEY_EBROKEN", "The barrier is broken"},
    {SLEY_EGROUP, "SLEY_EGROUP", "Tasks of the group failed"},
    {SLEY_EINVALIDSTATE, "SLEY_EINVALIDSTATE", "Not in the state that this call needs"},
    {SLEY_ENOTOWNER, "SLEY_ENOTOWNER", "Not held"},
    {SLEY_EWRONGLOOP, "SLEY_EWRONGLOOP", "Bound to another loop"},
    {SLEY_EVALUE, "SLEY_EVALUE", "Value out of range"},
    {SLEY_ERUNNING, "SLEY_ERUNNING", "A loop runs already in this thread"},
    {SLEY_ENOLOOP, "SLEY_ENOLOOP", "No loop runs in this thread, or not inside a task"},
    {SLEY_EDEADLOCK, "SLEY_EDEADLOCK", "Nothing can wake this loop again"},
    {SLEY_ECYCLE, "SLEY_ECYCLE", "Tasks would await each other in a ring"},
    {SLEY_ESTOPPED, "SLEY_ESTOPPED", "The loop stopped before the future was done"},
    {SLEY_EFINISHED, "SLEY_EFINISHED", "It is over"},
    {SLEY_EITEREND, "SLEY_EITEREND", "No more items"},
    {SLEY_ENOURING, "SLEY_ENOURING", "io_uring is refused here"},
    {SLEY_EFORKED, "SLEY_EFORKED", "The runtime belongs to the parent process"},
};

static intptr_t number_of(intptr_t code)
{
    return code == INTPTR_MIN ? INTPTR_MAX : code < 0 ? -code : code;
}

const char *sley_error_name(intptr_t code)
{
    intptr_t number = number_of(code);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].code == number)
            return names[i].name;
    return number > 0 && number < 1000 ? strerrorname_np((int)number) : NULL;
}

const char *sley_strerror(intptr_t code)
{
    intptr_t number = number_of(code);
    const char *text = NULL;

    if (number == ECANCELED)
        return "Cancelled";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].code == number)
            return names[i].text;
    if (number >= 1000 && number < 3800)
        return "Error of the program";
    if (number < 1000)
        text = strerrordesc_np((int)number);
    return text ? text : "Unknown error";
}

const char *sl_error_label(intptr_t code, char number[SL_ERROR_NUMBER])
{
    const char *name = sley_error_name(code);

    if (name)
        return name;
    snprintf(number, SL_ERROR_NUMBER, "%ld", (long)code);
    return number;
}

static sley_error *make(intptr_t code, size_t count, size_t text)
{
    size_t bytes = sizeof(sley_error) + count * sizeof(sley_error *) + text;
    sley_error *error = sl_sys.allocate(bytes, 0);

    if (!error)
        return NULL;
    memset(error, 0, sizeof *error);
    sl_store_relaxed(&error->refs, 1);
    error->code = code;
    error->bytes = bytes;
    error->text = text ? (char *)&error->errors[count] : NULL;
    return error;
}

sley_error *sley_error_ref(const sley_error *error)
{
    sley_error *counted = (sley_error *)(uintptr_t)error;

    if (counted)
        sl_add_relaxed(&counted->refs, 1);
    return counted;
}

void sley_error_drop(const sley_error *error)
{
    sley_error *counted = (sley_error *)(uintptr_t)error;

    /* Pairs with itself: the last drop sees what the others wrote. */
    if (!counted || sl_sub_acq_rel(&counted->refs, 1) != 1)
        return;
    for (uint32_t i = 0; i < counted->count; i++)
        sley_error_drop(counted->errors[i]);
    sl_sys.release(counted, counted->bytes, 0);
}

/* ---- the current one ---- */

static pthread_key_t leaving;
static bool leaving_made;

/* A thread that ends takes its current detail with it. */
static void leave(void *slot)
{
    sley_error **at = slot;

    sley_error_drop(*at);
    *at = NULL;
}

static void make_key(void)
{
    leaving_made = pthread_key_create(&leaving, leave) == 0;
}

/* Of a thread without a loop: false if nobody would drop it when the thread ends. */
static bool outlives(sley_error **slot)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_key);
    return leaving_made && pthread_setspecific(leaving, slot) == 0;
}

void sl_error_set(struct sley_loop *loop, const sley_error *error)
{
    sley_error **slot = sl_error_slot(loop), *old = *slot;

    if (old == error)
        return;
    if (!loop && error && !sl_current_outside()->fiber && !outlives(slot))
        error = NULL; /* as without memory for it: the code alone */
    *slot = sley_error_ref(error);
    sley_error_drop(old);
}

sley_error *sl_error_take(sley_error **slot, intptr_t code)
{
    sley_error *error = *slot;

    *slot = NULL;
    if (error && error->code != code) {
        sley_error_drop(error);
        return NULL;
    }
    return error;
}

intptr_t sley_raise(intptr_t code, const char *format, ...)
{
    struct sley_loop *loop = sl_current();
    char text[TEXT_MAX];
    sley_error *error;
    va_list list;
    int n;

    va_start(list, format);
    n = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    n = n < 0 ? 0 : n >= TEXT_MAX ? TEXT_MAX - 1 : n;
    error = make(code, 0, (size_t)n + 1);
    if (error) {
        memcpy(error->text, text, (size_t)n);
        error->text[n] = 0;
    }
    sl_error_set(loop, error);
    sley_error_drop(error);
    return code;
}

intptr_t sley_reraise(const sley_error *error)
{
    sl_error_set(sl_current(), error);
    return error ? error->code : 0;
}

sley_error *sl_error_group(size_t n, sley_error **errors, const intptr_t *codes)
{
    sley_error *group = make(-SLEY_EGROUP, n, TEXT_MAX);
    size_t used;

    if (!group) {
        for (size_t i = 0; i < n; i++)
            sley_error_drop(errors[i]);
        return NULL;
    }
    used = (size_t)snprintf(group->text, TEXT_MAX, "%zu of the group's tasks failed:", n);
    for (size_t i = 0; i < n; i++) {
        sley_error *error = errors[i] ? errors[i] : make(codes[i], 0, 0);
        char number[SL_ERROR_NUMBER];
        int more;

        if (!error)
            continue; /* no memory for the entry: the list is shorter */
        group->errors[group->count++] = error;
        if (used >= TEXT_MAX)
            continue;
        more = snprintf(group->text + used, TEXT_MAX - used, "%s %s (%s)", i ? ";" : "",
                        sley_error_text(error), sl_error_label(codes[i], number));
        used += more > 0 ? (size_t)more : 0;
    }
    return group;
}

const sley_error *sley_error_detail(void)
{
    return *sl_error_slot(sl_current());
}

intptr_t sley_error_code(const sley_error *error)
{
    return error ? error->code : 0;
}

const char *sley_error_text(const sley_error *error)
{
    if (!error)
        return "";
    return error->text ? error->text : sley_strerror(error->code);
}

size_t sley_error_count(const sley_error *error)
{
    return error ? error->count : 0;
}

const sley_error *sley_error_at(const sley_error *error, size_t i)
{
    return error && i < error->count ? error->errors[i] : NULL;
}

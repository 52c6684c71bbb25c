/* sley/time.h: durations and instants are types, so that a bare integer does not compile.
 *
 * All deadlines are instants of the loop's clock: CLOCK_MONOTONIC, or the virtual clock
 * (options.h) in tests. asyncio: loop.time().
 */
#ifndef SLEY_TIME_H
#define SLEY_TIME_H

#include <sley/base.h>

SLEY_BEGIN_DECLS

typedef struct sley_duration {
    int64_t ns;
} sley_duration;

typedef struct sley_instant {
    int64_t ns;
} sley_instant;

#define SLEY_NS_MAX INT64_MAX

/* Multiplies without overflow: too much is for ever, too little is long ago. */
static inline sley_duration sley_duration_of(int64_t count, int64_t unit)
{
    sley_duration d;
    if (__builtin_mul_overflow(count, unit, &d.ns))
        d.ns = count < 0 ? INT64_MIN : SLEY_NS_MAX;
    return d;
}
static inline sley_duration sley_ns(int64_t n) { return sley_duration_of(n, 1); }
static inline sley_duration sley_us(int64_t n) { return sley_duration_of(n, 1000); }
static inline sley_duration sley_ms(int64_t n) { return sley_duration_of(n, 1000000); }
static inline sley_duration sley_s(int64_t n) { return sley_duration_of(n, 1000000000); }

/* No deadline at all; asyncio's timeout=None. */
static inline sley_duration sley_forever(void) { return sley_duration_of(SLEY_NS_MAX, 1); }
#define SLEY_FOREVER (sley_forever())
static inline sley_instant sley_never(void)
{
    sley_instant never;
    never.ns = SLEY_NS_MAX;
    return never;
}
#define SLEY_NEVER (sley_never())

/* from + d, saturating: for ever stays for ever. */
static inline sley_instant sley_instant_add(sley_instant from, sley_duration d)
{
    sley_instant at;
    if (d.ns == SLEY_NS_MAX || __builtin_add_overflow(from.ns, d.ns, &at.ns))
        at.ns = d.ns < 0 ? INT64_MIN : SLEY_NS_MAX;
    return at;
}
static inline sley_duration sley_instant_sub(sley_instant later, sley_instant earlier)
{
    return sley_ns(later.ns - earlier.ns);
}

/* Now, by the running loop's clock; outside of a loop CLOCK_MONOTONIC. Does not suspend.
 * asyncio: loop.time(). */
sley_instant sley_time(void);

SLEY_END_DECLS
#endif

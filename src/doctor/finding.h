/* doctor/finding.h: what the doctor says, and in which form. */
#ifndef SL_DOCTOR_FINDING_H
#define SL_DOCTOR_FINDING_H

#include "base/check.h"

#include <sley/base.h>

#include <stdbool.h>

enum doctor_level {
    DOCTOR_GOOD,
    DOCTOR_LACKS, /* it runs, and something costs more or ends sooner */
    DOCTOR_STOPS, /* it does not run */
};

/* All is well with the subject: a sentence. */
void doctor_good(const char *subject, const char *format, ...) SLEY_PRINTF(2, 3);
/* It is not. `cost` and `remedy` are sentences; the rest says what is missing, and why. */
void doctor_lacks(enum doctor_level level, const char *subject, const char *cost,
                  const char *remedy, const char *format, ...) SLEY_PRINTF(5, 6);

/* The worst so far. */
enum doctor_level doctor_verdict(void);
void doctor_print_text(void);
void doctor_print_json(void);

#define DOCTOR_RAISE_MEMLOCK                                                                 \
    "Raise RLIMIT_MEMLOCK (ulimit -l, LimitMEMLOCK=), or make smaller rings (.ring_entries)."
#define DOCTOR_RAISE_NOFILE "Raise RLIMIT_NOFILE (ulimit -n): a worker has two descriptors."

/* rings.c, kernel.c: what the library asks of the kernel. limits.c: what the system grants the
 * process. */
void doctor_look_at_backend(void);
bool doctor_look_at_io_uring(void); /* after that: can a ring be made? */
void doctor_look_at_guards(void);
void doctor_look_at_rescue(void);
void doctor_look_at_frames(void);
void doctor_look_at_memlock(void);
void doctor_look_at_descriptors(void);
void doctor_look_at_processors(void);
void doctor_look_at_address_space(void);

#endif

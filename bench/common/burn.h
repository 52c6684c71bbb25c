/* Computing that calls nothing: what a runtime cannot see. In a file of its own (burn.c). */
#ifndef BENCH_BURN_H
#define BENCH_BURN_H

/* So many steps of arithmetic; the result depends on all of them. */
unsigned long burn(unsigned long steps);
/* How many steps take a millisecond here, about. */
unsigned long burn_steps_per_ms(void);

#endif

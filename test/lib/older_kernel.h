/* older_kernel.h: a table of system calls that knows no more than Linux 5.15. */
#ifndef SL_TEST_OLDER_KERNEL_H
#define SL_TEST_OLDER_KERNEL_H

/* If SLEY_TEST_KERNEL is 5.15. Before the first ring. */
void sl_test_older_kernel(void);

#endif

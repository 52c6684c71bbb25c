/* A bounded semaphore refuses a release too many, a plain one grows by it.
 * asyncio: BoundedSemaphore, ValueError. */
#include <sley.h>

#include <stdio.h>

static intptr_t program(void *arg)
{
    (void)arg;
    sley_semaphore bounded = SLEY_BOUNDED_SEMAPHORE_INIT(1);
    sley_semaphore plain = SLEY_SEMAPHORE_INIT(1);

    int rc = sley_semaphore_acquire(&bounded);
    if (rc < 0)
        return rc;
    printf("acquired, the semaphore is %s\n", sley_semaphore_locked(&bounded) ? "locked" : "free");
    if (sley_semaphore_release(&bounded) == 0)
        printf("released once\n");
    if (sley_semaphore_release(&bounded) == -SLEY_EVALUE)
        printf("the second release is an error\n");

    if (sley_semaphore_release(&plain) == 0)
        printf("the plain one takes it\n");
    for (int i = 1; i <= 2; i++)
        if ((rc = sley_semaphore_acquire(&plain)) == 0)
            printf("permit %d of the plain one\n", i);
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}

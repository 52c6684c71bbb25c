/* A program that brings a malloc of its own: sley takes its memory there. */
#include <sley.h>

extern void *__libc_malloc(size_t size);
extern void __libc_free(void *memory);

static unsigned long count;

void *malloc(size_t size)
{
    count++;
    return __libc_malloc(size);
}

void free(void *memory)
{
    __libc_free(memory);
}

static intptr_t nothing(void *arg)
{
    return sley_join(sley_create_task((sley_fn *)arg, NULL));
}

static intptr_t child(void *arg)
{
    (void)arg;
    return 0;
}

int main(void)
{
    unsigned long before = count;
    intptr_t rc = sley_run(nothing, (void *)child, NULL);

    return !(rc == 0 && count > before);
}

/* The _copy forms copy the argument, small ones into the record, large ones into a block. */
#include "check.h"

#include <string.h>

struct argument {
    size_t size;
    unsigned char bytes[992];
};

static _Atomic size_t checked;

static intptr_t check(void *arg)
{
    const unsigned char *bytes = arg;
    size_t size;

    CHECK((uintptr_t)arg % 16 == 0);
    memcpy(&size, bytes, sizeof size);
    for (size_t i = sizeof size; i < size; i++)
        CHECK_EQ(bytes[i], i * 7 % 256);
    checked += size;
    return 0;
}

TEST_FIBER(arguments_are_copied)
{
    static const size_t sizes[] = {8, 16, 63, 64, 65, 100, 1000};
    sley_task *tasks[7];
    size_t wanted = 0;
    struct argument argument;

    for (int i = 0; i < 7; i++) {
        argument.size = sizes[i];
        for (size_t j = 0; j < sizeof argument.bytes; j++)
            argument.bytes[j] = (unsigned char)((j + 8) * 7);
        tasks[i] = sley_create_task_copy(check, &argument, sizes[i], NULL);
        CHECK(tasks[i] != NULL);
        CHECK_EQ(sley_spawn_copy(check, &argument, sizes[i]), 0);
        wanted += 2 * sizes[i];
        memset(&argument, 0, sizeof argument);
    }
    for (int i = 0; i < 7; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    SETTLE(checked == wanted);
    CHECK_EQ(checked, wanted);
    return 0;
}

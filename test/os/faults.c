/* SLEY_FAULT_ALLOC refuses the N-th request alone, _FOREVER it and all after it, _COUNT says how
 * many there were. */
#include "check.h"

#include "child.h"
#include "os/sys.h"

/* Says which of eight requests were refused. */
static int eight_requests(void *arg)
{
    void *memory[8];
    char said[9] = "";

    putenv(arg);
    sl_sys_start();
    for (int i = 0; i < 8; i++) {
        memory[i] = i == 4 ? sl_sys.map(4096) : sl_sys.allocate(16, 0);
        said[i] = memory[i] ? 'y' : 'n';
    }
    for (int i = 0; i < 8; i++)
        if (memory[i] && i != 4)
            sl_sys.release(memory[i], 16, 0);
    puts(said);
    exit(0); /* with atexit's functions */
}

static const char *said(const char *setting)
{
    static struct child child;

    if (!child_run(&child, eight_requests, (void *)(uintptr_t)setting))
        return "no child";
    return child.text;
}

TEST_PLAIN(faults_come_where_they_were_ordered)
{
    unsetenv("SLEY_FAULT_ALLOC");
    unsetenv("SLEY_FAULT_ALLOC_FOREVER");
    unsetenv("SLEY_FAULT_COUNT");
    EXPECT_TEXT(said("SLEY_FAULT_ALLOC=5"), "yyyynyyy\n");
    EXPECT_TEXT(said("SLEY_FAULT_ALLOC=1"), "nyyyyyyy\n");
    EXPECT_TEXT(said("SLEY_FAULT_ALLOC_FOREVER=3"), "yynnnnnn\n");
    EXPECT_TEXT(said("OTHER=3"), "yyyyyyyy\n");
    CHECK_VOID(strstr(said("SLEY_FAULT_COUNT=1"), "sley: 8 allocation sites") != NULL);
}

/* A report has a line for every task: name, function, what it waits for, who holds that, where it
 * was created, its stack. */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static sley_lock lock = SLEY_LOCK_INIT_LOCAL;

static intptr_t wants_it(void *arg)
{
    (void)arg;
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    return sley_lock_release(&lock);
}

static intptr_t sleeper(void *arg)
{
    return sley_sleep(*(sley_duration *)arg);
}

static intptr_t awaiter(void *task)
{
    return sley_task_await(task);
}

static const char *line_of(const char *text, const char *name)
{
    static char line[600];
    const char *at = strstr(text, name);

    snprintf(line, sizeof line, "%.*s", at ? (int)strcspn(at, "\n") : 0, at ? at : "");
    return line;
}

TEST_FIBER(a_report_says_what_every_task_does)
{
    ONE_LOOP(LOCAL_KIND);
    sley_duration some = sley_ms(20);
    sley_task_options a = {.name = "alpha"}, b = {.name = "beta", .stack_size = 64 << 10},
                      c = {.name = "gamma"}, d = {.name = "delta"};
    static char text[8192];
    sley_task *tasks[4];
    int ends[2];

    CHECK(pipe(ends) == 0);
    CHECK_EQ(sley_lock_acquire(&lock), 0);
    tasks[0] = sley_create_task_with(wants_it, NULL, &a);
    tasks[1] = sley_create_task_with(sleeper, &some, &b);
    tasks[2] = sley_create_task_with(awaiter, tasks[1], &c);
    CHECK_EQ(sley_yield(), 0);
    tasks[3] = sley_create_task_with(sleeper, &some, &d);
    CHECK_EQ(sley_report(ends[1]), 0);
    CHECK(read(ends[0], text, sizeof text - 1) > 0);
    CHECK(strstr(text, "5 tasks") != NULL);
    CHECK(strstr(line_of(text, "'main'"), ": runs;") != NULL);
    CHECK(strstr(line_of(text, "'alpha'"), "wants_it: waits for lock") != NULL);
    CHECK(strstr(line_of(text, "'alpha'"), "held by task 'main'") != NULL);
    CHECK(strstr(line_of(text, "'beta'"), "sleeper: waits for sleep") != NULL);
    CHECK(strstr(line_of(text, "'beta'"), "of 64 KiB") != NULL);
    CHECK(strstr(line_of(text, "'beta'"), "created at test_") != NULL);
    CHECK(strstr(line_of(text, "'gamma'"), "held by task 'beta'") != NULL);
    CHECK(strstr(line_of(text, "'delta'"), "has not begun") != NULL);
    CHECK_EQ(sley_lock_release(&lock), 0);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(sley_join(tasks[i]), 0);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

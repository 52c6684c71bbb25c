/* sley-difftest [--shared | --workers N] [--hash] FILE...
 *
 * Interprets scenarios (FORMAT.md; one line of JSON each, "-" is standard input) on sley and
 * prints their traces, or with --hash a line "<seed> <sha256 of the trace>" for each.
 * --shared: with primitives of the shared kind, which must give the same traces.
 * --workers N: the same among N workers, where the order within an instant is nobody's promise. */
#include "run.h"
#include "scenario.h"
#include "sha256.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void one(char *line, const char *name, long number, bool hash)
{
    struct scenario scenario;
    struct text trace = {0};
    const char *error = NULL;

    if (!scenario_read(&scenario, line, &error))
        fatal("%s:%ld: %s", name, number, error);
    run_scenario(&scenario, &trace);
    if (hash) {
        char hex[65];

        sha256_hex(trace.at, trace.length, hex);
        printf("%ld %s\n", scenario.seed, hex);
    } else {
        printf("# scenario %ld %s\n%s", scenario.seed, scenario.profile, trace.at);
    }
    /* A crash in the next scenario should not take this one's trace with it. */
    if (fflush(stdout) != 0)
        fatal("cannot write: %s", strerror(errno));
    text_free(&trace);
    scenario_free(&scenario);
}

static void all_of(const char *name, bool hash)
{
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
    char *line = NULL;
    size_t room = 0;

    if (!file)
        fatal("%s: %s", name, strerror(errno));
    for (long number = 1; getline(&line, &room, file) >= 0; number++)
        if (line[strspn(line, " \t\r\n")])
            one(line, name, number, hash);
    if (ferror(file))
        fatal("%s: %s", name, strerror(errno));
    free(line);
    if (file != stdin)
        fclose(file);
}

int main(int argc, char **argv)
{
    bool hash;
    int first = 1;

    if (first < argc && strcmp(argv[first], "--shared") == 0) {
        run_shared_kind = true;
        first++;
    }
    if (first + 1 < argc && strcmp(argv[first], "--workers") == 0) {
        run_workers = atoi(argv[first + 1]);
        run_shared_kind = true;
        first += 2;
    }
    hash = first < argc && strcmp(argv[first], "--hash") == 0;
    first += hash;
    if (argc <= first || strcmp(argv[first], "--help") == 0) {
        fputs("usage: sley-difftest [--shared | --workers N] [--hash] FILE...\n", stderr);
        return 2;
    }
    for (int i = first; i < argc; i++)
        all_of(argv[i], hash);
    return 0;
}

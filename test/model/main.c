/* The program around the models: options, results, and the trace of a failure. */
#include "explore.h"

#include "os/hooks.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* AddressSanitizer takes fifty times as long. */
#ifdef SL_ASAN
#define STALE_MOST 1
#else
#define STALE_MOST 1000
#endif

static const char *const memories[] = {"any", "sc", "tso", "late"};

static const char usage[] =
    "[options] [MODEL...]\n"
    "  --list            the models\n"
    "  --memory M        sc, tso, or late (this one unless the model says)\n"
    "  --bound N         preemptions in an execution; 3, or SLEY_MODEL_BOUND\n"
    "  --stale N         accesses that miss a store that waits, in an execution; 0: any number\n"
    "  --every           choices also before accesses that make no difference\n"
    "  --seconds S       at most, for a model; 300\n"
    "  --random SEED     executions by random priorities instead of the search\n"
    "  --runs N          so many of them; 20000\n"
    "  --replay CHOICES  that execution of MODEL, with its trace\n"
    "  --torn            every read-modify-write is a load and a store\n"
    "  --no-fences       no fence is one\n"
    "  --must-fail       each model must fail\n";

#define UNBOUNDED 9999

static bool must_fail;
static const char *program;

static char *choices_of_last(void)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        abort();
    sl_model_print_choices(out);
    fclose(out);
    return text;
}

static void print_command(const struct sl_model *model, const char *choices)
{
    const struct sl_model_settings *settings = &sl_model_settings;

    printf("replay: %s --memory %s --bound %d --stale %d%s%s --replay %s \"%s\"\n", program,
           memories[settings->memory], settings->random ? UNBOUNDED : settings->bound,
           settings->stale, settings->torn ? " --torn" : "",
           settings->no_fences ? " --no-fences" : "", choices, model->name);
}

/* Every failure is made again by its choices, else nobody could look for its cause. */
static bool replays(const struct sl_model *model, const char *choices, const char *failure)
{
    struct sl_model_settings settings = sl_model_settings;
    struct sl_model_outcome again;
    char *wanted = strdup(failure);
    bool same;

    if (settings.random)
        sl_model_settings.bound = UNBOUNDED;
    sl_model_settings.random = false;
    sl_model_settings.replay = choices;
    sl_model_explore(model, &again);
    same = wanted && again.failure && !strcmp(again.failure, wanted);
    sl_model_settings = settings;
    free(wanted);
    if (!same)
        printf("%s: the replay of \"%s\" does not fail like that\n", model->name, choices);
    return same;
}

static void print_outcome(const struct sl_model *model, const struct sl_model_outcome *outcome,
                          bool passed)
{
    const struct sl_model_settings *settings = &sl_model_settings;

    printf("%s: %s: %s", passed ? "ok" : "FAILED", model->name,
           outcome->failure    ? outcome->failure
           : outcome->complete ? "all executions"
           : settings->random  ? "random executions"
                               : "not searched to the end");
    printf("; %ld executions, %ld steps, %.2f s; memory %s", outcome->executions, outcome->steps,
           outcome->seconds, memories[settings->memory]);
    if (settings->random)
        printf(", seed %llu\n", (unsigned long long)settings->seed);
    else
        printf(settings->stale ? ", bound %d, stale %d\n" : ", bound %d\n", settings->bound,
               settings->stale);
}

/* True if it is as it must be. */
static bool run(const struct sl_model *model)
{
    enum sl_model_memory memory = sl_model_settings.memory;
    int bound = sl_model_settings.bound, stale = sl_model_settings.stale;
    struct sl_model_outcome outcome;
    bool passed;

    if (model->bound && model->bound < bound && !sl_model_settings.bound_asked)
        sl_model_settings.bound = model->bound;
    if (!stale && !sl_model_settings.bound_asked && !sl_model_settings.random)
        sl_model_settings.stale = model->stale < STALE_MOST ? model->stale : STALE_MOST;
    if (model->memory)
        sl_model_settings.memory = model->memory;
    sl_model_explore(model, &outcome);
    if (must_fail)
        passed = outcome.failure;
    else if (model->fails)
        passed = outcome.failure && strstr(outcome.failure, model->fails);
    else
        passed = !outcome.failure && (outcome.complete || sl_model_settings.random ||
                                      sl_model_settings.replay);
    print_outcome(model, &outcome, passed);
    if (outcome.failure && !sl_model_settings.replay) {
        char *choices = choices_of_last();

        if (!passed)
            print_command(model, choices);
        passed = replays(model, choices, outcome.failure) && passed;
        free(choices);
    }
    sl_model_settings.memory = memory;
    sl_model_settings.bound = bound;
    sl_model_settings.stale = stale;
    return passed;
}

static const char *value_of(int argc, char **argv, int *i)
{
    if (*i + 1 >= argc) {
        fprintf(stderr, "%s: %s wants a value\n", program, argv[*i]);
        exit(2);
    }
    return argv[++*i];
}

static void usage_and_exit(int status)
{
    fprintf(status ? stderr : stdout, "usage: %s %s", program, usage);
    exit(status);
}

/* Returns the index of the first name. */
static int parse(int argc, char **argv, bool *list)
{
    struct sl_model_settings *settings = &sl_model_settings;
    int i;

    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        if (!strcmp(argv[i], "--list")) {
            *list = true;
        } else if (!strcmp(argv[i], "--memory")) {
            const char *name = value_of(argc, argv, &i);

            settings->memory = SL_MODEL_ANY;
            for (int m = SL_MODEL_SC; m <= SL_MODEL_LATE; m++)
                if (!strcmp(name, memories[m]))
                    settings->memory = (enum sl_model_memory)m;
            if (!settings->memory)
                usage_and_exit(2);
        } else if (!strcmp(argv[i], "--bound")) {
            settings->bound = atoi(value_of(argc, argv, &i));
            settings->bound_asked = true;
        } else if (!strcmp(argv[i], "--stale")) {
            settings->stale = atoi(value_of(argc, argv, &i));
        } else if (!strcmp(argv[i], "--seconds")) {
            settings->seconds = atof(value_of(argc, argv, &i));
        } else if (!strcmp(argv[i], "--random")) {
            settings->random = true;
            settings->seed = strtoull(value_of(argc, argv, &i), NULL, 0);
        } else if (!strcmp(argv[i], "--runs")) {
            settings->runs = atol(value_of(argc, argv, &i));
        } else if (!strcmp(argv[i], "--replay")) {
            settings->replay = value_of(argc, argv, &i);
            settings->trace = true;
        } else if (!strcmp(argv[i], "--every")) {
            settings->every = true;
        } else if (!strcmp(argv[i], "--torn")) {
            settings->torn = true;
        } else if (!strcmp(argv[i], "--no-fences")) {
            settings->no_fences = true;
        } else if (!strcmp(argv[i], "--must-fail")) {
            must_fail = true;
        } else {
            usage_and_exit(strcmp(argv[i], "--help") ? 2 : 0);
        }
    }
    return i;
}

/* A failure like others, of the execution that it happens in. */
static void on_crash(int number)
{
    sl_model_fail("memory is accessed that is not there"); /* returns outside of executions */
    signal(number, SIG_DFL);
}

static void catch_crashes(void)
{
#ifndef SL_ASAN /* says more */
    static char stack[65536];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_NODEFER};

    sigaltstack(&alternate, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
#endif
}

/* Those that are named, or all; a large one is searched only if it is named with a bound. */
static bool is_wanted(const struct sl_model *model, char **names, int n)
{
    const struct sl_model_settings *settings = &sl_model_settings;

    for (int i = 0; i < n; i++)
        if (!strcmp(names[i], model->name))
            return !model->large || settings->random || settings->replay || settings->bound_asked;
    return n == 0 && (!model->large || settings->random);
}

int sl_model_main(int argc, char **argv, const struct sl_model *models)
{
    const char *bound = getenv("SLEY_MODEL_BOUND");
    int first, passed = 0, failed = 0;
    bool list = false;

    program = argv[0];
    sl_model_settings.runs = 20000;
#ifdef SL_ASAN
    sl_model_settings.bound = 1;
    sl_model_settings.runs = 1000;
    sl_model_settings.seconds = 800;
#endif
    if (bound)
        sl_model_settings.bound = atoi(bound), sl_model_settings.bound_asked = true;
    else if (getenv("SLEY_TEST_UNDER")) /* an emulator */
        sl_model_settings.bound = 1;
    first = parse(argc, argv, &list);
    sl_model_settings.random = sl_model_settings.random && !sl_model_settings.replay;
    catch_crashes();
    for (int i = first; i < argc; i++) {
        const struct sl_model *model = models;

        while (model->name && strcmp(model->name, argv[i]))
            model++;
        if (!model->name) {
            fprintf(stderr, "%s: no model is called '%s'\n", program, argv[i]);
            return 2;
        }
    }
    for (const struct sl_model *model = models; model->name; model++) {
        if (list)
            printf("%s\n", model->name);
        else if (is_wanted(model, argv + first, argc - first))
            *(run(model) ? &passed : &failed) += 1;
    }
    if (!list)
        printf("%d passed, %d failed, 0 skipped\n", passed, failed);
    return failed || (!passed && !list);
}

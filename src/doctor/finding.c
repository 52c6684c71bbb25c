#include "doctor/finding.h"

#include <sley/report.h>

#include <stdarg.h>
#include <stdio.h>

#define MOST 32

static struct finding {
    enum doctor_level level;
    const char *subject, *cost, *remedy;
    char text[320];
} findings[MOST];
static unsigned count;

static const char *const level_names[] = {"ok", "missing", "stops"};
static const char *const verdicts[] = {
    "sley has all it can use here.",
    "sley runs here; what is missing costs what is said above.",
    "sley cannot run here.",
};

static struct finding *add(enum doctor_level level, const char *subject, const char *format,
                           va_list arguments)
{
    struct finding *finding = &findings[count];

    SL_CHECK(count < MOST);
    count++;
    finding->level = level;
    finding->subject = subject;
    vsnprintf(finding->text, sizeof finding->text, format, arguments);
    return finding;
}

void doctor_good(const char *subject, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(DOCTOR_GOOD, subject, format, arguments);
    va_end(arguments);
}

void doctor_lacks(enum doctor_level level, const char *subject, const char *cost,
                  const char *remedy, const char *format, ...)
{
    struct finding *finding;
    va_list arguments;

    va_start(arguments, format);
    finding = add(level, subject, format, arguments);
    va_end(arguments);
    finding->cost = cost;
    finding->remedy = remedy;
}

enum doctor_level doctor_verdict(void)
{
    enum doctor_level worst = DOCTOR_GOOD;

    for (unsigned i = 0; i < count; i++)
        if (findings[i].level > worst)
            worst = findings[i].level;
    return worst;
}

void doctor_print_text(void)
{
    for (unsigned i = 0; i < count; i++) {
        const struct finding *finding = &findings[i];

        printf("%-8s %s: %s\n", level_names[finding->level], finding->subject, finding->text);
        if (finding->level != DOCTOR_GOOD)
            printf("         Costs: %s\n         Remedy: %s\n", finding->cost, finding->remedy);
    }
    printf("%s\n", verdicts[doctor_verdict()]);
}

static void print_string(const char *name, const char *text, const char *end)
{
    printf("\"%s\": \"", name);
    for (; *text; text++) {
        if ((unsigned char)*text < ' ')
            printf("\\u%04x", (unsigned char)*text);
        else
            printf("%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
    }
    printf("\"%s", end);
}

void doctor_print_json(void)
{
    printf("{");
    print_string("version", sley_version(), ", ");
    print_string("verdict", level_names[doctor_verdict()], ", \"findings\": [");
    for (unsigned i = 0; i < count; i++) {
        const struct finding *finding = &findings[i];

        printf("%s\n  {", i ? "," : "");
        print_string("subject", finding->subject, ", ");
        print_string("level", level_names[finding->level], ", ");
        print_string("says", finding->text, finding->cost ? ", " : "}");
        if (finding->cost) {
            print_string("costs", finding->cost, ", ");
            print_string("remedy", finding->remedy, "}");
        }
    }
    printf("\n]}\n");
}

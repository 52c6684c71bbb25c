/* sley_doctor: what of all that sley can use is missing here, why, and what it costs. */
#include "doctor/finding.h"

#include "os/sys.h"

#include <sley/report.h>

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

static const char usage[] =
    "usage: sley_doctor [--json | --help | --version]\n"
    "\n"
    "Looks at this machine with the probes of the sley library, under the limits that it is\n"
    "started with, and says what is missing, why, and what that costs.\n"
    "Exit: 0 nothing is missing, 1 something is and sley runs, 2 sley cannot run.\n";

static void look(void)
{
    struct utsname system;

    sl_sys_start();
    if (uname(&system) == 0)
        doctor_good("kernel", "%s %s, %s; features are asked for, not inferred from this.",
                    system.sysname, system.release, system.machine);
    doctor_look_at_backend();
    if (doctor_look_at_io_uring()) /* epoll's rings lock no memory */
        doctor_look_at_memlock();
    doctor_look_at_guards();
    doctor_look_at_address_space();
    doctor_look_at_descriptors();
    doctor_look_at_processors();
    doctor_look_at_rescue();
    doctor_look_at_frames();
}

/* A pipe or a disk that did not take it all must not look like health. */
static int exit_code(int code)
{
    if (!fflush(stdout) && !ferror(stdout))
        return code;
    perror("sley_doctor");
    return 2;
}

int main(int argc, char **argv)
{
    const char *option = argc > 1 ? argv[1] : "";

    if (argc > 2 || (*option && strcmp(option, "--json") && strcmp(option, "--help") &&
                     strcmp(option, "--version"))) {
        fputs(usage, stderr);
        return 2;
    }
    if (!strcmp(option, "--help")) {
        fputs(usage, stdout);
        return exit_code(0);
    }
    if (!strcmp(option, "--version")) {
        printf("sley_doctor %s\n", sley_version());
        return exit_code(0);
    }
    look();
    if (*option)
        doctor_print_json();
    else
        doctor_print_text();
    return exit_code((int)doctor_verdict());
}

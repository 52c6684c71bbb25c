/* The quota of processor time that control groups grant (os/cpus.h).
 *
 * /proc/self/cgroup names the process's group in each hierarchy, /proc/self/mountinfo says which
 * part of which hierarchy is mounted where. A group's limit is that of the strictest group around
 * it, so all of them are read, up to the mount point: what lies above it cannot be seen. */
#include "os/cpus.h"

#include "os/plain.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH 4096

/* ---- lines ---- */

/* A file by lines; what does not fit into one is left out. */
struct lines {
    int fd;
    size_t at, end;
    char buffer[1024];
};

static bool lines_open(struct lines *lines, const char *root, const char *name)
{
    char path[PATH];

    lines->at = lines->end = 0;
    if (snprintf(path, sizeof path, "%s%s", root, name) >= (int)sizeof path)
        return false;
    lines->fd = sl_plain_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    return lines->fd >= 0;
}

/* False at the end of the file, which it closes. */
static bool lines_next(struct lines *lines, char *line, size_t size)
{
    size_t used = 0;

    for (;;) {
        if (lines->at == lines->end) {
            ssize_t n = sl_plain_read(lines->fd, lines->buffer, sizeof lines->buffer, -1);

            if (n <= 0)
                break;
            lines->at = 0;
            lines->end = (size_t)n;
        }
        if (lines->buffer[lines->at++] == '\n') {
            line[used] = 0;
            return true;
        }
        if (used < size - 1)
            line[used++] = lines->buffer[lines->at - 1];
    }
    line[used] = 0;
    if (used) /* a last line without its end; the next read says 0 again */
        return true;
    close(lines->fd);
    return false;
}

/* The next word of *text, ended by a 0; "" if there is none. */
static char *word(char **text, char separator)
{
    char *begin = *text, *end = strchr(begin, separator);

    *text = end ? end + 1 : begin + strlen(begin);
    if (end)
        *end = 0;
    return begin;
}

/* Is `name` one of the words of "cpu,cpuacct"? */
static bool listed(const char *name, const char *list)
{
    size_t length = strlen(name);

    for (;;) {
        if (!strncmp(list, name, length) && (list[length] == ',' || !list[length]))
            return true;
        if (!(list = strchr(list, ',')))
            return false;
        list++;
    }
}

/* mountinfo writes blanks and backslashes as \040. */
static void unescape(char *text)
{
    char *to = text;

    for (; *text; text++) {
        if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
            text[2] <= '7' && text[3] >= '0' && text[3] <= '7') {
            *to++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
            text += 3;
        } else {
            *to++ = *text;
        }
    }
    *to = 0;
}

/* ---- where ---- */

/* The process's group in the hierarchy of version 2, or in that of version 1 which holds `cpu`. */
static bool own_group(const char *root, bool v2, char *path)
{
    char line[PATH], *rest, *number, *controllers;
    struct lines lines;
    bool found = false;

    if (!lines_open(&lines, root, "/proc/self/cgroup"))
        return false;
    while (lines_next(&lines, line, sizeof line)) {
        rest = line;
        number = word(&rest, ':');
        controllers = word(&rest, ':');
        if (!found && (v2 ? !strcmp(number, "0") && !*controllers : listed("cpu", controllers))) {
            memcpy(path, rest, strlen(rest) + 1);
            found = true;
        }
    }
    return found;
}

/* What of `group` lies below `top`, or NULL. Names with ".." are outside of the process's view. */
static const char *below(const char *group, const char *top)
{
    size_t length = strcmp(top, "/") ? strlen(top) : 0;

    if (strstr(group, "/..") || strncmp(group, top, length) ||
        (group[length] != '/' && group[length]))
        return NULL;
    return strcmp(group + length, "/") ? group + length : "";
}

/* The folder of `group`, and how much of it is the mount point. A hierarchy may be mounted more
 * than once, and only in parts: where none of them holds the group, that is because a container
 * sees names of the outside, and its part is the group. */
static bool find_folder(const char *root, bool v2, const char *group, char *folder, size_t *mount)
{
    char line[PATH];
    struct lines lines;
    bool found = false, exact = false;

    if (!lines_open(&lines, root, "/proc/self/mountinfo"))
        return false;
    while (lines_next(&lines, line, sizeof line)) {
        char *rest = strstr(line, " - "), *fields = line, *top, *point, *type;
        const char *inside;

        if (exact || !rest)
            continue;
        *rest = 0;
        rest += 3;
        type = word(&rest, ' ');
        word(&rest, ' '); /* the source */
        if (strcmp(type, v2 ? "cgroup2" : "cgroup") || (!v2 && !listed("cpu", rest)))
            continue;
        for (int i = 0; i < 3; i++)
            word(&fields, ' ');
        top = word(&fields, ' ');
        point = word(&fields, ' ');
        unescape(top);
        unescape(point);
        inside = below(group, top);
        if ((found && !inside) ||
            snprintf(folder, PATH, "%s%s%s", root, point, inside ? inside : "") >= PATH)
            continue;
        *mount = strlen(root) + strlen(point);
        found = true;
        exact = inside;
    }
    return found;
}

/* ---- how much ---- */

/* Whole processors, rounded up; 0: no limit. */
static unsigned whole(int64_t quota, int64_t period)
{
    int64_t n;

    if (quota <= 0 || period <= 0)
        return 0;
    n = quota / period + (quota % period != 0);
    return n < SL_CPUS_MAX ? (unsigned)n : SL_CPUS_MAX;
}

static unsigned quota_of_folder(const char *folder, bool v2)
{
    char path[PATH + 32], text[64], *rest = text;
    int64_t quota;

    snprintf(path, sizeof path, "%s/%s", folder, v2 ? "cpu.max" : "cpu.cfs_quota_us");
    if (sl_plain_text(path, text, sizeof text) <= 0)
        return 0; /* the controller is not on here */
    quota = strtoll(text, &rest, 10); /* "max" is 0, as -1 is: none */
    if (v2)
        return whole(quota, strtoll(rest, NULL, 10));
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    return whole(quota, sl_plain_number(path));
}

static unsigned least(unsigned a, unsigned b)
{
    return !a ? b : !b || a < b ? a : b;
}

static unsigned quota_of_hierarchy(const char *root, bool v2)
{
    char group[PATH], folder[PATH];
    size_t mount;
    unsigned quota;

    if (!own_group(root, v2, group) || !find_folder(root, v2, group, folder, &mount))
        return 0;
    quota = quota_of_folder(folder, v2);
    while (strlen(folder) > mount) {
        *strrchr(folder, '/') = 0;
        quota = least(quota, quota_of_folder(folder, v2));
    }
    return quota;
}

unsigned sl_cpus_quota(const char *root)
{
    return least(quota_of_hierarchy(root, true), quota_of_hierarchy(root, false));
}

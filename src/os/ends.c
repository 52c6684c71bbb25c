#include "os/ends.h"

#include "os/plain.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un un;
};

struct socket_ends {
    union address here, there;
    socklen_t here_length, there_length; /* 0: not known, not connected */
};

static void socket_ends(int fd, struct socket_ends *ends)
{
    memset(ends, 0, sizeof *ends);
    ends->here_length = ends->there_length = sizeof ends->here;
    if (getsockname(fd, &ends->here.any, &ends->here_length) < 0)
        ends->here_length = 0;
    if (getpeername(fd, &ends->there.any, &ends->there_length) < 0)
        ends->there_length = 0;
}

/* ---- its name ---- */

static void link_of(int fd, char *text, size_t size)
{
    char path[40];
    ssize_t n;

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    n = readlink(path, text, size - 1);
    text[n > 0 ? n : 0] = 0;
}

static void name_address(const union address *address, socklen_t length, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "";

    if (length && address->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address->v4.sin_addr, host, sizeof host);
        snprintf(text, size, "%s:%u", host, ntohs(address->v4.sin_port));
    } else if (length && address->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &address->v6.sin6_addr, host, sizeof host);
        snprintf(text, size, "[%s]:%u", host, ntohs(address->v6.sin6_port));
    } else if (length > offsetof(struct sockaddr_un, sun_path) && address->un.sun_path[0]) {
        snprintf(text, size, "%.*s", (int)(length - offsetof(struct sockaddr_un, sun_path)),
                 address->un.sun_path);
    } else {
        snprintf(text, size, "%s", length ? "unnamed" : "nowhere");
    }
}

void sl_ends_name(int fd, char *text, size_t size)
{
    char here[120], there[120];
    struct socket_ends ends;

    link_of(fd, text, size);
    if (strncmp(text, "socket:", 7) != 0)
        return;
    socket_ends(fd, &ends);
    if (ends.here.any.sa_family != AF_INET && ends.here.any.sa_family != AF_INET6 &&
        ends.here.any.sa_family != AF_UNIX)
        return;
    name_address(&ends.here, ends.here_length, here, sizeof here);
    name_address(&ends.there, ends.there_length, there, sizeof there);
    if (sl_plain_get_option(fd, SOL_SOCKET, SO_ACCEPTCONN) > 0)
        snprintf(text, size, "listening socket %s", here);
    else
        snprintf(text, size, "%ssocket %s to %s",
                 ends.here.any.sa_family == AF_UNIX ? "unix " : "", here, there);
}

/* ---- its other end ---- */

struct wanted {
    int fd;
    struct stat stat; /* of a pipe: what it is. Of a unix socket, the peer's number */
    int access;
    struct socket_ends ends;
};

/* Calls `is` with each descriptor of the process until it says yes. */
static bool any_other(const struct wanted *wanted, bool (*is)(const struct wanted *wanted, int fd))
{
    DIR *all = opendir("/proc/self/fd");
    struct dirent *entry;
    bool found = false;

    while (all && !found && (entry = readdir(all))) {
        int fd = atoi(entry->d_name);

        found = entry->d_name[0] != '.' && fd != wanted->fd && is(wanted, fd);
    }
    if (all)
        closedir(all);
    return found;
}

static bool is_of_pipe(const struct wanted *wanted, int fd)
{
    struct stat stat;
    int access = fcntl(fd, F_GETFL);

    return access >= 0 && (access & O_ACCMODE) != wanted->access && fstat(fd, &stat) == 0 &&
           stat.st_ino == wanted->stat.st_ino && stat.st_dev == wanted->stat.st_dev;
}

static bool is_numbered(const struct wanted *wanted, int fd)
{
    struct stat stat;

    return fstat(fd, &stat) == 0 && S_ISSOCK(stat.st_mode) && stat.st_ino == wanted->stat.st_ino;
}

static bool is_addressed(const struct wanted *wanted, int fd)
{
    const struct socket_ends *mine = &wanted->ends;
    struct socket_ends ends;

    socket_ends(fd, &ends);
    return ends.here_length == mine->there_length && ends.there_length == mine->here_length &&
           memcmp(&ends.here, &mine->there, ends.here_length) == 0 &&
           memcmp(&ends.there, &mine->here, ends.there_length) == 0;
}

/* The number of a unix socket's peer, which only netlink tells; 0: nobody knows. */
static ino_t peer_of(ino_t number)
{
    struct {
        struct nlmsghdr header;
        struct unix_diag_req request;
    } ask = {
        .header = {.nlmsg_len = sizeof ask, .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST},
        .request = {.sdiag_family = AF_UNIX, .udiag_states = ~0u, .udiag_ino = (uint32_t)number,
                    .udiag_show = UDIAG_SHOW_PEER, .udiag_cookie = {~0u, ~0u}},
    };
    union {
        struct nlmsghdr header;
        char room[1024];
    } answer;
    const struct unix_diag_msg *told = NLMSG_DATA(&answer.header);
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    ssize_t n = -1;
    uint32_t peer = 0;

    if (fd >= 0 && send(fd, &ask, sizeof ask, MSG_DONTWAIT) > 0)
        n = recv(fd, &answer, sizeof answer, MSG_DONTWAIT); /* it is there when send returns */
    if (fd >= 0)
        close(fd);
    if (n < (ssize_t)NLMSG_LENGTH(sizeof *told) ||
        answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return 0;
    n -= (ssize_t)NLMSG_LENGTH(sizeof *told);
    for (const struct rtattr *at = (const struct rtattr *)(told + 1); RTA_OK(at, n);
         at = RTA_NEXT(at, n))
        if (at->rta_type == UNIX_DIAG_PEER)
            memcpy(&peer, RTA_DATA(at), sizeof peer);
    return peer;
}

static bool is_inside(struct wanted *wanted)
{
    char link[40];

    if (fstat(wanted->fd, &wanted->stat) < 0)
        return false;
    link_of(wanted->fd, link, sizeof link);
    if (S_ISFIFO(wanted->stat.st_mode)) {
        if (link[0] == '/') /* it has a name, by which others come */
            return false;
        wanted->access = fcntl(wanted->fd, F_GETFL) & O_ACCMODE;
        return wanted->access == O_RDWR || any_other(wanted, is_of_pipe);
    }
    if (S_ISSOCK(wanted->stat.st_mode)) {
        socket_ends(wanted->fd, &wanted->ends);
        if (!wanted->ends.there_length) /* it listens, or hears everybody */
            return false;
        if (wanted->ends.here.any.sa_family != AF_UNIX)
            return any_other(wanted, is_addressed);
        wanted->stat.st_ino = peer_of(wanted->stat.st_ino);
        return wanted->stat.st_ino && any_other(wanted, is_numbered);
    }
    return !strcmp(link, "anon_inode:[eventfd]");
}

bool sl_ends_inside(int fd)
{
    struct wanted wanted = {.fd = fd};

    return is_inside(&wanted);
}

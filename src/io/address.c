/* "host:port" and what is made from it. */
#include "io/descriptor.h"
#include "io/socket.h"
#include "os/plain.h"
#include "ring/number.h"

#include <sley/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_un un;
    };
    socklen_t length;
};

static int parse_port(const char *text, in_port_t *port)
{
    unsigned value = 0;

    if (!*text)
        return -EINVAL;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || (value = value * 10 + (unsigned)(*text - '0')) > 65535)
            return -EINVAL;
    }
    *port = htons((in_port_t)value);
    return 0;
}

static int parse_unix(const char *path, struct address *address)
{
    size_t length = strlen(path);

    if (!length || length >= sizeof address->un.sun_path)
        return -EINVAL;
    address->un.sun_family = AF_UNIX;
    memcpy(address->un.sun_path, path, length + 1);
    address->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    return 0;
}

static int parse_in6(const char *host, const char *port, struct address *address)
{
    address->in6.sin6_family = AF_INET6;
    address->length = sizeof address->in6;
    return inet_pton(AF_INET6, host, &address->in6.sin6_addr) == 1
               ? parse_port(port, &address->in6.sin6_port) : -EINVAL;
}

static int parse_in(const char *host, const char *port, struct address *address)
{
    address->in.sin_family = AF_INET;
    address->length = sizeof address->in;
    if (!*host)
        address->in.sin_addr.s_addr = htonl(INADDR_ANY);
    else if (inet_pton(AF_INET, host, &address->in.sin_addr) != 1)
        return -EINVAL;
    return parse_port(port, &address->in.sin_port);
}

static int parse(const char *text, struct address *address)
{
    char host[INET6_ADDRSTRLEN];
    const char *end, *colon;
    size_t length;
    bool in6;

    memset(address, 0, sizeof *address);
    if (!text)
        return -EINVAL;
    if (strncmp(text, "unix:", 5) == 0)
        return parse_unix(text + 5, address);
    in6 = *text == '[';
    end = in6 ? strchr(++text, ']') : strrchr(text, ':');
    colon = end && in6 ? end + 1 : end;
    if (!end || *colon != ':')
        return -EINVAL;
    length = (size_t)(end - text);
    if (length >= sizeof host)
        return -EINVAL;
    memcpy(host, text, length);
    host[length] = 0;
    return in6 ? parse_in6(host, colon + 1, address) : parse_in(host, colon + 1, address);
}

int sley_listen_tcp(const char *text, int backlog)
{
    struct address address;
    int fd, rc = parse(text, &address);

    if (rc < 0)
        return rc;
    fd = sl_number_given(sl_plain_socket(address.any.sa_family, SOCK_STREAM, 0));
    if (fd < 0)
        return fd;
    sl_plain_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    rc = sl_plain_bind(fd, &address.any, address.length);
    if (rc == 0)
        rc = sl_plain_listen(fd, backlog);
    if (rc < 0) {
        sl_sys.close(fd);
        return rc;
    }
    return fd;
}

int sley_connect_tcp(const char *text)
{
    struct address address;
    int fd, rc = parse(text, &address);

    if (rc < 0)
        return rc;
    fd = sl_number_given(sl_plain_socket(address.any.sa_family, SOCK_STREAM, 0));
    if (fd < 0)
        return fd;
    sl_socket_no_delay(fd);
    rc = sley_connect(fd, &address.any, address.length);
    if (rc < 0) {
        sley_close(fd);
        return rc;
    }
    return fd;
}

int sley_socket_port(int fd)
{
    struct address address;
    int rc;

    address.length = sizeof address;
    rc = sl_plain_name(fd, &address.any, &address.length);
    if (rc < 0)
        return rc;
    if (address.any.sa_family == AF_INET)
        return ntohs(address.in.sin_port);
    return address.any.sa_family == AF_INET6 ? ntohs(address.in6.sin6_port) : -EAFNOSUPPORT;
}

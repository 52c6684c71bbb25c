/* Six pages from a server that takes a quarter of a second for each: one after the other and at
 * once, by blocking calls in a thread pool and natively. The server is a task of this program.
 * asyncio: run_in_executor, gather, sockets. */
#include <sley.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PAGES = 6, DELAY_MS = 250, REQUEST_MAX = 128, ESLOWER = 1000 /* the program's own error */ };

struct page {
    int port, number;
};

/* ---- the server ---- */

/* Reads to the empty line that ends a request; the page is as long as its number says. */
static intptr_t answer(void *arg)
{
    int fd = *(int *)arg, number;
    char request[REQUEST_MAX + 1] = "", body[1000], head[64];
    size_t used = 0;
    ssize_t n = 1;
    while (n > 0 && !strstr(request, "\r\n\r\n"))
        if ((n = sley_recv(fd, request + used, REQUEST_MAX - used)) > 0)
            request[used += (size_t)n] = '\0';
    if (n > 0 && sscanf(request, "GET /%d ", &number) == 1 && sley_sleep(sley_ms(DELAY_MS)) == 0) {
        int length = snprintf(head, sizeof head, "HTTP/1.0 200 OK\r\nContent-Length: %zu\r\n\r\n",
                              number * sizeof body);
        memset(body, '.', sizeof body);
        n = sley_send_all(fd, head, (size_t)length);
        for (int i = 0; i < number && n > 0; i++)
            n = sley_send_all(fd, body, sizeof body);
    }
    sley_close(fd);
    return 0;
}

static intptr_t serve(void *arg)
{
    int fd, listener = *(int *)arg;
    sley_task_group clients = SLEY_TASK_GROUP_INIT;
    SLEY_TASK_GROUP(&clients)
        while ((fd = sley_accept(listener)) >= 0)
            if (sley_task_group_create_task_copy(&clients, answer, &fd, sizeof fd) < 0)
                sley_close(fd);
    return clients.rc;
}

/* ---- two ways to fetch a page: >= 0 is its size ---- */

static intptr_t fetch(void *arg)
{
    const struct page *page = arg;
    char buffer[4096];
    snprintf(buffer, sizeof buffer, "127.0.0.1:%d", page->port);
    int fd = sley_connect_tcp(buffer);
    if (fd < 0)
        return fd;
    int length = snprintf(buffer, sizeof buffer, "GET /%d HTTP/1.0\r\n\r\n", page->number);
    ssize_t size = 0, n = sley_send_all(fd, buffer, (size_t)length);
    while (n > 0 && (n = sley_recv(fd, buffer, sizeof buffer)) > 0)
        size += n;
    sley_close(fd);
    return n < 0 ? n : size;
}

static intptr_t fetch_blocking(void *arg)
{
    const struct page *page = arg;
    char buffer[4096];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)page->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int length = snprintf(buffer, sizeof buffer, "GET /%d HTTP/1.0\r\n\r\n", page->number);
    ssize_t size = 0, n = connect(fd, (struct sockaddr *)&address, sizeof address);
    if (n == 0)
        n = send(fd, buffer, (size_t)length, MSG_NOSIGNAL);
    while (n > 0 && (n = recv(fd, buffer, sizeof buffer, 0)) > 0)
        size += n;
    if (n < 0)
        size = -errno;
    close(fd);
    return size;
}

/* ---- four ways to fetch all of them ---- */

static int executor_in_turn(intptr_t *sizes, struct page *pages, sley_executor *pool)
{
    for (int i = 0; i < PAGES; i++) {
        sley_future *work = sley_run_in_executor(pool, fetch_blocking, &pages[i]);
        sizes[i] = sley_await(work);
        sley_future_drop(work);
    }
    return 0;
}

static int executor_at_once(intptr_t *sizes, struct page *pages, sley_executor *pool)
{
    sley_future *work[PAGES];
    for (int i = 0; i < PAGES; i++)
        work[i] = sley_run_in_executor(pool, fetch_blocking, &pages[i]);
    int rc = sley_gather_futures(sizes, PAGES, work, SLEY_RETURN_EXCEPTIONS);
    for (int i = 0; i < PAGES; i++)
        sley_future_drop(work[i]);
    return rc;
}

static int native_in_turn(intptr_t *sizes, struct page *pages, sley_executor *pool)
{
    (void)pool;
    for (int i = 0; i < PAGES; i++)
        sizes[i] = fetch(&pages[i]);
    return 0;
}

static int native_at_once(intptr_t *sizes, struct page *pages, sley_executor *pool)
{
    (void)pool;
    sley_coro coros[PAGES];
    for (int i = 0; i < PAGES; i++)
        coros[i] = SLEY_CORO(fetch, &pages[i]);
    return sley_gather(sizes, PAGES, coros, SLEY_RETURN_EXCEPTIONS);
}

typedef int fetch_all(intptr_t *sizes, struct page *pages, sley_executor *pool);

/* Prints the sizes and returns the seconds it took, or the error. */
static int timed(const char *name, fetch_all *all, struct page *pages, sley_executor *pool,
                 double *seconds)
{
    intptr_t sizes[PAGES], total = 0;
    sley_instant start = sley_time();
    int rc = all(sizes, pages, pool);
    *seconds = (double)sley_instant_sub(sley_time(), start).ns / 1e9;
    for (int i = 0; i < PAGES && rc == 0; i++) {
        if (sizes[i] < 0)
            return (int)sizes[i];
        printf("%s%ld", i ? ", " : "sizes ", sizes[i]);
        total += sizes[i];
    }
    if (rc == 0)
        printf("\n%ld bytes %s took %.2f s\n", total, name, *seconds);
    return rc;
}

/* Is `seconds` within the bound? 50 ms are granted for threads that wake up late on a busy CPU. */
static bool within(const char *what, double seconds, double bound)
{
    bool ok = seconds <= bound + 0.05;
    printf("%s: %s\n", what, ok ? "yes" : "no");
    return ok;
}

static intptr_t program(void *arg)
{
    (void)arg;
    struct page pages[PAGES];
    double turn[2], once[2];
    sley_executor *pool;
    int listener = sley_listen_tcp("127.0.0.1:0", PAGES);
    int rc = listener < 0 ? listener : sley_executor_new(&pool, PAGES);
    if (rc < 0)
        return rc;
    for (int i = 0; i < PAGES; i++)
        pages[i] = (struct page){sley_socket_port(listener), i + 1};
    sley_task *server = sley_create_task(serve, &listener);

    if ((rc = timed("in turn by threads", executor_in_turn, pages, pool, &turn[0])) == 0 &&
        (rc = timed("in turn natively", native_in_turn, pages, pool, &turn[1])) == 0 &&
        (rc = timed("at once by threads", executor_at_once, pages, pool, &once[0])) == 0 &&
        (rc = timed("at once natively", native_at_once, pages, pool, &once[1])) == 0) {
        bool a = within("native in turn is no slower", turn[1], turn[0]);
        bool b = within("native at once is no slower", once[1], once[0]);
        bool c = within("at once is less than two pages in turn", once[0], 2e-3 * DELAY_MS);
        rc = a && b && c ? 0 : -ESLOWER;
    }
    sley_close(listener); /* ends the server's accept */
    sley_join(server);
    sley_executor_close(pool);
    return rc;
}

int main(void)
{
    return sley_main(program, NULL, NULL);
}

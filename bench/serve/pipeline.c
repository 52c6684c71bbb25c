/* The pipeline of the benchmark: a reader, several packers and a writer, with bounded queues
 * between them, so that memory stays the same however large the file is.
 *
 *     sley-pipeline run IN OUT           compresses on the loop
 *     sley-pipeline threads IN OUT       compresses in the loop's thread pool
 *     sley-pipeline plain IN OUT         the same work in a plain loop, without sley
 *     sley-pipeline generate FILE COUNT
 *     sley-pipeline verify IN OUT
 *
 * The first three print the seconds that they took as JSON. */
#include "clock.h"
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <sley.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 32, PACKERS = 4, BUFFER = 65536, E_CUT = -1001, E_PACK = -1002 };

static struct record records[RECORDS];
static sley_queue unused = SLEY_QUEUE_INIT_LOCAL(RECORDS);
static sley_queue plain = SLEY_QUEUE_INIT_LOCAL(RECORDS / 4);
static sley_queue packed = SLEY_QUEUE_INIT_LOCAL(RECORDS / 4);
static bool use_threads;

struct reader {
    int fd;
    size_t at, end;
    char buffer[BUFFER];
};

/* `size` bytes: 1, 0 at the end of the file, or an error. */
static intptr_t read_exactly(struct reader *reader, void *bytes, size_t size)
{
    char *to = bytes;
    size_t got = 0;
    while (got < size) {
        if (reader->at == reader->end) {
            ssize_t n = sley_read(reader->fd, reader->buffer, BUFFER);
            if (n < 0)
                return n;
            if (n == 0)
                return got == 0 ? 0 : sley_raise(E_CUT, "a record is cut");
            reader->at = 0;
            reader->end = (size_t)n;
        }
        size_t n = reader->end - reader->at < size - got ? reader->end - reader->at : size - got;
        memcpy(to + got, reader->buffer + reader->at, n);
        reader->at += n;
        got += n;
    }
    return 1;
}

static intptr_t read_one(struct reader *reader, struct record *record)
{
    intptr_t rc = read_exactly(reader, &record->in, sizeof record->in);
    if (rc <= 0)
        return rc;
    if (record->in.bytes > RECORD_MAX)
        return sley_raise(E_CUT, "a record of %u bytes", record->in.bytes);
    rc = read_exactly(reader, record->bytes, record->in.bytes);
    return rc == 0 ? sley_raise(E_CUT, "a record is cut") : rc;
}

static intptr_t read_all(void *path)
{
    static struct reader reader;
    intptr_t rc = reader.fd = sley_open(path, O_RDONLY, 0);
    while (rc >= 0) {
        intptr_t item;
        if ((rc = sley_queue_get(&unused, &item)) < 0)
            break;
        if ((rc = read_one(&reader, (struct record *)item)) <= 0)
            break;
        rc = sley_queue_put(&plain, item);
    }
    if (reader.fd >= 0)
        sley_close(reader.fd);
    sley_queue_shutdown(&plain, false);
    return rc;
}

struct job {
    struct record *record;
    z_stream *stream;
};

static intptr_t pack_job(void *arg)
{
    struct job *job = arg;
    return record_pack(job->record, job->stream) == 0 ? 0 : E_PACK;
}

static intptr_t pack_some(void *arg)
{
    z_stream *stream = arg;
    intptr_t rc, item;
    while ((rc = sley_queue_get(&plain, &item)) == 0) {
        struct job job = {(struct record *)item, stream};
        rc = use_threads ? sley_to_thread_copy(pack_job, &job, sizeof job) : pack_job(&job);
        if (rc < 0 || (rc = sley_queue_put(&packed, item)) < 0)
            return rc;
    }
    return rc == -SLEY_ESHUTDOWN ? 0 : rc;
}

static intptr_t pack_all(void *arg)
{
    static z_stream streams[PACKERS];
    sley_task_group packers = SLEY_TASK_GROUP_INIT;
    (void)arg;
    SLEY_TASK_GROUP(&packers)
        for (int i = 0; i < PACKERS; i++) {
            if (deflateInit(&streams[i], RECORD_LEVEL) != Z_OK)
                return -ENOMEM;
            sley_task_group_create_task(&packers, pack_some, &streams[i]);
        }
    for (int i = 0; i < PACKERS; i++)
        deflateEnd(&streams[i]);
    sley_queue_shutdown(&packed, false);
    return packers.rc;
}

static intptr_t write_buffer(int fd, const char *buffer, size_t size)
{
    ssize_t n = size == 0 ? 0 : sley_write_all(fd, buffer, size);
    return n < 0 ? n : (size_t)n == size ? 0 : -ENOSPC;
}

static intptr_t write_all(void *path)
{
    static char buffer[BUFFER];
    size_t used = 0;
    intptr_t written = 0, item, rc;
    int fd = sley_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0)
        return fd;
    while ((rc = sley_queue_get(&packed, &item)) == 0) {
        struct record *record = (struct record *)item;
        size_t size = sizeof record->out + record->out.bytes;
        if (used + size > BUFFER) {
            if ((rc = write_buffer(fd, buffer, used)) < 0)
                break;
            used = 0;
        }
        memcpy(buffer + used, &record->out, size);
        used += size;
        written++;
        if ((rc = sley_queue_put(&unused, item)) < 0)
            break;
    }
    if (rc == -SLEY_ESHUTDOWN)
        rc = write_buffer(fd, buffer, used);
    sley_close(fd);
    return rc < 0 ? rc : written;
}

static intptr_t run(void *arg)
{
    char **paths = arg;
    sley_task *writer = NULL;
    sley_task_group stages = SLEY_TASK_GROUP_INIT;
    for (int i = 0; i < RECORDS; i++)
        sley_queue_put_nowait(&unused, (intptr_t)&records[i]);
    SLEY_TASK_GROUP(&stages) {
        sley_task_group_create_task(&stages, read_all, paths[0]);
        sley_task_group_create_task(&stages, pack_all, NULL);
        sley_task_group_create_task_into(&stages, &writer, write_all, paths[1], NULL);
    }
    intptr_t written = writer != NULL ? sley_join(writer) : -ENOMEM;
    sley_queue_close(&unused);
    sley_queue_close(&plain);
    sley_queue_close(&packed);
    return stages.rc < 0 ? stages.rc : written;
}

static int timed(const char *how, char **paths)
{
    int64_t start = clock_now_ns(), cpu = clock_cpu_ns();
    if (strcmp(how, "plain") == 0) {
        if (record_compress(paths[0], paths[1]) != 0)
            return 1;
    } else {
        use_threads = strcmp(how, "threads") == 0;
        intptr_t rc = sley_run(run, paths, NULL);
        if (rc < 0) {
            fprintf(stderr, "pipeline: %s\n", sley_strerror(rc));
            return 1;
        }
    }
    double seconds = (double)(clock_now_ns() - start) / 1e9;
    printf("{\"seconds\": %.6f, \"cpu_seconds\": %.6f}\n", seconds,
           (double)(clock_cpu_ns() - cpu) / 1e9);
    return 0;
}

int main(int argc, char **argv)
{
    const char *how = argc == 4 ? argv[1] : "";
    if (strcmp(how, "run") == 0 || strcmp(how, "threads") == 0 || strcmp(how, "plain") == 0)
        return timed(how, argv + 2);
    if (strcmp(how, "generate") == 0)
        return record_generate(argv[2], (uint32_t)strtoul(argv[3], NULL, 0));
    if (strcmp(how, "verify") == 0)
        return record_verify(argv[2], argv[3]);
    fprintf(stderr, "usage: %s run|threads|plain|verify IN OUT | generate FILE COUNT\n", argv[0]);
    return 2;
}

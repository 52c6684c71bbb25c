#include "record.h"

#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int say(const char *what, const char *path)
{
    fprintf(stderr, "pipeline: %s: %s\n", path, what);
    return 1;
}

int record_generate(const char *path, uint32_t count)
{
    static const char *const words[] = {"await", "fiber", "ring", "loop", "task", "gather", "of",
                                        "the", "a", "queue", "lock", "and", "waits", "until"};
    char bytes[RECORD_MAX + 32];
    uint64_t seed = 1;
    FILE *f = fopen(path, "we");
    if (f == NULL)
        return say("cannot be written", path);
    for (uint32_t i = 0; i < count; i++) {
        struct record_head head = {i, (uint32_t)(1 + random_below(&seed, RECORD_MAX))};
        size_t len = 0;
        while (len < head.bytes)
            len += (size_t)sprintf(bytes + len, "%s %llu ", words[random_below(&seed, 14)],
                                   (unsigned long long)random_below(&seed, 1000));
        fwrite(&head, sizeof head, 1, f);
        fwrite(bytes, head.bytes, 1, f);
    }
    return fclose(f) == 0 ? 0 : say("cannot be written", path);
}

/* One record: 1, 0 at the end of the file, -1 if it is cut or too long. */
static int read_record(FILE *f, struct record_head *head, void *bytes, size_t room)
{
    size_t n = fread(head, 1, sizeof *head, f);
    if (n == 0)
        return 0;
    if (n != sizeof *head || head->bytes > room || fread(bytes, 1, head->bytes, f) != head->bytes)
        return -1;
    return 1;
}

/* Where each record of the input begins, so that the output's order does not matter. */
static long *read_index(FILE *f, uint32_t *count)
{
    static char bytes[RECORD_MAX];
    struct record_head head;
    long *index = NULL, at = 0;
    uint32_t n = 0;
    while (read_record(f, &head, bytes, sizeof bytes) == 1) {
        if (n % 1024 == 0) {
            long *more = realloc(index, (n + 1024) * sizeof *index);
            if (more == NULL)
                break;
            index = more;
        }
        index[n++] = at;
        at = ftell(f);
    }
    *count = n;
    return index;
}

static const char *verify_files(FILE *plain, FILE *packed)
{
    static unsigned char bytes[RECORD_MAX], squeezed[RECORD_PACKED_MAX], again[RECORD_MAX];
    struct record_head head, original;
    uint32_t count, seen = 0;
    const char *wrong = NULL;
    long *index = read_index(plain, &count);
    int more = 0;
    while (wrong == NULL && (more = read_record(packed, &head, squeezed, sizeof squeezed)) == 1) {
        uLongf len = sizeof again;
        if (head.number >= count || index[head.number] < 0)
            wrong = "a record that does not belong here, or twice";
        else if (fseek(plain, index[head.number], SEEK_SET) != 0 ||
                 read_record(plain, &original, bytes, sizeof bytes) != 1)
            wrong = "the input cannot be read";
        else if (uncompress(again, &len, squeezed, head.bytes) != Z_OK)
            wrong = "a record that does not decompress";
        else if (original.number != head.number || len != original.bytes ||
                 memcmp(again, bytes, len) != 0)
            wrong = "a record that differs from the input";
        else
            index[head.number] = -1;
        seen++;
    }
    free(index);
    if (wrong == NULL && more < 0)
        wrong = "a record that is cut";
    return wrong != NULL ? wrong : seen == count && count > 0 ? NULL : "records are missing";
}

int record_verify(const char *plain, const char *packed)
{
    FILE *in = fopen(plain, "re"), *out = fopen(packed, "re");
    const char *wrong = in == NULL || out == NULL ? "cannot be opened" : verify_files(in, out);
    if (in != NULL)
        fclose(in);
    if (out != NULL)
        fclose(out);
    return wrong == NULL ? 0 : say(wrong, packed);
}

int record_pack(struct record *record, z_stream *stream)
{
    if (deflateReset(stream) != Z_OK)
        return -1;
    stream->next_in = record->bytes;
    stream->avail_in = record->in.bytes;
    stream->next_out = record->packed;
    stream->avail_out = sizeof record->packed;
    if (deflate(stream, Z_FINISH) != Z_STREAM_END)
        return -1;
    record->out.number = record->in.number;
    record->out.bytes = (uint32_t)stream->total_out;
    return 0;
}

int record_compress(const char *plain, const char *packed)
{
    static struct record record;
    z_stream stream = {0};
    int more = -1;
    FILE *in = fopen(plain, "re"), *out = fopen(packed, "we");
    if (in == NULL || out == NULL || deflateInit(&stream, RECORD_LEVEL) != Z_OK)
        return say("cannot be opened", packed);
    while ((more = read_record(in, &record.in, record.bytes, sizeof record.bytes)) == 1) {
        if (record_pack(&record, &stream) != 0)
            break;
        fwrite(&record.out, sizeof record.out + record.out.bytes, 1, out);
    }
    deflateEnd(&stream);
    fclose(in);
    return fclose(out) == 0 && more == 0 ? 0 : say("compressing failed", packed);
}

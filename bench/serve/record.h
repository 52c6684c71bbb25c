/* The files of the pipeline: records, each with a head of two words.
 *
 * The input's head is {number, bytes}. The output's is {number, bytes}, too, and what follows is
 * that record compressed. The records of the output may come in any order. */
#ifndef BENCH_RECORD_H
#define BENCH_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

enum {
    RECORD_MAX = 8192,
    RECORD_PACKED_MAX = RECORD_MAX + 128, /* zlib's compressBound of RECORD_MAX is below this */
    RECORD_LEVEL = 1,
};

struct record_head {
    uint32_t number;
    uint32_t bytes;
};

/* A record on its way. What lies from `out` on is what the output gets. */
struct record {
    struct record_head in;
    unsigned char bytes[RECORD_MAX];
    struct record_head out;
    unsigned char packed[RECORD_PACKED_MAX];
};

/* Fills `out` and `packed`. The stream was made by deflateInit with RECORD_LEVEL and is used again
 * and again. 0 or -1. */
int record_pack(struct record *record, z_stream *stream);

/* Writes a file of `count` records of text that compresses as text does.
 * 0, or 1 after a message. */
int record_generate(const char *path, uint32_t count);
/* Checks that `packed` holds exactly the records of `plain`, each once. 0, or 1 after a message. */
int record_verify(const char *plain, const char *packed);
/* The same work as the pipeline's in a plain loop of read, compress, write: what it costs without
 * any concurrency. 0, or 1 after a message. */
int record_compress(const char *plain, const char *packed);

#endif

/* SHA-256 (FIPS 180-4) of one piece of memory. */
#ifndef DIFFTEST_SHA256_H
#define DIFFTEST_SHA256_H

#include <stddef.h>

/* Writes 64 hexadecimal digits and a NUL. */
void sha256_hex(const void *data, size_t length, char hex[65]);

#endif

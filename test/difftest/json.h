/* The JSON of scenarios: objects, arrays, integers, and strings without escapes. */
#ifndef DIFFTEST_JSON_H
#define DIFFTEST_JSON_H

#include <stddef.h>

enum json_type { JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_type type;
    long number;
    const char *string;
    const char *key;           /* of a member of an object */
    size_t count;              /* of members or elements */
    const struct json *first;  /* the first of them */
    const struct json *next;   /* the next one beside this one */
};

/* Parses one value. The strings stay in `line`, which is written to. Returns the value, to be given
 * to json_free, or NULL and a sentence in *error. */
struct json *json_parse(char *line, const char **error);
void json_free(struct json *value);

/* The member of an object, or NULL. */
const struct json *json_member(const struct json *object, const char *key);

#endif

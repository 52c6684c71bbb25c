#include "json.h"

#include "text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 64, NUMBER_MAX = 1000000000 };

struct parser {
    char *at;
    struct json *free; /* nodes not used yet: there are enough for any text of this length */
    const char *error;
};

static bool parse_value(struct parser *p, struct json *value, int depth);

static bool fail(struct parser *p, const char *error)
{
    p->error = error;
    return false;
}

static char peek(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\t' || *p->at == '\r' || *p->at == '\n')
        p->at++;
    return *p->at;
}

static bool take(struct parser *p, char c)
{
    if (peek(p) != c)
        return false;
    p->at++;
    return true;
}

static bool parse_string(struct parser *p, const char **string)
{
    char *end;

    if (!take(p, '"'))
        return fail(p, "a string was expected");
    end = p->at + strcspn(p->at, "\"\\");
    if (*end != '"')
        return fail(p, "an escape, or a string without an end");
    *end = '\0';
    *string = p->at;
    p->at = end + 1;
    return true;
}

static bool parse_number(struct parser *p, long *number)
{
    char *end;

    *number = strtol(p->at, &end, 10);
    if (end == p->at)
        return fail(p, "a value was expected");
    if (*end == '.' || *end == 'e' || *end == 'E')
        return fail(p, "only whole numbers are allowed");
    if (*number > NUMBER_MAX || *number < -NUMBER_MAX)
        return fail(p, "a number out of range");
    p->at = end;
    return true;
}

/* The inside of [ ] or { }; the opening character was taken. */
static bool parse_members(struct parser *p, struct json *parent, char end, int depth)
{
    const struct json **link = &parent->first;

    if (depth > DEPTH_MAX)
        return fail(p, "nested too deeply");
    if (take(p, end))
        return true;
    do {
        struct json *member = p->free++;

        if (end == '}' && !parse_string(p, &member->key))
            return false;
        if (end == '}' && !take(p, ':'))
            return fail(p, "a colon was expected");
        if (!parse_value(p, member, depth + 1))
            return false;
        *link = member;
        link = &member->next;
        parent->count++;
    } while (take(p, ','));
    return take(p, end) || fail(p, "a comma or an end was expected");
}

static bool parse_value(struct parser *p, struct json *value, int depth)
{
    switch (peek(p)) {
    case '{':
        p->at++;
        value->type = JSON_OBJECT;
        return parse_members(p, value, '}', depth);
    case '[':
        p->at++;
        value->type = JSON_ARRAY;
        return parse_members(p, value, ']', depth);
    case '"':
        value->type = JSON_STRING;
        return parse_string(p, &value->string);
    default:
        value->type = JSON_NUMBER;
        return parse_number(p, &value->number);
    }
}

struct json *json_parse(char *line, const char **error)
{
    /* Every value but the outermost comes after one character of its own: [ or , or : or { */
    struct json *values = zeroed(strlen(line) + 2, sizeof *values);
    struct parser p = {.at = line, .free = values + 1};

    if (parse_value(&p, values, 0) && peek(&p) == '\0')
        return values;
    *error = p.error ? p.error : "something follows the value";
    json_free(values);
    return NULL;
}

void json_free(struct json *value)
{
    free(value);
}

const struct json *json_member(const struct json *object, const char *key)
{
    const struct json *member = object->type == JSON_OBJECT ? object->first : NULL;

    while (member && strcmp(member->key, key) != 0)
        member = member->next;
    return member;
}

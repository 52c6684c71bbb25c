#include "trace.h"

#include <errno.h>
#include <inttypes.h>

static bool is_raised(intptr_t error)
{
    return error <= raised_error(0) && error >= raised_error(2799);
}

char error_letter(intptr_t error)
{
    if (is_raised(error))
        return 'V';
    switch (-error) {
    case ECANCELED: return 'C';
    case SLEY_ETIMEOUT: return 'T';
    case SLEY_EGROUP: return 'G';
    case SLEY_EBROKEN: return 'B';
    case SLEY_EFULL: return 'F';
    case SLEY_EEMPTY: return 'E';
    case SLEY_ESHUTDOWN: return 'D';
    case SLEY_EINVALIDSTATE: return 'I';
    case SLEY_EVALUE: return 'N';
    case SLEY_ENOTOWNER: case SLEY_EFINISHED: case SLEY_EWRONGLOOP: case SLEY_ERUNNING:
    case SLEY_ENOLOOP: case SLEY_ECYCLE: return 'R';
    default: return '?';
    }
}

void trace_error(struct text *trace, intptr_t error, const sley_error *detail)
{
    char letter = error_letter(error);

    if (letter == 'V') {
        text_add(trace, "V%" PRIdPTR, raised_error(0) - error);
    } else if (letter == 'G') {
        size_t count = sley_error_count(detail);

        text_add(trace, "G[");
        for (size_t i = 0; i < count; i++) {
            const sley_error *each = sley_error_at(detail, i);

            text_add(trace, i ? "," : "");
            trace_error(trace, sley_error_code(each), each);
        }
        text_add(trace, "]");
    } else if (letter == '?') {
        const char *name = sley_error_name(error);

        text_add(trace, "?%s(%" PRIdPTR ")", name ? name : "", error);
    } else {
        text_add(trace, "%c", letter);
    }
}

void trace_word(struct text *trace, intptr_t word)
{
    if (sley_is_error(word))
        trace_error(trace, word, sley_error_detail());
    else if (word == NOTHING)
        text_add(trace, "-");
    else
        text_add(trace, "%" PRIdPTR, word);
}

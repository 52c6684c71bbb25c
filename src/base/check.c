#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void sl_check_failed(const char *expression, const char *file, int line)
{
    fprintf(stderr, "sley: internal check failed: %s (%s:%d)\n", expression, file, line);
    abort();
}

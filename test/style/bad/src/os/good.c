/* expect: none 0 */
#include <errno.h>
#include <stdlib.h>

int failed(void)
{
    free(malloc(1));
    return errno;
}

/* expect: stdatomic 1 */
#include <stdatomic.h>

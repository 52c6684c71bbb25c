/* expect: layers 1 */
#include "sched/wait.h"
#include <sley/base.h>

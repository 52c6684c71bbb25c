/* expect: layers 1 */
#include "base/atomic.h"
#include "task/task.h"

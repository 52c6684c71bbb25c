/* A sibling, an unknown room; a room below and its own are right.
 * expect: layers 2 */
#include "io/descriptor.h"
#include "nowhere/x.h"
#include "sched/wait.h"
#include "sync/lock.h"

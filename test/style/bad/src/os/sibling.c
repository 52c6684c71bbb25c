/* expect: layers 1 */
#include "arch/switch.h"
#include "base/check.h"
#include "sys.h"

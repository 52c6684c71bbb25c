#include "ring/number.h"

sl_atomic_u32 sl_number_lives[SL_NUMBER_LIVES];

#include "task/offload.h"

const struct sl_offload_calls *sl_offload_calls;

/* The models of deque.c on a ring of four: half of it is more than one entry. */
#define SL_DEQUE_SLOTS 4u

#include "deque.c"

/* base/rng.h: a small seeded generator (splitmix64, Steele, Lea, Flood 2014) for simulations. */
#ifndef SL_BASE_RNG_H
#define SL_BASE_RNG_H

#include "base/check.h"

struct sl_rng {
    uint64_t state;
};

SL_INLINE uint64_t sl_rng_next(struct sl_rng *rng)
{
    uint64_t z = rng->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}
/* A number below n (n > 0). */
SL_INLINE uint32_t sl_rng_below(struct sl_rng *rng, uint32_t n)
{
    return (uint32_t)(((sl_rng_next(rng) >> 32) * n) >> 32);
}

#endif

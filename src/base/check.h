/* base/check.h: assertions that stay on in release builds.
 *
 * SL_CHECK guards invariants of sley's own; SL_DEBUG_CHECK those that cost too much for a release
 * build. User mistakes are never answered by an abort but by an error code. */
#ifndef SL_BASE_CHECK_H
#define SL_BASE_CHECK_H

#include <stddef.h>
#include <stdint.h>

#define SL_LIKELY(x) __builtin_expect(!!(x), 1)
#define SL_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define SL_NOINLINE __attribute__((noinline))
/* Not folded with another function of the same body, which would cost those who call it a jump. */
#if defined(__has_attribute) && __has_attribute(no_icf)
#define SL_OWN_BODY __attribute__((no_icf))
#else
#define SL_OWN_BODY
#endif
/* Notes its return address: inlined, as link-time optimisation does, it would note another's. */
#define SL_NOTES_CALLER SL_NOINLINE
#define SL_INLINE static inline __attribute__((always_inline))
#define SL_MUST_USE __attribute__((warn_unused_result))

#define SL_CONTAINER(pointer, type, member) \
    ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

_Noreturn void sl_check_failed(const char *expression, const char *file, int line);

#define SL_CHECK(expression) \
    (SL_LIKELY(expression) ? (void)0 : sl_check_failed(#expression, __FILE__, __LINE__))

#ifdef NDEBUG
#define SL_DEBUG_CHECK(expression) ((void)0)
#else
#define SL_DEBUG_CHECK(expression) SL_CHECK(expression)
#endif

#endif

/* sley/base.h: what every other header of sley is written with.
 *
 * A *coroutine function* returns one word: >= 0 (or a pointer) is its value, a number in
 * [-4095, -1] is an error (see error.h). Any C function may suspend; a public function that may do
 * so carries SLEY_SUSPENDS. Across such a call the fiber may wake on another thread (when the
 * program asked for more than one worker): do not keep errno or the address of a thread-local
 * variable over it.
 */
#ifndef SLEY_BASE_H
#define SLEY_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a header declares between these is C and part of the library's interface; everything else
 * in the library is compiled hidden. */
#ifdef __cplusplus
#define SLEY_BEGIN_DECLS _Pragma("GCC visibility push(default)") extern "C" {
#define SLEY_END_DECLS } _Pragma("GCC visibility pop")
#else
#define SLEY_BEGIN_DECLS _Pragma("GCC visibility push(default)")
#define SLEY_END_DECLS _Pragma("GCC visibility pop")
#endif

#if defined(__clang__)
#define SLEY_SUSPENDS __attribute__((annotate("sley_suspends")))
#else
#define SLEY_SUSPENDS
#endif
#define SLEY_NODISCARD __attribute__((warn_unused_result))
#define SLEY_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* The rest of a statement that declares a name nobody else has. */
#define SLEY_JOIN_NAMES_(a, b) a##b
#define SLEY_JOIN_NAMES(a, b) SLEY_JOIN_NAMES_(a, b)
#define SLEY_UNIQUE(prefix) SLEY_JOIN_NAMES(prefix, __LINE__)

SLEY_BEGIN_DECLS

/* The body of a task, a coroutine, a thread's job: one word in, one word out. */
typedef intptr_t sley_fn(void *arg);
/* A callback of the loop. It runs on the loop's own stack and must not suspend. */
typedef void sley_callback(void *arg);

typedef struct sley_loop sley_loop;       /* loop.h    */
typedef struct sley_future sley_future;   /* future.h  */
typedef struct sley_task sley_task;       /* task.h    */
typedef struct sley_error sley_error;     /* error.h   */
typedef struct sley_context sley_context; /* context.h */

/* Room that sley keeps for itself inside objects that the caller allocates. */
typedef struct sley_links {
    void *first, *last;
} sley_links;

SLEY_END_DECLS

/* A struct written in place, to be passed by address. g++ -Wextra warns of each field that is left
 * out, but not of what a system header writes: hence the pragma, for the rest of this file. */
#ifdef __cplusplus
#pragma GCC system_header
#define SLEY_LITERAL_(type, ...) (static_cast<const type &>(type{__VA_ARGS__}))
#else
#define SLEY_LITERAL_(type, ...) ((type){__VA_ARGS__})
#endif
#endif

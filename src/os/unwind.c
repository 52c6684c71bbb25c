#include "os/unwind.h"

#include "os/hooks.h"
#include "os/symbol.h"

#include <dlfcn.h>
#include <pthread.h>
#include <unwind.h>

/* In the program already: one that is linked statically, or written in C++. */
__attribute__((weak)) _Unwind_Reason_Code _Unwind_Backtrace(_Unwind_Trace_Fn trace, void *arg);
__attribute__((weak)) _Unwind_Word _Unwind_GetCFA(struct _Unwind_Context *context);
__attribute__((weak)) _Unwind_Ptr _Unwind_GetIP(struct _Unwind_Context *context);
__attribute__((weak)) _Unwind_Word _Unwind_GetGR(struct _Unwind_Context *context, int number);

/* Else looked up when it is first wanted, as backtrace(3) does it: whoever does not ask for debug
 * mode need not load libgcc_s. */
static struct {
    _Unwind_Reason_Code (*backtrace)(_Unwind_Trace_Fn trace, void *arg);
    _Unwind_Word (*sp)(struct _Unwind_Context *context);
    _Unwind_Ptr (*pc)(struct _Unwind_Context *context);
    _Unwind_Word (*reg)(struct _Unwind_Context *context, int number);
} unwinder = {NULL, _Unwind_GetCFA, _Unwind_GetIP, _Unwind_GetGR};

static bool is_complete(void)
{
    return unwinder.sp && unwinder.pc && unwinder.reg;
}

static void find(void)
{
    void *library;

    if (_Unwind_Backtrace && is_complete()) {
        unwinder.backtrace = _Unwind_Backtrace;
        return;
    }
    library = dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return;
    unwinder.sp = (_Unwind_Word (*)(struct _Unwind_Context *))dlsym(library, "_Unwind_GetCFA");
    unwinder.pc = (_Unwind_Ptr (*)(struct _Unwind_Context *))dlsym(library, "_Unwind_GetIP");
    unwinder.reg =
        (_Unwind_Word (*)(struct _Unwind_Context *, int))dlsym(library, "_Unwind_GetGR");
    if (is_complete())
        unwinder.backtrace = (_Unwind_Reason_Code (*)(_Unwind_Trace_Fn, void *))dlsym(
            library, "_Unwind_Backtrace");
}

void sl_unwind_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, find);
}

__attribute__((no_sanitize("address"), noinline)) uintptr_t sl_unwind_word(uintptr_t address)
{
    uintptr_t word = *(volatile uintptr_t *)address; /* no memcpy: ASan would look */

    sl_hook_defined(&word, sizeof word);
    return word;
}

int sl_unwind_first(uintptr_t sp, uintptr_t top, const uintptr_t *slots, unsigned n)
{
#if defined(__aarch64__)
    /* What is saved at sp is a record itself. A function that uses the frame pointer for something
     * else breaks the chain, and the slots are not found. */
    for (uintptr_t at = sl_unwind_word(sp); at > sp && at < top - 16 && at % 8 == 0;
         at = sl_unwind_word(at)) {
        for (unsigned i = 0; i < n; i++)
            if (at + sizeof(uintptr_t) == slots[i])
                return (int)i;
        sp = at;
    }
#endif
    (void)sp, (void)top, (void)slots, (void)n;
    return -1;
}

struct walk {
    bool (*visit)(void *arg, const struct sl_frame *frame);
    void *arg;
    uintptr_t begin, record; /* of the frame that waits to learn where it ends */
};

/* The frame is [begin, end) and its caller goes on at pc. */
static uintptr_t slot_of(const struct walk *walk, uintptr_t end, uintptr_t pc)
{
#if defined(__x86_64__)
    uintptr_t slot = end - sizeof(uintptr_t);
#else
    uintptr_t slot = walk->record + sizeof(uintptr_t); /* {caller's frame pointer, pc} */
#endif

    if (slot % sizeof(uintptr_t) || slot < walk->begin || slot >= end)
        return 0;
    /* A signed address has its signature in the upper bits. */
    return (sl_unwind_word(slot) ^ pc) << 16 ? 0 : slot;
}

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *passed)
{
    struct walk *walk = passed;
    struct sl_frame frame = {.begin = walk->begin, .end = unwinder.sp(context)};

    if (walk->begin) {
        if (frame.end <= frame.begin)
            return _URC_END_OF_STACK;
        frame.slot = slot_of(walk, frame.end, unwinder.pc(context));
        if (!walk->visit(walk->arg, &frame))
            return _URC_END_OF_STACK;
    }
    walk->begin = frame.end;
#if defined(__aarch64__)
    walk->record = unwinder.reg(context, 29);
#endif
    return _URC_NO_REASON;
}

void sl_unwind(bool (*visit)(void *arg, const struct sl_frame *frame), void *arg)
{
    struct walk walk = {.visit = visit, .arg = arg};

    if (unwinder.backtrace)
        unwinder.backtrace(step, &walk);
}

struct addresses {
    uintptr_t from, *list;
    unsigned n, room;
};

static _Unwind_Reason_Code note(struct _Unwind_Context *context, void *passed)
{
    struct addresses *addresses = passed;
    uintptr_t pc = unwinder.pc(context);

    if (pc + 1 < 4096) /* 0, -1: behind the last one */
        return _URC_END_OF_STACK;
    if (addresses->n || pc == addresses->from)
        addresses->list[addresses->n++] = pc;
    return addresses->n < addresses->room ? _URC_NO_REASON : _URC_END_OF_STACK;
}

unsigned sl_unwind_addresses(uintptr_t pc, uintptr_t *list, unsigned room)
{
    struct addresses addresses = {.from = pc, .list = list, .room = room};

    if (unwinder.backtrace)
        unwinder.backtrace(note, &addresses);
    if (addresses.n == 0)
        list[addresses.n++] = pc;
    return addresses.n;
}

/* What is data, and not code, is read as well. */
__attribute__((no_sanitize("address"))) bool sl_unwind_is_return(uintptr_t address)
{
    const unsigned char *code = (const unsigned char *)address;

    if (address < 4096 || !sl_symbol_is_code(code, 8))
        return false;
#if defined(__x86_64__)
    /* call rel32; call through a register or memory */
    return code[-5] == 0xe8 || (code[-2] == 0xff && (code[-1] & 0x38) == 0x10) ||
           (code[-3] == 0xff && (code[-2] & 0x38) == 0x10) ||
           (code[-6] == 0xff && (code[-5] & 0x38) == 0x10);
#else
    /* bl, blr */
    return address % 4 == 0 &&
           ((code[-1] & 0xfc) == 0x94 || (code[-1] == 0xd6 && code[-2] == 0x3f));
#endif
}

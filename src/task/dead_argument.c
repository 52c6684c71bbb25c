/* Is the frame in which an argument lay still there?
 *
 * It is not if its creator has ended, or is parked above it (the stack grows downwards), or if a
 * word changed that a living frame never changes: the address to which the frame will return. On
 * x86-64 a frame that returned and whose place others took has a caller that went on and called
 * again, over that very word; should it be the same by chance, those of its callers tell. On
 * aarch64 the word may lie in a gap of later frames, but frames form a chain: one that has the
 * caller and not the frame tells. Nothing but a frame that has gone is ever reported; not every one
 * that has gone is seen. */
#include "task/dead_argument.h"

#include "os/symbol.h"
#include "os/unwind.h"
#include "task/exception.h"

#include <stdio.h>

#define NOTED_FRAMES 5

/* Lies where a copied argument would. */
struct note {
    struct sl_stack *stack;
    struct sl_fiber *creator; /* good as long as the stack's `ended` is the one below */
    uint32_t ended;
    uint32_t n;
    struct {
        uint32_t depth; /* of the return address, below the top of the stack */
        uint32_t word;  /* its lower half */
    } frames[NOTED_FRAMES]; /* the argument's first, then its callers' */
};
_Static_assert(sizeof(struct note) <= SL_TASK_COPY, "a note lies in the task's record");

struct looking {
    struct note *note;
    uintptr_t arg, top;
};

static bool note_frame(void *passed, const struct sl_frame *frame)
{
    struct looking *looking = passed;
    struct note *note = looking->note;

    if (frame->end <= looking->arg)
        return true; /* further in: ours */
    if (!frame->slot || frame->end > looking->top)
        return false;
    note->frames[note->n].depth = (uint32_t)(looking->top - frame->slot);
    note->frames[note->n].word = (uint32_t)sl_unwind_word(frame->slot);
    return ++note->n < NOTED_FRAMES;
}

SL_NOINLINE void sl_dead_argument_note(struct sley_loop *loop, struct sley_task *task)
{
    struct sl_fiber *creator = loop->current;
    struct note *note = (void *)task->copy;
    struct looking looking = {.note = note, .arg = (uintptr_t)task->arg};
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), lowest;
    struct sl_stack *stack;

    /* A callback's frames are on the thread's stack, where nobody waits. Of many workers whoever
     * made the task may be anywhere when it begins. */
    if (!creator || loop->team)
        return;
    stack = creator->stack;
    looking.top = (uintptr_t)sl_stack_top(stack);
    lowest = (uintptr_t)stack->base + sl_stack_guard(stack);
    /* A generator's frames live as long as it does, whoever asks it. */
    if (stack->nested || here < lowest || looking.arg <= here || looking.arg >= looking.top)
        return;
    *note = (struct note){.stack = stack, .creator = creator, .ended = stack->ended};
    if (here - lowest >= SL_UNWIND_ROOM)
        sl_unwind(note_frame, &looking);
    stack->lent = 1;
    sl_fiber_set(&task->fiber, SL_FIBER_NOTED);
}

static bool is_dead(const struct note *note, const void *arg)
{
    uintptr_t top = (uintptr_t)sl_stack_top(note->stack), sp, slots[NOTED_FRAMES];

    if (note->stack->ended != note->ended)
        return true;
    if (note->creator->stack != note->stack)
        return false; /* inside of a generator: where it is parked here is not known */
    sp = (uintptr_t)note->creator->sp;
    if ((uintptr_t)arg < sp)
        return true;
    for (uint32_t i = 0; i < note->n; i++) {
        slots[i] = top - note->frames[i].depth;
        if (slots[i] < sp || (uint32_t)sl_unwind_word(slots[i]) != note->frames[i].word)
            return true;
    }
    return sl_unwind_first(sp, top, slots, note->n) > 0;
}

void sl_dead_argument_look(struct sley_loop *loop, struct sl_fiber *fiber)
{
    struct sley_task *task = sl_task_of(fiber);
    char entry[160], site[160], text[512];

    sl_fiber_clear(fiber, SL_FIBER_NOTED);
    if (!is_dead((void *)task->copy, task->arg))
        return;
    sl_symbol_name((void *)(uintptr_t)task->fn, entry, sizeof entry);
    sl_symbol_name(task->site, site, sizeof site);
    snprintf(text, sizeof text,
             "Task argument in a dead frame: the function that lent it to %s, created at %s, has "
             "returned; use a group or a _copy form",
             entry, site);
    sl_exception_report(loop, text, &task->future, 0);
}

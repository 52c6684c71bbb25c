#include "task/context.h"

#include "os/sys.h"
#include "task/task.h"

#include <sley/error.h>

#include <errno.h>

struct sl_context_link {
    size_t refs;
    struct sl_context_link *older;
    const sley_context_var *var;
    intptr_t value;
};

static struct sl_context_link *link_ref(struct sl_context_link *link)
{
    if (link)
        link->refs++;
    return link;
}

static void link_drop(struct sl_context_link *link)
{
    while (link && --link->refs == 0) {
        struct sl_context_link *older = link->older;

        sl_sys.release(link, sizeof *link, 0);
        link = older;
    }
}

static struct sl_context_link *newest(uintptr_t word)
{
    struct sley_context *box = sl_context_box(word);

    return box ? box->newest : (struct sl_context_link *)word;
}

uintptr_t *sl_context_slot(struct sley_loop *loop)
{
    struct sley_task *task = loop ? sl_task_current(loop) : NULL;

    if (!loop)
        return &sl_current_outside()->context;
    return task ? &task->context : &loop->context;
}

uintptr_t sl_context_keep(uintptr_t word)
{
    struct sley_context *box = sl_context_box(word);

    if (box)
        box->refs++;
    else
        link_ref((struct sl_context_link *)word);
    return word;
}

void sl_context_release_last(uintptr_t word)
{
    if (sl_context_box(word))
        sley_context_drop(sl_context_box(word));
    else
        link_drop((struct sl_context_link *)word);
}

uintptr_t sl_context_inherit(struct sley_loop *loop, sley_context *explicit_one)
{
    if (explicit_one)
        return (uintptr_t)sley_context_ref(explicit_one) | SL_CONTEXT_SHARED;
    return (uintptr_t)link_ref(newest(*sl_context_slot(loop)));
}

intptr_t sley_context_get(const sley_context_var *var)
{
    struct sley_loop *loop = sl_current();

    for (struct sl_context_link *link = newest(*sl_context_slot(loop)); link; link = link->older)
        if (link->var == var)
            return link->value;
    return var->default_value;
}

int sley_context_set(const sley_context_var *var, intptr_t value)
{
    struct sley_loop *loop = sl_current();
    struct sley_context *box;
    struct sl_context_link *link;

    if (!loop && !*sl_context_slot(NULL))
        return sl_no_loop(); /* nor a job that has a context */
    link = sl_sys.allocate(sizeof *link, 0);
    if (!link)
        return -ENOMEM;
    *link = (struct sl_context_link){
        .refs = 1, .older = newest(*sl_context_slot(loop)), .var = var, .value = value};
    /* Nobody else sees a setting of the same variable that only we hold: it is replaced. */
    if (loop && link->older && link->older->var == var && link->older->refs == 1) {
        struct sl_context_link *old = link->older;

        link->older = old->older;
        sl_sys.release(old, sizeof *old, 0);
    }
    box = sl_context_box(*sl_context_slot(loop));
    if (box)
        box->newest = link;
    else
        *sl_context_slot(loop) = (uintptr_t)link;
    return 0;
}

sley_context *sley_context_copy(void)
{
    struct sley_loop *loop = sl_current();
    struct sley_context *box = sl_sys.allocate(sizeof *box, 0);

    if (box)
        *box = (struct sley_context){
            .refs = 1, .newest = loop ? link_ref(newest(*sl_context_slot(loop))) : NULL};
    return box;
}

/* A task that inherited a chain gets its object when somebody asks for it. */
sley_context *sley_task_get_context(const sley_task *public_task)
{
    struct sley_task *task = (struct sley_task *)(uintptr_t)public_task;
    struct sley_context *box = sl_context_box(task->context);

    if (box || task->future.state != SL_PENDING)
        return box;
    box = sl_sys.allocate(sizeof *box, 0);
    if (box) {
        *box = (struct sley_context){.refs = 1, .newest = newest(task->context)};
        task->context = (uintptr_t)box | SL_CONTEXT_SHARED;
    }
    return box;
}

sley_context *sley_context_ref(sley_context *context)
{
    if (context)
        context->refs++;
    return context;
}

void sley_context_drop(sley_context *context)
{
    if (!context || --context->refs)
        return;
    link_drop(context->newest);
    sl_sys.release(context, sizeof *context, 0);
}

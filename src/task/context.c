#include "task/context.h"

#include "os/sys.h"
#include "task/task.h"

#include <sley/error.h>

#include <errno.h>

struct sl_context_link {
    sl_atomic_u64 refs; /* of contexts, and of the newer link */
    struct sl_context_link *older;
    const sley_context_var *var;
    intptr_t value;
};

sl_atomic_u32 sl_context_threads;

static struct sl_context_link *link_ref(struct sl_context_link *link)
{
    if (link)
        sl_context_count_up(&link->refs);
    return link;
}

static bool link_unref(struct sl_context_link *link)
{
    return sl_context_count_down(&link->refs);
}

static void link_drop(struct sl_context_link *link)
{
    while (link && link_unref(link)) {
        struct sl_context_link *older = link->older;

        sl_sys.release(link, sizeof *link, 0);
        link = older;
    }
}

/* A reference to the chain of a word. Whoever finds a box empty has nothing to share, and takes no
 * lock: so it is for children of the main task, which is in a box, while nothing is set. */
static struct sl_context_link *chain_ref(uintptr_t word)
{
    struct sley_context *box = sl_context_box(word);
    struct sl_context_link *link;

    if (!box)
        return link_ref((struct sl_context_link *)word);
    if (!sl_load_relaxed(&box->newest))
        return NULL;
    pthread_mutex_lock(&box->lock);
    link = link_ref(sl_load_relaxed(&box->newest));
    pthread_mutex_unlock(&box->lock);
    return link;
}

uintptr_t *sl_context_slot(struct sley_loop *loop)
{
    struct sley_task *task = loop ? sl_task_current(loop) : NULL;

    if (!loop) {
        struct sl_outside *outside = sl_current_outside();

        return outside->fiber ? &sl_task_of(outside->fiber)->context : &outside->context;
    }
    return task ? &task->context : &loop->context;
}

uintptr_t sl_context_keep(uintptr_t word)
{
    struct sley_context *box = sl_context_box(word);

    if (box)
        sl_context_count_up(&box->refs);
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
        return sl_context_keep((uintptr_t)explicit_one | SL_CONTEXT_SHARED);
    return (uintptr_t)chain_ref(*sl_context_slot(loop));
}

static intptr_t look_up(const struct sl_context_link *link, const sley_context_var *var)
{
    for (; link; link = link->older)
        if (link->var == var)
            return link->value;
    return var->default_value;
}

intptr_t sley_context_get(const sley_context_var *var)
{
    uintptr_t word = *sl_context_slot(sl_current());
    struct sley_context *box = sl_context_box(word);
    intptr_t value;

    if (!box)
        return look_up((struct sl_context_link *)word, var);
    if (!sl_load_relaxed(&box->newest))
        return var->default_value;
    pthread_mutex_lock(&box->lock);
    value = look_up(sl_load_relaxed(&box->newest), var);
    pthread_mutex_unlock(&box->lock);
    return value;
}

/* Puts a new link before the chain, whose reference it takes over. Returns what is to be freed: a
 * setting of the same variable that nobody else sees is replaced. */
static struct sl_context_link *put_before(struct sl_context_link *link,
                                          struct sl_context_link *older)
{
    link->older = older;
    /* Ours is the only reference, and nobody can take another. Pairs with link_unref of those who
     * gave up theirs. */
    if (!older || older->var != link->var || sl_load_acquire(&older->refs) != 1)
        return NULL;
    link->older = older->older;
    return older;
}

int sley_context_set(const sley_context_var *var, intptr_t value)
{
    struct sley_loop *loop = sl_current();
    uintptr_t *slot = sl_context_slot(loop);
    struct sley_context *box = sl_context_box(*slot);
    struct sl_context_link *link, *replaced;

    if (!loop && !*slot && !sl_current_outside()->fiber)
        return sl_no_loop(); /* nor a job that has a context */
    link = sl_sys.allocate(sizeof *link, 0);
    if (!link)
        return -ENOMEM;
    *link = (struct sl_context_link){.refs = 1, .var = var, .value = value};
    if (box) {
        pthread_mutex_lock(&box->lock);
        replaced = put_before(link, sl_load_relaxed(&box->newest));
        sl_store_relaxed(&box->newest, link);
        pthread_mutex_unlock(&box->lock);
    } else {
        replaced = put_before(link, (struct sl_context_link *)*slot);
        *slot = (uintptr_t)link;
    }
    if (replaced)
        sl_sys.release(replaced, sizeof *replaced, 0);
    return 0;
}

/* With memory, it takes the reference to the chain over. */
static struct sley_context *box_new(struct sl_context_link *newest)
{
    struct sley_context *box = sl_sys.allocate(sizeof *box, 0);

    if (box) {
        *box = (struct sley_context){.refs = 1, .newest = newest};
        pthread_mutex_init(&box->lock, NULL);
    }
    return box;
}

sley_context *sley_context_copy(void)
{
    struct sl_context_link *chain = chain_ref(*sl_context_slot(sl_current()));
    struct sley_context *box = box_new(chain);

    if (!box)
        link_drop(chain);
    return box;
}

/* A task that inherited a chain gets its object when somebody asks for it. */
sley_context *sley_task_get_context(const sley_task *public_task)
{
    struct sley_task *task = (struct sley_task *)(uintptr_t)public_task;
    struct sley_context *box = sl_context_box(task->context);

    if (box || sl_future_state(&task->future) != SL_PENDING)
        return box;
    box = box_new((struct sl_context_link *)task->context);
    if (box)
        task->context = (uintptr_t)box | SL_CONTEXT_SHARED;
    return box;
}

sley_context *sley_context_ref(sley_context *context)
{
    sl_context_share(); /* perhaps for another thread */
    if (context)
        sl_context_count_up(&context->refs);
    return context;
}

static void box_free(struct sley_context *box)
{
    link_drop(sl_load_relaxed(&box->newest));
    pthread_mutex_destroy(&box->lock);
    sl_sys.release(box, sizeof *box, 0);
}

void sley_context_drop(sley_context *context)
{
    /* As link_unref: pairs with itself. */
    if (context && sl_context_count_down(&context->refs))
        box_free(context);
}

/* ---- a worker's stash ---- */

static void give_back(struct sley_context *box, uint32_t n)
{
    /* As link_unref: pairs with itself. */
    if (n && sl_sub_acq_rel(&box->refs, n) == n)
        box_free(box);
}

void sl_context_unstash(struct sley_loop *loop)
{
    struct sley_context *box = loop->stash;
    uint32_t n = loop->stashed;

    loop->stash = NULL;
    loop->stashed = 0;
    if (box)
        give_back(box, n);
}

void sl_context_restock(struct sley_loop *loop, struct sley_context *box)
{
    if (loop->stash != box)
        sl_context_unstash(loop);
    sl_add_relaxed(&box->refs, SL_CONTEXT_BULK); /* the caller has one: nothing to order */
    loop->stash = box;
    loop->stashed += SL_CONTEXT_BULK;
}

void sl_context_put_slowly(struct sley_loop *loop, uintptr_t word)
{
    struct sley_context *box = sl_context_box(word);

    if (!box) {
        sl_context_release(word);
        return;
    }
    if (loop->stash != box)
        sl_context_unstash(loop);
    loop->stash = box;
    loop->stashed++;
    if (loop->stashed > 2 * SL_CONTEXT_BULK) {
        loop->stashed -= SL_CONTEXT_BULK;
        give_back(box, SL_CONTEXT_BULK);
    }
}

#!/usr/bin/env python3
"""Are the models sharp? Patches shipped sources mechanically, each of which a model must catch.

    mutants.py [--only TEXT] [--table] [--bound N]

Every fence is removed and every read-modify-write becomes a load and a store, wherever they stand:
the list is made from the sources. Swaps and other changes of lines are listed in MUTANTS below. A
mutant that no longer applies is a failure, so is one that survives, unless SURVIVORS says why it
is right to; so is a reason there for one that is caught or gone. --table prints README.md's rows.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FLAGS = ['-std=gnu11', '-O1', '-D_GNU_SOURCE', '-w', '-ffunction-sections', '-fdata-sections']
PATIENCE = 120

# What a source is explored by.
MODELS = {
    'sched/idle.c': ['idle'],
    'io/table.c': ['table'],
    'offload/threadsafe.c': ['threadsafe'],
    'sched/own.c': ['own'],
    'task/open.c': ['open'],
    'task/blocking.c': ['open'],
    'ring/ring.c': ['mail'],
    'sched/deque.h': ['deque', 'halves'],
    'sched/inject.c': ['inject'],
    'sync/shared.h': ['lock', 'event'],
    'sync/shared.c': ['lock', 'event'],
    'sync/lock_shared.c': ['lock'],
    'sync/event.c': ['event'],
    'sync/semaphore_shared.c': ['semaphore'],
    'sync/queue_shared.c': ['queue'],
    'sched/park.h': ['park', 'future'],
    'sched/wait.c': ['park', 'future'],
    'sched/share.c': ['begin', 'context'],
    'sched/search.c': ['search'],
    'sched/member.c': ['timers'],
    'sched/team.c': ['search'],
    'task/shared.c': ['begin', 'future', 'gather'],
    'task/shared_task.c': ['park', 'future'],
    'task/future.h': ['future', 'gather'],
    'fiber/fiber.h': ['park', 'future'],
    'os/spin.h': ['timers'],
}

FENCE = re.compile(r'\bsl_fence_seq_cst\(\)')
RMW = re.compile(r'\bsl_((?:exchange|add|sub|or|and|cas|cas_weak)_(?:relaxed|acq_rel))\(')


def swap(a, b):
    """Exchanges two pieces of text."""
    return lambda text: replace_once(replace_once(replace_once(text, a, '\0'), b, a), '\0', b)


def change(*pairs):
    """Replaces each of the texts by its partner."""
    def apply(text):
        for old, new in pairs:
            text = replace_once(text, old, new)
        return text
    return apply


# (file, function, name, what to do with the function's text)
MUTANTS = [
    ('sched/idle.c', 'sleep_in_ring', 'fence before the store of asleep',
     swap('sl_store_release(&loop->asleep, 1);', 'sl_fence_seq_cst();')),
    ('sched/idle.c', 'sleep_in_ring', 'asleep after the look into the inbox',
     change(('    sl_store_release(&loop->asleep, 1);', '    '),
            ('    ring->class->turn(', '    sl_store_release(&loop->asleep, 1);\n'
             '    sl_fence_seq_cst();\n    ring->class->turn('))),
    ('sched/idle.c', 'sleep_in_ring', 'no look into the inbox',
     change(('sl_load_relaxed(&loop->inbox) || ', ''))),
    ('sched/idle.c', 'sleep_in_ring', 'no look at the signals',
     change((' || sl_load_relaxed(&loop->signals)', ''))),
    ('sched/idle.c', 'sleep_in_ring', 'awake before the turn',
     swap('ring->class->turn(ring, wait_ns);', 'sl_store_relaxed(&loop->asleep, 0);')),
    ('sched/idle.c', 'sleep_in_ring', 'never awake again',
     change(('    sl_store_relaxed(&loop->asleep, 0);\n', ''))),
    ('sched/idle.c', 'sl_inbox_take', 'signals cleared after they were served',
     change(('signals = sl_and_acq_rel(&loop->signals, 0);',
             'signals = sl_load_relaxed(&loop->signals);'),
            ('sl_worker_calls.signalled(loop, signals);',
             'sl_worker_calls.signalled(loop, signals);\n'
             '        sl_and_acq_rel(&loop->signals, 0);'))),
    ('sched/idle.c', 'sl_inbox_take', 'newest first',
     change(('    while (item) {', '    oldest = item;\n    while (0) {'))),
    ('sched/idle.c', 'sl_inbox_take', 'next read after the item ran',
     swap('oldest = item->next;', 'item->run(loop, item);')),
    ('sched/idle.c', 'sl_inbox_take', 'inbox emptied after it was served',
     change(('item = sl_exchange_acq_rel(&loop->inbox, NULL);',
             'item = sl_load_relaxed(&loop->inbox);'),
            ('item->run(loop, item);\n    }',
             'item->run(loop, item);\n    }\n    sl_exchange_acq_rel(&loop->inbox, NULL);'))),
    ('sched/idle.c', 'sl_loop_ring', 'look at asleep before the fence',
     change(('    sl_fence_seq_cst();\n    if (sl_load_relaxed(&loop->asleep) &&',
             '    uint32_t asleep = sl_load_relaxed(&loop->asleep);\n'
             '    sl_fence_seq_cst();\n    if (asleep &&'))),
    ('sched/idle.c', 'sl_inbox_post', 'wake before the post',
     change(('    sl_loop_ring(loop);\n', ''),
            ('    do\n', '    sl_loop_ring(loop);\n    do\n'))),
    ('sched/idle.c', 'sl_inbox_post', 'no wake', change(('    sl_loop_ring(loop);\n', ''))),
    ('sched/idle.c', 'sl_inbox_post', 'linked once, before the swap is tried',
     change(('    do\n        item->next = head;\n',
             '    item->next = head;\n    do\n        ;\n'))),
    ('sched/idle.c', 'sl_loop_signal', 'wake before the signal',
     change(('    sl_loop_ring(loop);\n', ''),
            ('    sl_or_acq_rel', '    sl_loop_ring(loop);\n    sl_or_acq_rel'))),

    ('sched/park.h', 'sl_park_end', 'whoever holds it is not waited for',
     change(('word & SL_FIBER_HELD', '0'))),
    ('sched/park.h', 'sl_park_end', 'whoever comes ends it',
     change(('!(word & SL_FIBER_PARKED) ||', '0 ||'))),
    ('sched/park.h', 'sl_park_hold', 'held by two',
     change(('SL_UNLIKELY(word & SL_FIBER_HELD)', '0'))),
    ('sched/park.h', 'sl_park_hold', 'no mark for who is not parked',
     change(('&word, word | otherwise', '&word, word'))),
    ('sched/park.h', 'sl_park_begin', 'a request is not looked for',
     change(('deliver && (word', '0 && (word'))),
    ('sched/wait.c', 'sl_wait_begin', 'found before it is set',
     swap('self->wait = wait;', 'wait->begun = SL_WAIT_BEGUN;')),
    ('sched/wait.c', 'sl_wait_begin', 'a scope that was cancelled before is not looked for',
     change(('plain && sl_scope_code(self)', '0'))),
    ('sched/wait.c', 'sl_wait_begin', 'over, though another has ended it',
     change((' && sl_park_end(self)', ' && (sl_park_end(self), 1)'))),
    ('sched/wait.c', 'sl_wait_cancel_held', 'written after it was ended',
     change(('    sl_shared_store_relaxed(&wait->state, SL_WAIT_CANCELLED);\n'
             '    wait->taken |= (uint8_t)why;\n'
             '    sl_park_end_held(fiber);\n    sl_ready_wake(loop, fiber);\n',
             '    sl_park_end_held(fiber);\n    sl_ready_wake(loop, fiber);\n'
             '    sl_signal_fence(), sl_model_step("");\n'
             '    wait->state = SL_WAIT_CANCELLED;\n    wait->taken |= (uint8_t)why;\n'))),
    ('sched/wait.c', 'sl_wait_wake_shared', 'ready, then what ended it',
     change(('    wait->state = SL_WAIT_DONE;\n    sl_ready_wake(loop, fiber);\n',
             '    sl_ready_wake(loop, fiber);\n    sl_model_step("");\n'
             '    wait->state = SL_WAIT_DONE;\n'))),
    ('sched/wait.c', 'cancel_first', 'the request stays',
     change(('        sl_fiber_clear(self, SL_FIBER_MUST_CANCEL);\n', '        ;\n'))),
    ('sched/wait.c', 'sl_scope_set', 'cleared after the codes are read',
     change(('    sl_fiber_clear(fiber, SL_FIBER_IN_CANCELLED);\n    for (; scope; scope = '
             'scope->_outer)\n        if (sl_scope_own_code(scope))\n',
             '    bool any = false;\n    for (; scope; scope = scope->_outer)\n'
             '        any = any || sl_scope_own_code(scope);\n'
             '    sl_fiber_clear(fiber, SL_FIBER_IN_CANCELLED);\n    if (any)\n'))),

    ('sched/share.c', 'sl_share_stale', 'whoever comes forgets',
     change(('if (!(word & SL_FIBER_STALE))', 'if (0)'))),
    ('sched/share.c', 'sl_share_stale', 'who was gone is not freed',
     change(('word & SL_FIBER_GONE', '0'))),
    ('sched/share.c', 'sl_share_accept', 'begun by both',
     change(('word & SL_FIBER_NEW ||', '1 ||'))),
    ('sched/share.c', 'sl_share_claim', 'what was asked to end is begun',
     change(('SL_FIBER_MUST_CANCEL | ', ''))),
    ('sched/share.c', 'sl_share_claim', 'its place is not marked',
     change((' | SL_FIBER_STALE', ''))),
    ('sched/share.c', 'sl_share_context', 'without waiting for it',
     change((') == SL_FIBER_RUNS)', ') == (void *)2)'))),
    ('sched/share.c', 'sl_share_context', 'the old one stays',
     change(('    sl_shared_store_relaxed(&fiber->sp, SL_FIBER_RUNS);\n', ''))),
    ('sched/share.c', 'for_the_hub', 'a fiber waits for another',
     change(('return sl_shared_load_relaxed(&fiber->sp) == SL_FIBER_RUNS;', 'return false;'))),

    ('sched/search.c', 'rest', 'the look before the fence',
     change(('    sl_fence_seq_cst();', '    bool some = anything(loop, watches);\n'
             '    sl_fence_seq_cst();'), ('!anything(loop, watches)', '!some'))),
    ('sched/search.c', 'rest', 'said to sleep after the look',
     change(('    sl_or_acq_rel(word, bit);', '    '),
            ('        int64_t wait_ns', '        sl_or_acq_rel(word, bit);\n'
             '        int64_t wait_ns'))),
    ('sched/search.c', 'rest', 'asleep after the look',
     change(('    sl_store_relaxed(&loop->asleep, 1);\n', ''),
            ('        int64_t wait_ns', '        sl_store_relaxed(&loop->asleep, 1);\n'
             '        int64_t wait_ns'))),
    ('sched/search.c', 'rest', 'who woke it is forgotten', change(('return woken;', 'return 0;'))),
    ('sched/search.c', 'rest', 'it watches for ever',
     change(('    if (watches)\n        sl_store_relaxed(&team->watchers, 0);\n', ''))),
    ('sched/search.c', 'wake_searcher', 'who woke by itself searches for ever',
     change(('    if (!wake_one(team))\n        sl_sub_acq_rel(&team->idle, SL_TEAM_SEARCHES);',
             '    wake_one(team);'))),
    ('sched/search.c', 'sl_search_wake', 'who sleeps, then the fence',
     change(('    sl_fence_seq_cst();', '    uint32_t idle = sl_load_relaxed(&team->idle);\n'
             '    sl_fence_seq_cst();'), ('if (sl_load_relaxed(&team->idle))', 'if (idle)'))),
    ('sched/search.c', 'stays_quiet', 'without a watcher',
     change(('if (!sl_load_relaxed(&loop->team->watchers))', 'if (0)'))),
    ('sched/search.c', 'sl_search_offer', 'more than one is left to the watcher',
     change(('< 2 &&', '< 9 &&'))),
    ('sched/search.c', 'anything', 'what is given is not looked for',
     change((' || sl_inject_any(&team->inject)', ''))),
    ('sched/search.c', 'anything', 'what is in the deques is not looked for',
     change(('sl_deque_length(deque) >= 2', '0'))),
    ('sched/search.c', 'called', 'a stop is not looked for',
     change(('sl_load_relaxed(&loop->team->stopping) ||', ''))),
    ('sched/search.c', 'called', 'what is its own is not looked for',
     change(('sl_inject_any(&loop->member->mine) || ', ''))),
    ('sched/team.c', 'sl_team_stop', 'rung before it is said',
     change(('    sl_store_relaxed(&team->stopping, 1);\n', ''),
            ('sees this, or is rung */\n',
             'sees this, or is rung */\n    sl_store_relaxed(&team->stopping, 1);\n'))),
    ('sched/team.c', 'sl_team_stop', 'nobody is rung',
     change(('sl_loop_ring(team->members[i].loop);', ';'))),
    ('sched/member.c', 'expire', 'acts outside of the lock',
     change(('    while ((link', '    sl_spin_unlock(&loop->wheel_lock);\n    while ((link'),
            ('        entry->run(loop, entry);\n    }\n    sl_spin_unlock(&loop->wheel_lock);\n',
             '        entry->run(loop, entry);\n    }\n'))),
    ('sched/member.c', 'sl_timer_disarm_shared', 'without the lock',
     change(('    sl_spin_lock(&loop->wheel_lock);\n', ''),
            ('    sl_spin_unlock(&loop->wheel_lock);\n', ''))),
    ('sched/member.c', 'sl_timer_arm_shared', 'the owner is not rung',
     change(('        sl_loop_ring(loop);\n', '        ;\n'))),
    ('sched/member.c', 'sl_timer_arm_shared', 'the owner does not know of it',
     change(('    sl_store_relaxed(&loop->timers, 1);\n', ''))),

    ('task/shared.c', 'sl_future_finish_many', 'the second one finishes it, too',
     change(('sl_future_state(future) != SL_PENDING', '0'))),
    ('task/shared.c', 'sl_future_finish_many', 'done, then its word',
     change(('    future->word = word;\n', ''),
            ('    sl_store_release(&future->state, (uint8_t)state);\n',
             '    sl_store_release(&future->state, (uint8_t)state);\n    sl_model_step("");\n'
             '    future->word = word;\n'))),
    ('task/shared.c', 'sl_future_finish_many', 'calls outside of the guard',
     change(('    while ((link = sl_list_pop(&future->waiters))) {',
             '    sl_future_unlock(future);\n    while ((link = sl_list_pop(&future->waiters))) {'),
            ('        entry->run(loop, entry);\n    }\n    sl_future_unlock(future);\n',
             '        entry->run(loop, entry);\n    }\n'))),
    ('task/shared.c', 'sl_future_finish_many', 'without a reference of its own',
     change(('            sl_future_ref(future);\n', '            ;\n'),
            ('        sl_future_drop(future);\n', '        ;\n'))),
    ('task/shared.c', 'sl_future_add', 'the look before the guard',
     change(('    sl_future_lock(future);\n    pending = sl_future_state(future) == SL_PENDING;\n',
             '    pending = sl_future_state(future) == SL_PENDING;\n'
             '    sl_future_lock(future);\n'))),
    ('task/shared.c', 'sl_future_withdraw', 'without the guard',
     change(('    sl_future_lock(future);\n', ''), ('    sl_future_unlock(future);\n', ''))),
    ('task/shared.c', 'wait_in', 'the look before the guard',
     change(('    sl_future_lock(future);\n    if (sl_future_state(future) != SL_PENDING) {\n'
             '        sl_future_unlock(future);\n        return 0;\n    }\n',
             '    if (sl_future_state(future) != SL_PENDING)\n        return 0;\n'
             '    sl_future_lock(future);\n'))),
    ('task/shared.c', 'wait_in', 'listed before it begins',
     change(('    (void)!sl_wait_begin(wait);\n', ''),
            ('    sl_future_unlock(future);\n    if (future->kind',
             '    sl_future_unlock(future);\n    (void)!sl_wait_begin(wait);\n'
             '    if (future->kind'))),
    ('task/shared.c', 'sl_future_drop_many', 'freed under a stale place',
     change(('            return;\n    }\n', '            ;\n    }\n'))),
    ('task/shared.c', 'sl_shared_await_cancel', 'let go after the cancel',
     change(("    sl_park_release(wait->fiber, 0); /* the target's end will end this wait */\n",
             ''),
            ('    sl_future_drop(target);\n',
             '    sl_park_release(wait->fiber, 0);\n    sl_future_drop(target);\n'))),
    ('task/shared_task.c', 'ask', 'holds what is held',
     change(('SL_UNLIKELY(word & SL_FIBER_HELD)', '0'))),
    ('task/shared_task.c', 'ask', 'a shield is not looked for',
     change(('(SL_FIBER_PARKED | SL_FIBER_SHIELDED)', 'SL_FIBER_PARKED'))),
    ('task/shared_task.c', 'sl_shared_cancel', 'let go before the target is referred to',
     change(('        target = sl_future_ref(wait->object);\n'
             '        wait->taken |= SL_EDGE_TAKEN;\n        sl_park_release(&task->fiber, 0);\n',
             '        sl_park_release(&task->fiber, 0);\n'
             '        target = sl_future_ref(wait->object);\n'
             '        wait->taken |= SL_EDGE_TAKEN;\n'))),

    ('io/table.c', 'make_table', 'without the lock',
     change(('    pthread_mutex_lock(&making);\n', ''),
            ('    pthread_mutex_unlock(&making);\n', ''))),
    ('io/table.c', 'sl_table_begin', 'what is closed can be used',
     change(('(CLOSED | KEPT)', 'KEPT'))),
    ('io/table.c', 'sl_table_begin', 'what is kept can be used',
     change(('(CLOSED | KEPT)', 'CLOSED'))),
    ('io/table.c', 'sl_table_begin', 'a second ring is not noted',
     change(('== id ? 0 : FOREIGN', '== id ? 0 : 0'))),
    ('io/table.c', 'end', 'the word is cleared after close(2)',
     change(('old & CLOSED) ? 0 :', 'old & CLOSED) ? CLOSED :'),
            ('    if (SL_UNLIKELY(old & CLOSED) && !new)\n        sl_sys.close(fd);\n',
             '    if ((old & CLOSED) && !(new & COUNT)) {\n        sl_sys.close(fd);\n'
             '        sl_store_relaxed(w, 0);\n    }\n'))),
    ('io/table.c', 'end', 'close(2) before the word is cleared',
     change(('    } while (', '        if ((old & CLOSED) && !new)\n'
             '            sl_sys.close(fd);\n    } while ('),
            ('    if (SL_UNLIKELY(old & CLOSED) && !new)\n        sl_sys.close(fd);\n', ''))),
    ('io/table.c', 'end', 'whoever ends closes',
     change(('old & CLOSED) && !new', 'old & CLOSED)'))),
    ('io/table.c', 'end', 'nobody closes',
     change(('old & CLOSED) && !new', 'old & CLOSED) && 0'))),
    ('io/table.c', 'end', 'a hint is left for the next life',
     change(('old & CLOSED) ? 0 :', 'old & CLOSED) ? hint :'),
            ('&& !new)', '&& !(new & COUNT))'))),
    ('io/table.c', 'all_here', 'operations of other rings are forgotten',
     change(('!(word & FOREIGN) &&', '1 &&'))),
    ('io/table.c', 'sl_table_close', 'a second close is admitted',
     change(('(CLOSED | KEPT)', 'KEPT'))),
    ('io/table.c', 'sl_table_close', 'what is kept can be closed',
     change(('(CLOSED | KEPT)', 'CLOSED'))),
    ('io/table.c', 'sl_table_close', 'a hint is left for the next life',
     change(('new = 0;', 'new = old;'))),
    ('io/table.c', 'sl_table_close', 'no cover while others are asked',
     change(('(old | CLOSED) + 1', 'old | CLOSED'))),
    ('io/table.c', 'sl_table_close', 'not marked', change((' ? old | CLOSED :', ' ? old :'))),

    ('offload/threadsafe.c', 'tell', 'released before the mutex is',
     swap('pthread_mutex_unlock(&future->mutex);', 'drop(future);')),
    ('offload/threadsafe.c', 'tell', 'the waiter is not woken',
     change(('    pthread_cond_broadcast(&future->changed);\n', ''))),
    ('offload/threadsafe.c', 'tell', 'done outside of the mutex',
     change(('    pthread_mutex_lock(&future->mutex);\n    future->done = true;\n',
             '    future->done = true;\n    pthread_mutex_lock(&future->mutex);\n'))),
    ('offload/threadsafe.c', 'ended', 'told before the task is forgotten',
     change(('    future->task = NULL;\n', ''), ('    sl_future_drop(&task->future);\n',
             '    future->task = NULL;\n    sl_future_drop(&task->future);\n'))),
    ('offload/threadsafe.c', 'cancel', 'no reference of its own is given back',
     change(('    drop(future);\n', ''))),
    ('offload/threadsafe.c', 'sley_run_coroutine_threadsafe', 'one reference for two',
     change(('sl_store_relaxed(&future->refs, 2);', 'sl_store_relaxed(&future->refs, 1);'))),
    ('offload/threadsafe.c', 'sley_run_coroutine_threadsafe', 'posted before it is handed out',
     swap('*made = future;', 'sl_inbox_post(loop, &future->begin);')),
    ('offload/threadsafe.c', 'sley_thread_future_cancel', 'referenced after the post',
     swap('sl_add_relaxed(&future->refs, 1);',
          'sl_inbox_post(future->loop, &future->cancel);')),
    ('offload/threadsafe.c', 'sley_thread_future_cancel', 'not referenced',
     change(('    sl_add_relaxed(&future->refs, 1);\n', ''))),
    ('offload/threadsafe.c', 'sley_thread_future_cancel', 'posted each time',
     change(('(&future->cancel_asked, 1))', '(&future->cancel_asked, 1) && 0)'))),

    ('sched/own.c', 'sl_own_begin', 'adopted in between',
     change(('    if (is_holder(loop)) {', '    if (1) {'))),
    ('sched/own.c', 'sl_own_run', 'its holder holds it',
     change(('pthread_equal(sl_shared_load_relaxed(&loop->held_by), pthread_self())',
             'is_holder(loop)'))),
    ('sched/own.c', 'sl_own_adopt', 'without holding it',
     change(('&loop->state, &idle, SL_LOOP_HELD)', '&loop->state, &idle, SL_LOOP_IDLE)'))),
    ('sched/own.c', 'sl_own_run', 'also while it is held',
     change(('        sl_spin_wait(&turns);\n', '        return 0;\n'))),
    ('task/open.c', 'sl_open_finish', 'not told of sleepers',
     change(('    if (SL_UNLIKELY(guard == SL_GUARD_ASLEEP))\n        sl_blocking_wake(future);\n',
             ''))),
    ('task/open.c', 'sl_open_finish', 'posted before it is done',
     change(('    sl_store_release(&future->state, (uint8_t)state);\n', ''),
            ('        post(future, news_of_end);\n',
             '        post(future, news_of_end);\n'
             '        sl_store_release(&future->state, (uint8_t)state);\n'),
            ('        tell_loop(future);\n',
             '        sl_store_release(&future->state, (uint8_t)state);\n'
             '        tell_loop(future);\n'))),
    ('task/open.c', 'sl_open_finish', 'the item without a reference',
     change(('        sl_future_ref(future);\n', ''))),
    ('task/open.c', 'sl_open_finish', 'the waiters moved by whoever completes',
     change(('own != SL_OWN_NOT', '1'))),
    ('task/open.c', 'sl_open_finish', 'claimed is open',
     change(('guard != SL_GUARD_OPEN && guard != SL_GUARD_ASLEEP', '0'))),
    ('task/open.c', 'sl_open_gone', 'freed by whoever drops it',
     change(('own == SL_OWN_NOT', '0'))),
    ('task/open.c', 'tell_loop', 'the waiters are left', change(
        ('    sl_list_splice(&future->loop->ready, &future->waiters);\n', ''))),
    ('task/blocking.c', 'list_sleeper', 'asleep outside of the lock',
     change(('    sl_spin_lock(&runtime->sleepers_lock);\n', ''),
            ('    if (sleeper->listed)\n', '    sl_spin_lock(&runtime->sleepers_lock);\n'
             '    if (sleeper->listed)\n'))),
    ('task/blocking.c', 'unlist_sleeper', 'left alone', change(
        ('        sl_chain_remove(&runtime->sleepers, &sleeper->link);\n', ''))),
    ('task/blocking.c', 'sleep_listed', 'does not wait for who wakes it',
     change(('        sleep_until(sleeper, SLEY_NS_MAX);\n', ''))),
    ('task/blocking.c', 'sleep_listed', 'does not wait for who has claimed it',
     change(('        await_claimed(future);\n        return true;', '        return true;'))),
    ('task/blocking.c', 'wake', 'not signalled',
     change(('    pthread_cond_signal(&sleeper->changed);\n', ''))),
    ('task/blocking.c', 'sl_blocking_wake', 'listed for ever',
     change(('        sleeper->listed = false;\n', ''))),
    ('task/blocking.c', 'sl_blocking_wake', 'not taken off',
     change(('        sl_chain_remove(&runtime->sleepers, link);\n', ''))),

    ('ring/ring.c', 'sl_ring_cancel_elsewhere', 'the second wish replaces the first',
     change((' ? SL_RING_MAIL_ALL :', ' ? (uint32_t)fd + 1 :'))),
    ('ring/ring.c', 'sl_ring_cancel_elsewhere', 'the second wish is forgotten',
     change((' ? SL_RING_MAIL_ALL :', ' ? mail :'))),
    ('ring/ring.c', 'sl_ring_cancel_elsewhere', 'rung before the wish is written',
     change(('        sl_ring_ring(ring);\n', ''),
            ('        do\n', '        sl_ring_ring(ring);\n        do\n'))),
    ('ring/ring.c', 'sl_ring_cancel_elsewhere', 'asks itself',
     change(('        if (ring == self)\n            continue;\n', ''))),
    ('ring/ring.c', 'sl_ring_read_mail', 'cleared after it was served',
     change(('mail = sl_exchange_acq_rel(&ring->mail, 0);', 'mail = sl_load_relaxed(&ring->mail);'),
            ('(int)(mail - 1));', '(int)(mail - 1));\n    sl_exchange_acq_rel(&ring->mail, 0);'))),

    ('sched/deque.h', 'sl_deque_push', 'the tail before the slot',
     change(('    sl_store_relaxed(sl_deque_slot(deque, tail), entry);\n', ''),
            ('    sl_store_release(&deque->tail, tail + 1);\n',
             '    sl_store_release(&deque->tail, tail + 1);\n'
             '    sl_store_relaxed(sl_deque_slot(deque, tail), entry);\n'))),
    ('sched/deque.h', 'sl_deque_push', 'one too many',
     change(('>= SL_DEQUE_SLOTS', '> SL_DEQUE_SLOTS'))),
    ('sched/deque.h', 'sl_deque_pop', 'the slot after the swap',
     change(('        entry = sl_load_relaxed(sl_deque_slot(deque, head));\n', ''),
            ('            return entry;',
             '            return sl_load_relaxed(sl_deque_slot(deque, head));'))),
    ('sched/deque.h', 'sl_deque_take', 'the slots after the swap',
     change(('        for (uint32_t i = 0; i < n; i++)\n'
             '            taken[i] = sl_load_relaxed(sl_deque_slot(deque, head + i));\n', ''),
            ('            return n;\n',
             '        {\n'
             '            for (uint32_t i = 0; i < n; i++)\n'
             '                taken[i] = sl_load_relaxed(sl_deque_slot(deque, head + i));\n'
             '            return n;\n        }\n'))),
    ('sched/deque.h', 'sl_deque_take', 'the tail before the head',
     change(('uint32_t head = sl_load_acquire(&deque->head), tail = sl_load_acquire(&deque->tail);',
             'uint32_t tail = sl_load_acquire(&deque->tail), head = sl_load_acquire(&deque->head);'
             ))),
    ('sched/deque.h', 'sl_deque_take', 'an old head is not looked for',
     change(('n > SL_DEQUE_SLOTS', '0'))),
    ('sched/deque.h', 'sl_deque_steal', 'the newest of them first',
     change(('return n ? taken[0] : NULL;', 'return n ? sl_deque_pop(to) : NULL;'),
            ('uint32_t i = 1;', 'uint32_t i = 0;'),
            ('taken[i]);', 'taken[n - 1 - i]);'))),

    ('sched/inject.c', 'sl_inject_give', 'linked once, before the swap is tried',
     change(('    do\n        entries[0]->link.next = top;\n',
             '    entries[0]->link.next = top;\n    do\n        ;\n'))),
    ('sched/inject.c', 'sl_inject_take', 'without looking whether another takes',
     change(('    if (sl_exchange_acq_rel(&inject->taking, 1))\n        return 0;\n', ''))),
    ('sched/inject.c', 'sl_inject_take', 'let go before the count is written',
     swap('sl_store_relaxed(&inject->queued, queued - n);',
          'sl_store_release(&inject->taking, 0);')),
    ('sched/inject.c', 'sl_inject_take', 'never let go',
     change(('    sl_store_release(&inject->taking, 0);\n', ''))),
    ('sched/inject.c', 'receive', 'newest first',
     change(('    while (newest) {', '    oldest = newest;\n    while (0) {'))),

    ('sync/shared.h', 'sl_node_ready', 'a thread is woken before it is told',
     swap('sl_shared_store_release(&node->told, 1);', 'sl_plain_futex_wake(&node->told);')),
    ('sync/shared.h', 'sl_node_ready', 'a thread is told and not woken',
     change(('    sl_plain_futex_wake(&node->told);\n', ''))),
    ('sync/shared.c', 'sl_node_park', 'a thread looks once',
     change(('while (!sl_shared', 'if (!sl_shared'))),
    ('sync/lock_shared.c', 'change', 'torn',
     change(('sl_shared_cas_acq_rel(&lock->_locked, word, new);',
             'SL_MODEL_TORN(sl_shared_cas_acq_rel(&lock->_locked, word, new));'))),
    ('sync/lock_shared.c', 'take_or_list', 'listed, and the word does not say so',
     change(('SL_LOCK_LOCKED : SL_LOCK_QUEUED', 'SL_LOCK_LOCKED : 0'))),
    ('sync/lock_shared.c', 'wake_head', 'woken, and the word does not say so',
     change(('word | SL_LOCK_WOKEN', 'word'))),
    ('sync/lock_shared.c', 'unlist', 'still said to be woken',
     change(('SL_LOCK_WOKEN : 0', '0 : 0'))),
    ('sync/lock_shared.c', 'unlist', 'still owed', change(('gone |= SL_LOCK_OWED;', 'gone |= 0;'))),
    ('sync/lock_shared.c', 'unlist', 'still said to be queued',
     change(('gone |= SL_LOCK_QUEUED;', 'gone |= 0;'))),
    ('sync/lock_shared.c', 'take_as_head', 'still said to be woken when overtaken',
     change(('(word & ~(uint32_t)SL_LOCK_WOKEN) | SL_LOCK_OWED', 'word | SL_LOCK_OWED'))),
    ('sync/lock_shared.c', 'take_as_head', 'takes what is held',
     change(('!(word & SL_LOCK_LOCKED)', '1'))),
    ('sync/lock_shared.c', 'acquire_in_line', 'who is cancelled passes nothing on',
     change(('        wake_head(*loop, lock, &woken);\n', '        ;\n'))),
    ('sync/lock_shared.c', 'release_slowly', 'with nobody listed, freed under the guard',
     change(('        if (lock->_waiters.first) {', '        {'))),
    ('sync/lock_shared.c', 'release_slowly', 'nobody is woken',
     change(('            wake_head(loop, lock, &woken);\n', ''))),
    ('sync/lock_shared.c', 'release_slowly', 'free before the head is woken, without the guard',
     change(('        sl_guard_lock(&lock->_guard);\n',
             '        if (!change(lock, &word, word & ~(uint32_t)SL_LOCK_LOCKED))\n'
             '            continue;\n        sl_guard_lock(&lock->_guard);\n'))),
    ('sync/event.c', 'change', 'torn',
     change(('sl_shared_cas_acq_rel(&event->_set, word, new);',
             'SL_MODEL_TORN(sl_shared_cas_acq_rel(&event->_set, word, new));'))),
    ('sync/event.c', 'list_unless_set', 'the word does not say so',
     change(('!change(event, &word, QUEUED)', '0'))),
    ('sync/event.c', 'unlist', 'not taken out',
     change(('        sl_node_unlist(node, &event->_waiters);\n', ''))),
    ('sync/event.c', 'unlist', 'still said to be queued',
     change(('            change(event, &queued, 0);\n', '            ;\n'))),
    ('sync/event.c', 'set_and_claim', 'ready under the guard',
     change(('    }\n    sl_guard_unlock(&event->_guard);\n    return true;',
             '    }\n    sl_woken_ready(loop, woken);\n    woken->first = NULL;\n'
             '    sl_guard_unlock(&event->_guard);\n    return true;'))),
    ('sync/event.c', 'set_and_claim', 'with nobody listed, set under the guard',
     change(('    if (!event->_waiters.first) {\n',
             '    if (!event->_waiters.first) {\n        word = 0;\n'
             '        change(event, &word, SET);\n'))),
    ('sync/semaphore_shared.c', 'change', 'torn',
     change(('sl_shared_cas_acq_rel(&semaphore->_value, word, new);',
             'SL_MODEL_TORN(sl_shared_cas_acq_rel(&semaphore->_value, word, new));'))),
    ('sync/semaphore_shared.c', 'take_or_queue', 'the word does not say so',
     change(('word - 1 : word | QUEUED', 'word - 1 : word'))),
    ('sync/semaphore_shared.c', 'set_permits', 'always said to be queued',
     change(('(semaphore->_waiters.first ? QUEUED : 0)', 'QUEUED'))),
    ('sync/semaphore_shared.c', 'hand_on', 'a permit for two',
     change(('        value--;\n', ''))),
    ('sync/semaphore_shared.c', 'hand_on', 'a permit for who was cancelled',
     change(('        if (!sl_node_claim(loop, node))\n            continue;\n',
             '        if (!sl_node_claim(loop, node)) {\n            value--;\n'
             '            most--;\n            continue;\n        }\n'))),
    ('sync/semaphore_shared.c', 'release_listed', 'ready under the guard',
     change(('        hand_on(loop, semaphore, value + 1, 1, woken);\n',
             '    {\n        hand_on(loop, semaphore, value + 1, 1, woken);\n'
             '        sl_woken_ready(loop, woken);\n        woken->first = NULL;\n    }\n'))),
    ('sync/queue_shared.c', 'put_held', 'nobody is told of the item',
     change(('        settle(loop, queue, true, false, woken);\n', '        ;\n'))),
    ('sync/queue_shared.c', 'get_held', 'nobody is told of the room',
     change(('        settle(loop, queue, false, true, woken);\n', '        ;\n'))),
    ('sync/queue_shared.c', 'settle', 'said to wait, who does not',
     change(('    sl_queue_note_lists(queue);\n', ''))),
    ('sync/queue_shared.c', 'settle', 'handed, and not said so',
     change(('                node->wait.flags |= SL_NODE_HANDED;\n                room = true;\n',
             '                room = true;\n'))),
    ('sync/queue_shared.c', 'wait_in', 'who is cancelled stays listed',
     change(('            sl_node_unlist(node, list);\n', '            ;\n'))),
    ('sync/queue_shared.c', 'wait_in', 'the guard is let go before it is listed',
     change(('    sl_node_list(node, list);\n    sl_queue_note_lists(queue);\n'
             '    sl_guard_unlock(&queue->_guard);\n',
             '    sl_guard_unlock(&queue->_guard);\n    sl_node_list(node, list);\n'
             '    sl_queue_note_lists(queue);\n'))),
    ('sync/queue_shared.c', 'put_slowly', 'ready under the guard',
     change(('        sl_guard_unlock(&queue->_guard);\n        sl_node_ready(',
             '        sl_node_ready('),
            ('woken.first);\n', 'woken.first);\n        sl_guard_unlock(&queue->_guard);\n'))),
]

# Mutants that may survive, by their names, each with the reason.
SURVIVORS = {
    'sync/shared.c: sl_guard_lock_contended: torn exchange':
        'it spins: the models have a loop that blocks in its place (waiters.h)',
    'sync/lock_shared.c: wake_head: woken, and the word does not say so':
        'it only spares who releases the guard: a head that was claimed is not claimed again',
    'offload/threadsafe.c: sley_run_coroutine_threadsafe: posted before it is handed out':
        "the caller's own variable, which nobody looks at before the call returns",
    'sched/deque.h: sl_deque_pop: the slot after the swap':
        'only the owner writes slots, and it is the owner that pops',
    'sched/deque.h: sl_deque_take: the tail before the head':
        'an old tail hides entries; one that lies behind the head is taken for an old head',
    'sched/deque.h: sl_deque_take: an old head is not looked for':
        'the swap fails on an old head, and `most` bounds what was read in vain',
    'ring/ring.c: sl_ring_cancel_elsewhere: torn cas_weak':
        'those who ask hold rings_lock, so only the exchange of read_mail can come in between, and '
        'a wish that it took is then granted twice',
}


class Stale(Exception):
    """A mutant that does not apply any more."""


def replace_once(text, old, new):
    if text.count(old) != 1:
        raise Stale(f'the text stands there {text.count(old)} times: {old.strip()}')
    return text.replace(old, new)


def functions(text):
    """{name: (begin, end)} of the function definitions."""
    found = {}
    for match in re.finditer(r'^(?=\w)[^;{}#]*?\b(\w+)\([^;{}]*\)\n\{\n.*?^\}\n', text,
                             re.MULTILINE | re.DOTALL):
        found[match.group(1)] = match.span()
    return found


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def mechanical(path, text):
    """(name, text) with one fence removed, or one read-modify-write torn."""
    places = functions(text)
    for kind, pattern, new in (('without its fence', FENCE, 'sl_signal_fence()'),
                               ('torn', RMW, r'sl_torn_\1(')):
        count = {}
        for match in pattern.finditer(text):
            inside = [name for name, (begin, end) in places.items() if begin <= match.start() < end]
            what = match.group(1).rsplit('_', 2)[0] if kind == 'torn' else ''
            name = ' '.join(filter(None, [kind, what]))
            where = inside[0] if inside else '?'
            count[where, name] = count.get((where, name), 0) + 1
            if count[where, name] > 1:
                name += f' {count[where, name]}'
            yield (f'{path}: {where}: {name}',
                   text[:match.start()] + match.expand(new) + text[match.end():])


def listed(path, text):
    places = functions(text)
    for file, function, name, apply in MUTANTS:
        if file != path:
            continue
        full = f'{path}: {function}: {name}'
        try:
            if function not in places:
                raise Stale('there is no such function')
            begin, end = places[function]
            yield full, text[:begin] + apply(text[begin:end]) + text[end:]
        except Stale as why:
            yield full, why


class Runner:
    def __init__(self, folder, bound):
        self.folder = folder
        self.include = [f'-I{HERE}/include', f'-I{HERE}', f'-I{folder}', f'-I{ROOT}/src',
                        f'-I{ROOT}/include']
        self.options = ['--bound', str(bound)] if bound else []
        self.objects = []
        sources = [f'{HERE}/{name}.c' for name in ('access', 'block', 'choices', 'explore', 'main',
                                              'words')]
        sources += [f'{ROOT}/src/sched/current.c']
        sources += [f'{ROOT}/src/arch/{name}.S' for name in ('x86_64', 'aarch64')]
        for source in sources:
            made = os.path.join(folder, os.path.basename(source) + '.o')
            self.compile(['-c', source, '-o', made])
            self.objects.append(made)

    def compile(self, arguments):
        done = subprocess.run(['gcc', *FLAGS, *self.include, *arguments], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise Stale('does not compile:\n' + done.stdout)

    def catches(self, model):
        """The line of the first model that fails, or None."""
        program = os.path.join(self.folder, 'program')
        self.compile([f'{HERE}/{model}.c', *self.objects, '-Wl,--gc-sections', '-o',
                      program])
        try:
            done = subprocess.run([program, *self.options], text=True, timeout=PATIENCE,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired:
            return 'does not end'
        if done.returncode < 0:
            return f'killed by signal {-done.returncode}'
        found = re.search(r'^FAILED: (.*?); \d+ exec', done.stdout, re.MULTILINE)
        if done.returncode == 0:
            return None
        if not found or 'does not fail like that' in done.stdout:
            raise Stale('the model is broken:\n' + done.stdout)
        return re.sub(r'/\S*/(?=\w+\.c:)', '', found.group(1))

    def try_mutant(self, path, text, models):
        copy = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        with open(copy, 'w', encoding='utf-8') as file:
            file.write(text)
        try:
            for model in models:
                caught = self.catches(model)
                if caught:
                    return caught
        finally:
            os.remove(copy)
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--only', default='', help='mutants whose name contains this')
    parser.add_argument('--table', action='store_true', help="README.md's rows")
    parser.add_argument('--bound', type=int, help='preemptions in an execution')
    options = parser.parse_args()
    passed = failed = 0
    unused = set(SURVIVORS)
    folder = tempfile.mkdtemp()
    unknown = {mutant[0] for mutant in MUTANTS} - set(MODELS)
    try:
        runner = Runner(folder, options.bound)
        for path, models in MODELS.items():
            text = read(os.path.join(ROOT, 'src', path))
            for name, mutant in [*mechanical(path, text), *listed(path, text)]:
                unused.discard(name)
                if options.only not in name:
                    continue
                try:
                    if isinstance(mutant, Stale):
                        raise mutant
                    caught = runner.try_mutant(path, mutant, models)
                except Stale as why:
                    failed += 1
                    print(f'{name}: FAILED: no longer applies: {why}')
                    continue
                reason = SURVIVORS.get(name)
                right = bool(caught) != bool(reason)
                passed, failed = passed + right, failed + (not right)
                if options.table and right:
                    short = re.sub(r' \(.*\)$', '', caught or '').replace('|', '\\|')
                    print(f'| {name} | {short or "survives: " + reason} |')
                elif right:
                    print(f'{name}: ' + (f'caught: {caught}' if caught else f'survives: {reason}'))
                else:
                    print(f'{name}: FAILED: ' + (f'is caught after all: {caught}' if caught
                                                 else 'survives'), flush=True)
    finally:
        shutil.rmtree(folder)
    for name in sorted(unused):
        failed += 1
        print(f'{name}: FAILED: there is no such mutant any more')
    for path in sorted(unknown):
        failed += 1
        print(f'{path}: FAILED: no model explores it')
    print(f'{passed} passed, {failed} failed, 0 skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

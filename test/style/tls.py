"""Where compiled code touches thread-local storage.

    tls.py [--objdump TOOL] [--self-test COMPILER] [--often yes] FILE...

A fiber may wake on another thread, so no thread-local address may be carried across a suspension.
%fs (x86-64) and tpidr_el0 (aarch64) are therefore allowed in few places: at the stack protector, in
sl_current's adjacent instructions (src/sched/current.h), at most once a function (--often: where
inlining has put several into one), and in the functions of current.c, which never suspend. The
compiler may also keep what __tls_get_addr and __errno_location return: the first is allowed in
current.c, the second in the functions of src/os, into which nothing that suspends is inlined.
"""

import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
OWN = {'sl_current_set', 'sl_current_outside', 'sl_no_loop'}
ERRNO = re.compile(
    r'^(?:plain_error|sl_plain_\w+|sys_\w+|on_signal|on_kick|sl_(?:thread_)?signals?_\w+)$')
# They ask twice, and never suspend.
TWICE = {'sley_future_set_exception': 2, 'sley_thread_future_result': 2}

X86_USE = re.compile(r'%fs:(?!0x28\b)')
X86_LOAD = re.compile(r'^mov +%fs:(?:0x0)?\(%(\w+)\),%(\w+)$')
# From the table of offsets, or the offset itself where the linker knew it.
X86_OFFSET = re.compile(r'^mov +(?:0x[0-9a-f]+\(%rip\)|\$0x[0-9a-f]+),%(\w+)\b')
ARM_USE = re.compile(r'^mrs\s.*tpidr_el0')
# sl_current's own registers; the linker may turn the middle two into moves of the offset.
ARM_LOAD = (re.compile(r'^mrs\s+x16, tpidr_el0'), re.compile(r'^(?:adrp\s+x17,|movz?\s+x17,|nop)'),
            re.compile(r'^(?:ldr\s+x17, \[x17|movk\s+x17,)'),
            re.compile(r'^ldr\s+x\d+, \[x16, x17\]'))
CALL = re.compile(r'__tls_get_addr|__errno_location|TLSDESC_CALL')


def functions(path, objdump):
    """Yields (name, instructions); a relocation stands behind its instruction."""
    listing = subprocess.run([objdump, '-dr', '--no-show-raw-insn', path], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    name, rows = None, []
    for row in listing.splitlines():
        head = re.match(r'^[0-9a-f]+ <([^>]+)>:$', row)
        if head:
            if name:
                yield name, rows
            name, rows = head.group(1).split('.')[0], []
        elif ': R_' in row:
            if rows:
                rows[-1] += '  ' + row.split('R_', 1)[1]
        elif '\t' in row:
            rows.append(row.split('\t', 1)[1].replace('\t', ' ').strip())
    if name:
        yield name, rows


def is_load(rows, i):
    """Is row i, which touches thread-local storage, one of sl_current's?"""
    if 'tpidr' in rows[i]:
        return all(pattern.match(row) for pattern, row in zip(ARM_LOAD, rows[i:i + 4] + [''] * 4))
    load = X86_LOAD.match(rows[i])
    offset = X86_OFFSET.match(rows[i - 1]) if i else None
    return load and offset and offset.group(1) == load.group(1) == load.group(2)


def check(path, objdump, often=False):
    wrong, loads = [], 0
    for name, rows in functions(path, objdump):
        here = 0
        for i, row in enumerate(rows):
            if X86_USE.search(row) or ARM_USE.match(row):
                if is_load(rows, i):
                    here += 1
                elif name not in OWN:
                    wrong.append(f'{path}: {name}: {row}')
            call = CALL.search(row)
            if call and name not in OWN and not ('errno' in call.group(0) and ERRNO.match(name)) \
                    and not name.endswith('@plt'):
                wrong.append(f'{path}: {name}: {row}')
        if here > TWICE.get(name, 1) and not often:
            wrong.append(f'{path}: {name}: {here} loads of the current loop')
        loads += here
    if not loads:
        wrong.append(f'{path}: no load of the current loop was found: is this check blind?')
    print(f'{path}: {loads} loads of the current loop')
    return wrong


# One mistake each, and what must be said of it: in code like the library's.
GOOD = '''
#include <errno.h>
#include "sched/current.h"
__thread struct sley_loop *sl_current_loop;
int other(void);
struct sley_loop *public_call(void) { return sl_current(); }
int sl_plain_call(void) { return errno; }
'''
MUTANTS = {
    'a variable': 'static __thread int counter; int bad(void) { return ++counter; }',
    'a variable of others': 'extern __thread int shared; int bad(void) { return shared; }',
    'errno': 'int bad(void) { return errno; }',
    'two loads': 'int bad(void) { void *a = sl_current(); other(); return a == sl_current(); }',
    'an address': 'void *bad(void) { return &sl_current_loop; }',
}


def self_test(compiler, objdump):
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        source, made = os.path.join(folder, 'code.c'), os.path.join(folder, 'code.o')
        for name, text in [('none', '')] + list(MUTANTS.items()):
            with open(source, 'w', encoding='ascii') as file:
                file.write(GOOD + text + '\n')
            tree = os.path.join(HERE, '../..')
            subprocess.run(compiler + ['-std=gnu11', '-O2', '-fPIC', '-I', tree + '/src', '-I',
                                       tree + '/include', '-c', source, '-o', made], check=True)
            found = check(made, objdump)
            if bool(found) != bool(text) or any(': bad: ' not in row for row in found):
                wrong.append(f'self-test: {name}: {found}')
    return wrong


def main(arguments):
    objdump, compiler, often = 'objdump', None, False
    while arguments and arguments[0].startswith('--'):
        option, value, *arguments = arguments
        if option == '--objdump':
            objdump = value
        elif option == '--often':
            often = True
        else:
            compiler = value.split()
    wrong = self_test(compiler, objdump) if compiler else []
    wrong += [text for path in arguments for text in check(path, objdump, often)]
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

"""Where compiled code touches thread-local storage: tls.py LIBRARY...

A fiber may wake on another thread, so no thread-local address may be carried across a suspension.
In x86-64 code %fs is therefore allowed in three places: at the stack protector, in sl_current's two
adjacent instructions (src/sched/current.h), and in sl_current_set, which never suspends.
"""

import re
import subprocess
import sys

PROTECTOR = re.compile(r'%fs:0x28\b')
LOAD = re.compile(r'^mov +%fs:(?:0x0)?\(%(\w+)\),%(\w+)$')
# From the table of offsets, or the offset itself where the linker knew it.
OFFSET = re.compile(r'^mov +(?:0x[0-9a-f]+\(%rip\)|\$0x[0-9a-f]+),%(\w+)\b')


def check(path):
    listing = subprocess.run(['objdump', '-d', '--no-show-raw-insn', path], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    wrong, loads, function, before = [], 0, '?', ''
    for row in listing.splitlines():
        head = re.match(r'^[0-9a-f]+ <([^>]+)>:$', row)
        if head:
            function, before = head.group(1), ''
            continue
        instruction = row.split('\t')[-1].strip() if '\t' in row else ''
        if '%fs' in instruction and not PROTECTOR.search(instruction):
            load, offset = LOAD.match(instruction), OFFSET.match(before)
            if load and offset and offset.group(1) == load.group(1) == load.group(2):
                loads += 1
            elif function.split('.')[0] != 'sl_current_set':
                wrong.append(f'{path}: {function}: {instruction}')
        before = instruction
    if not loads:
        wrong.append(f'{path}: no load of the current loop was found: is this check blind?')
    print(f'{path}: {loads} loads of the current loop')
    return wrong


def main(paths):
    wrong = [text for path in paths for text in check(path)]
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

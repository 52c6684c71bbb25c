"""Compares what the installed libraries export with what the public headers declare.

    symbols.py INCLUDE libsley.so       everything declared is exported, and nothing else
    symbols.py --macros INCLUDE FILE    every public macro is used in FILE (C++: those it has)
    symbols.py --groups INCLUDE FILE    of every public header a function is used in FILE
"""

import os
import re
import subprocess
import sys

# Macros for the headers themselves; a user has no use for them.
PRIVATE = re.compile(r'_$|_H$|^SLEY_(BEGIN|END)_DECLS$|^SLEY_JOIN_NAMES$')


def headers(include):
    for folder, _, names in sorted(os.walk(include)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            text = open(path, encoding='utf-8').read()
            yield name, re.sub(r'/\*.*?\*/', '', text, flags=re.DOTALL)


def without_bodies(text):
    """Declarations alone: no macros, no inline functions' bodies."""
    text = re.sub(r'^[ ]*#(?:[^\n]*\\\n)*[^\n]*$', '', text, flags=re.MULTILINE)
    return re.sub(r'static inline [^;{]*\{.*?\n\}|static inline [^;{\n]*\{[^\n]*\}', '', text,
                  flags=re.DOTALL)


def functions(text):
    declared = re.findall(r'\b(sley_\w+)\s*\([^;{]*\)[^;{}()]*(?:SLEY_PRINTF\([^)]*\))?;',
                          without_bodies(text))
    types = set(re.findall(r'typedef[^;]*?\b(sley_\w+)\s*\(', text))
    return set(declared) - types


def compare_exports(include, library):
    declared = set().union(*(functions(text) for _, text in headers(include)))
    listing = subprocess.run(['nm', '-D', '--defined-only', library], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    exported = {row.split()[-1].split('@')[0] for row in listing.splitlines()}
    foreign = sorted(name for name in exported if not name.startswith('sley_'))
    wrong = []
    if foreign:
        wrong.append('not ours: ' + ' '.join(foreign))
    if declared - exported:
        wrong.append('declared, not exported: ' + ' '.join(sorted(declared - exported)))
    if exported - declared - set(foreign):
        wrong.append('exported, not declared: ' +
                     ' '.join(sorted(exported - declared - set(foreign))))
    if len(declared) < 100:
        wrong.append(f'only {len(declared)} functions found in the headers')
    return wrong


def compare_macros(include, path):
    used = set(re.findall(r'\bSLEY_\w+', open(path, encoding='utf-8').read()))
    cpp = path.endswith('.cpp')
    public = set()
    for _, text in headers(include):
        if cpp:
            text = re.sub(r'#ifndef __cplusplus\n.*?#endif', '', text, flags=re.DOTALL)
        public |= set(re.findall(r'^ *# *define +(SLEY_\w+)', text, flags=re.MULTILINE))
    missing = sorted(name for name in public - used if not PRIVATE.search(name))
    return ['not used: ' + ' '.join(missing)] if missing else []


def compare_groups(include, path):
    used = set(re.findall(r'\bsley_\w+', open(path, encoding='utf-8').read()))
    return [f'nothing of {name} is used' for name, text in headers(include)
            if functions(text) and not functions(text) & used]


def main(arguments):
    if arguments[0] == '--macros':
        wrong = compare_macros(*arguments[1:])
    elif arguments[0] == '--groups':
        wrong = compare_groups(*arguments[1:])
    else:
        wrong = compare_exports(*arguments)
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

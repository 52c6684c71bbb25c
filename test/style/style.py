#!/usr/bin/env python3
"""Style as a test: what a reviewer should not have to look for.

    style.py [--root FOLDER]     checks the tree
    style.py --self-test         checks that every rule catches its snippet in test/style/bad

The rules, by the names that are printed:

    layers      a room includes rooms of rows below its own and <sley/...>, never a sibling
    errno       errno outside src/os (and ERRNO_FILES)
    thread      a thread-local outside src/sched/current.* and src/debug
    stdatomic   <stdatomic.h> outside src/base/atomic.h
    malloc      malloc and its family outside src/os
    order       acquire, release, acq_rel, seq_cst without a comment that says "pairs with"
    macro       a macro in a public header that is not SLEY_...
    listed      a source file that no meson.build lists
    columns     a line of more than 100 columns
    tab         a tab
    trailing    blanks at the end of a line
    later       a note to oneself that was left
    machine     a path that only one machine has
    long        a file of more than 400 lines, a function of more than 70; ratchet.txt lists the
                exceptions with their size, which may shrink and not grow
"""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
COLUMNS, FILE_LINES, FUNCTION_LINES = 100, 400, 70

# The rooms of src/, the lowest row first. alloc and debug are libraries of their own, doctor a
# program.
ROWS = [{'base'}, {'os', 'arch'}, {'fiber', 'ring'}, {'sched'}, {'task'},
        {'sync', 'io', 'offload'}, {'alloc', 'debug', 'doctor'}]
ROW_OF = {room: row for row, rooms in enumerate(ROWS) for room in rooms}

ERRNO_FILES = {
}
CODE = ('.c', '.h', '.S', '.cc', '.cpp', '.py', '.sh', '.build', '.map')
TEXT = CODE + ('.md', '.txt', '.json')
SKIPPED_FOLDERS = {'.git', '__pycache__', 'subprojects', 'golden', 'results'}

ORDERS = r'(?:acquire|release|acq_rel|seq_cst)'
ORDER = re.compile(r'\bmemory_order_' + ORDERS + r'\b'
                   r'|\b__ATOMIC_(?:ACQUIRE|RELEASE|ACQ_REL|SEQ_CST)\b'
                   r'|\bsl_(?:\w+_)?(?:load|store|exchange|add|sub|or|and|xor|cas|weak|fence)_' +
                   ORDERS + r'\b')
ALLOCATION = re.compile(r'\b(?:malloc|calloc|realloc|free|aligned_alloc|posix_memalign|strdup|'
                        r'asprintf|reallocarray)\s*\(')
LATER = re.compile(r'\b(?:TO' r'DO|FIX' r'ME|X' r'XX)\b')
MACHINE = re.compile(r'(?<![\w.*])/(?:work|home|root)/')
DEFINE = re.compile(r'^\s*#\s*define\s+(\w+)')
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def blank(match):
    return re.sub(r'[^\n]', ' ', match.group(0))


def without_comments(text):
    """The same lines with comments and the insides of strings blanked."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text,
                  flags=re.DOTALL)


def walk(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name for name in folders
            if name not in SKIPPED_FOLDERS and not (folder == root and name.startswith('build'))
            and os.path.join(folder, name) != os.path.join(root, 'test', 'style', 'bad'))
        for name in sorted(names):
            yield os.path.relpath(os.path.join(folder, name), root)


class Checker:
    def __init__(self, root):
        self.root = root
        self.found = []     # (path, line, rule, text)
        self.files = 0
        self.ratchet, self.used = self.read_ratchet(), set()

    def say(self, path, number, rule, text):
        self.found.append((path, number, rule, text))

    def read_ratchet(self):
        path = os.path.join(self.root, 'test', 'style', 'ratchet.txt')
        if not os.path.exists(path):
            return {}
        rows = (row.split() for row in open(path, encoding='utf-8') if not row.startswith('#'))
        return {row[0]: int(row[1]) for row in rows if row}

    def check_tree(self):
        paths = list(walk(self.root))
        for path in paths:
            if path.endswith(TEXT) or os.access(os.path.join(self.root, path), os.X_OK):
                try:
                    text = open(os.path.join(self.root, path), encoding='utf-8').read()
                except UnicodeDecodeError:
                    continue
                self.files += 1
                self.check_text(path, text)
                if path.endswith(('.c', '.h', '.S', '.cc', '.cpp')):
                    self.check_c(path, text)
        self.check_listed(paths)
        for name in sorted(set(self.ratchet) - self.used):
            self.say('test/style/ratchet.txt', 0, 'long', f'{name} is not too long: take it out')

    # ---- any text ----

    def check_text(self, path, text):
        ours = path.startswith('test/style/')
        for number, row in enumerate(text.split('\n'), 1):
            if path.endswith(CODE) and len(row) > COLUMNS:
                self.say(path, number, 'columns', f'{len(row)} columns')
            if '\t' in row:
                self.say(path, number, 'tab', 'a tab')
            if row != row.rstrip():
                self.say(path, number, 'trailing', 'blanks at the end')
            if not ours and LATER.search(row):
                self.say(path, number, 'later', row.strip())
            if not ours and MACHINE.search(row):
                self.say(path, number, 'machine', row.strip())

    def too_long(self, path, number, name, what, size, limit):
        if size <= limit:
            return
        allowed = self.ratchet.get(name, limit)
        self.used.add(name)
        if size > allowed:
            self.say(path, number, 'long', f'{what} has {size} lines, more than {allowed}')

    # ---- C ----

    def check_c(self, path, text):
        code = without_comments(text)
        self.too_long(path, 1, path, 'the file', text.count('\n'), FILE_LINES)
        self.check_functions(path, code)
        if path.startswith('include/'):
            self.check_macros(path, code)
        if path.startswith(('src/', 'include/')):
            self.check_tokens(path, text, code)
        if path.startswith('src/'):
            self.check_layers(path, text)

    def check_functions(self, path, code):
        """A function's body stands between { and } in the first column."""
        rows = code.split('\n')
        start = None
        for number, row in enumerate(rows, 1):
            if row.startswith('{'):
                start = number
            elif row.startswith('}') and start:
                head = ' '.join(rows[max(0, start - 4):start - 1])
                name = re.findall(r'(\w+)\s*\(', head)
                name = name[-1] if name else '?'
                self.too_long(path, start, f'{path}:{name}', f'{name}()', number - start + 1,
                              FUNCTION_LINES)
                start = None

    def check_macros(self, path, code):
        for number, row in enumerate(code.split('\n'), 1):
            found = DEFINE.match(row)
            if found and not re.fullmatch(r'SLEY_[A-Z0-9_]+', found.group(1)):
                self.say(path, number, 'macro', found.group(1))

    def check_tokens(self, path, text, code):
        rows = text.split('\n')
        in_os = path.startswith('src/os/')
        for number, row in enumerate(code.split('\n'), 1):
            if re.search(r'\berrno\b', row) and not in_os and path not in ERRNO_FILES:
                if not re.match(r'\s*#\s*include', row):
                    self.say(path, number, 'errno', row.strip())
            if re.search(r'\b(?:__thread|_Thread_local|thread_local)\b', row):
                if not path.startswith(('src/sched/current.', 'src/debug/')):
                    self.say(path, number, 'thread', row.strip())
            if re.match(r'\s*#\s*include\s*<stdatomic', row) and path != 'src/base/atomic.h':
                self.say(path, number, 'stdatomic', row.strip())
            if ALLOCATION.search(row) and not in_os:
                self.say(path, number, 'malloc', row.strip())
            if ORDER.search(row) and path != 'src/base/atomic.h':
                near = ' '.join(rows[max(0, number - 4):number])
                if 'pairs with' not in re.sub(r'[\s*]+', ' ', near).lower():
                    self.say(path, number, 'order', row.strip())

    def check_layers(self, path, text):
        parts = path.split('/')
        if len(parts) < 3:
            return
        room = parts[1]
        if room not in ROW_OF:
            self.say(path, 1, 'layers', f'{room} is no room of the table')
            return
        for number, row in enumerate(text.split('\n'), 1):
            found = INCLUDE.match(row)
            if not found:
                continue
            target = found.group(1)
            other = target.split('/')[0] if '/' in target else room
            if other == room:
                continue
            if other not in ROW_OF:
                self.say(path, number, 'layers', f'"{target}" is in no room')
            elif room == 'alloc' and other != 'base':
                self.say(path, number, 'layers', f'alloc includes {other}')
            elif ROW_OF[other] >= ROW_OF[room]:
                self.say(path, number, 'layers', f'{room} includes {other}, which is not below it')

    # ---- the build ----

    def check_listed(self, paths):
        for area in ('src', 'test'):
            build = os.path.join(self.root, area, 'meson.build')
            if not os.path.exists(build):
                continue
            listed = open(build, encoding='utf-8').read()
            for path in paths:
                parts = path.split('/')
                if parts[0] != area or len(parts) != 3 or not path.endswith(('.c', '.S')):
                    continue
                if area == 'test' and parts[1] not in ROW_OF:
                    continue
                wanted = '/'.join(parts[1:]) if area == 'src' else parts[2].rsplit('.', 1)[0]
                if not re.search(r"'" + re.escape(wanted) + r"'", listed):
                    self.say(path, 1, 'listed', f'not in {area}/meson.build')


def self_test():
    """Every file of bad/ names in a comment `expect: rule N times` what must be found in it."""
    root = os.path.join(HERE, 'bad')
    checker = Checker(root)
    checker.check_tree()
    passed = failed = 0
    rules = set(re.findall(r'^    (\w+)  ', __doc__, re.MULTILINE))
    seen = set()
    for path in walk(root):
        text = open(os.path.join(root, path), encoding='utf-8').read()
        wanted = sorted(rule for rule, times in re.findall(r'expect: (\w+) (\d)', text)
                        for _ in range(int(times)))
        if 'expect:' not in text:
            continue
        found = sorted(rule for where, _, rule, _ in checker.found if where == path)
        seen |= set(wanted)
        if wanted == found:
            passed += 1
        else:
            failed += 1
            print(f'bad/{path}: expected {wanted}, found {found}')
    for rule in sorted(rules - seen):
        failed += 1
        print(f'no snippet for the rule {rule}')
    return passed, failed


def main(arguments):
    if arguments == ['--self-test']:
        passed, failed = self_test()
    else:
        root = os.path.dirname(os.path.dirname(HERE))
        if len(arguments) == 2 and arguments[0] == '--root':
            root = arguments[1]
        elif arguments:
            print(__doc__)
            return 2
        passed, failed = self_test()
        checker = Checker(root)
        checker.check_tree()
        for path, number, rule, text in checker.found:
            print(f'{path}:{number}: {rule}: {text}')
        wrong = len({found[0] for found in checker.found})
        passed, failed = passed + checker.files - wrong, failed + wrong
    print(f'{passed} passed, {failed} failed, 0 skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

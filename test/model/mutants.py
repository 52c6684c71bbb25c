#!/usr/bin/env python3
"""Are the models sharp? Patches shipped sources mechanically, each of which a model must catch.

    mutants.py [--only TEXT] [--table] [--list] [--bound N] [--jobs N]

Every fence is removed and every read-modify-write becomes a load and a store, wherever they stand:
the list is made from the sources. Swaps and other changes of lines are listed in patches.py
(MUTANTS). A mutant that no longer applies is a failure, so is one that survives, unless SURVIVORS
says why it is right to; so is a reason there for one that is caught or gone. --table prints
README.md's rows, --list only says which mutants there are and whether they apply.
"""

import argparse
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from patches import MODELS, MUTANTS, SURVIVORS, Stale

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FLAGS = ['-std=gnu11', '-O1', '-D_GNU_SOURCE', '-w', '-ffunction-sections', '-fdata-sections']
RANDOM = ['--random', '1', '--runs', '1000']  # of those that no search ends, too
PATIENCE = 300

FENCE = re.compile(r'\bsl_fence_(?:seq_cst|after_rmw)\(\)')
RMW = re.compile(r'\bsl_((?:shared_)?(?:exchange|add|sub|or|and|cas|cas_weak)_'
                 r'(?:relaxed|acq_rel))\(')


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
            what = what.replace('shared_', '')
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
        return self.fails([program, *self.options]) or self.fails([program, *RANDOM])

    @staticmethod
    def fails(command):
        try:
            done = subprocess.run(command, text=True, timeout=PATIENCE, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
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


def all_mutants(only):
    """(path, name, text), of all sources; and all names."""
    names, found = set(), []
    for path in MODELS:
        text = read(os.path.join(ROOT, 'src', path))
        for name, mutant in [*mechanical(path, text), *listed(path, text)]:
            names.add(name)
            if only in name:
                found.append((path, name, mutant))
    return found, names


def verdict(name, caught, table):
    """Whether it is as it must be, and the line that says so."""
    reason = SURVIVORS.get(name)
    if isinstance(caught, Stale):
        return False, f'{name}: FAILED: no longer applies: {caught}'
    if bool(caught) == bool(reason):
        return False, f'{name}: FAILED: ' + (f'is caught after all: {caught}' if caught
                                             else 'survives')
    if not table:
        return True, f'{name}: ' + (f'caught: {caught}' if caught else f'survives: {reason}')
    short = re.sub(r' \(.*\)$', '', caught or '').replace('|', '\\|')
    return True, f'| {name} | {short or "survives: " + reason} |'


def results(mutants, options):
    """(name, what caught it), in order, by some at a time."""
    folder = tempfile.mkdtemp()
    free = queue.SimpleQueue()

    def run(mutant):
        path, name, text = mutant
        if isinstance(text, Stale):
            return name, text
        runner = free.get()
        try:
            return name, runner.try_mutant(path, text, MODELS[path])
        except Stale as why:
            return name, why
        finally:
            free.put(runner)

    try:
        for i in range(options.jobs):
            os.mkdir(os.path.join(folder, str(i)))
            free.put(Runner(os.path.join(folder, str(i)), options.bound))
        with ThreadPoolExecutor(options.jobs) as pool:
            yield from pool.map(run, mutants)
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--only', default='', help='mutants whose name contains this')
    parser.add_argument('--table', action='store_true', help="README.md's rows")
    parser.add_argument('--list', action='store_true', help='do not run them')
    parser.add_argument('--bound', type=int, help='preemptions in an execution')
    parser.add_argument('--jobs', type=int, default=1, help='so many at a time')
    options = parser.parse_args()
    passed = failed = 0
    mutants, names = all_mutants(options.only)
    if options.list:
        found = [(name, text if isinstance(text, Stale) else 'applies')
                 for _, name, text in mutants]
    else:
        found = results(mutants, options)
    for name, caught in found:
        if caught == 'applies':
            right, line = True, name
        else:
            right, line = verdict(name, caught, options.table)
        passed, failed = passed + right, failed + (not right)
        print(line, flush=True)
    for name in sorted(set(SURVIVORS) - names):
        failed += 1
        print(f'{name}: FAILED: there is no such mutant any more')
    for path in sorted({mutant[0] for mutant in MUTANTS} - set(MODELS)):
        failed += 1
        print(f'{path}: FAILED: no model explores it')
    print(f'{passed} passed, {failed} failed, 0 skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())

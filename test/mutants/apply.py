#!/usr/bin/env python3
"""Applies a mutant to a copy of the sources: apply.py PATCH FOLDER
Or asks whether all apply to the sources as they are: apply.py --check

The patch is an ordinary unified diff (-p1), but where a hunk belongs is decided by its text alone:
its old lines must stand exactly once in the file. So a patch survives changes around it, and never
lands in another place that happens to look alike. Prints the names of the files that it changed.
"""

import os
import re
import sys

HUNK = re.compile(r'@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@')


class Stale(Exception):
    """Why a patch does not apply."""


def hunks(lines):
    """(file, old lines, new lines) of every hunk."""
    name = old = new = None
    wanted = [0, 0]
    for line in lines:
        if wanted != [0, 0]:
            kind, text = (line[0], line[1:]) if line else (' ', '')
            for lines_of, side, i in ((old, '-', 0), (new, '+', 1)):
                if kind in (' ', side):
                    lines_of.append(text)
                    wanted[i] -= 1
            if wanted == [0, 0]:
                yield name, old, new
        elif line.startswith('+++ '):
            name = line.split()[1].split('/', 1)[1]
        elif match := HUNK.match(line):
            wanted = [int(n) if n is not None else 1 for n in match.groups()]
            old, new = [], []
    if wanted != [0, 0]:
        raise Stale('ends within a hunk')


def apply(patch, folder):
    """{name: its lines} of the files that it changes."""
    changed = {}
    with open(patch, encoding='utf-8') as file:
        lines = file.read().split('\n')
    for name, old, new in hunks(lines):
        path = os.path.join(folder, name)
        if name not in changed:
            if not os.path.exists(path):
                raise Stale(f'there is no {name} any more')
            with open(path, encoding='utf-8') as file:
                changed[name] = file.read().split('\n')
        text = changed[name]
        found = [i for i in range(len(text)) if text[i:i + len(old)] == old]
        if len(found) != 1:
            stands = '\n'.join('    ' + line for line in old)
            raise Stale(f'no longer applies to {name}, where these lines stand {len(found)} times:'
                        f'\n{stands}\n')
        text[found[0]:found[0] + len(old)] = new
    if not changed:
        raise Stale('changes nothing')
    return changed


def complain(patch, error):
    return f'{patch}: {error}; see README.md on how to refresh it'


def check():
    here = os.path.dirname(os.path.abspath(__file__))
    patches = sorted(name for name in os.listdir(here) if name.endswith('.patch'))
    failed = 0
    for patch in patches:
        try:
            apply(os.path.join(here, patch), os.path.join(here, '..', '..'))
        except Stale as error:
            failed += 1
            print(complain(patch, error))
    print(f'{len(patches) - failed} passed, {failed} failed, 0 skipped')
    return failed > 0


def main():
    if sys.argv[1:] == ['--check']:
        return check()
    patch, folder = sys.argv[1:]
    try:
        changed = apply(patch, folder)
    except Stale as error:
        return complain(patch, error)
    for name, text in changed.items():
        with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
            file.write('\n'.join(text))
        print(name)
    return 0


sys.exit(main())

"""Writes what an initramfs holds to run the unit tests of a build: its folder, and the list.

    pack.py BUILD FOLDER SLOWER [TEST]

FOLDER/tests has the programs, without what a debugger needs, and FOLDER/list a row for each test:
`run ROOM/NAME SECONDS PROGRAM [ARGUMENTS]` or `skip ROOM REASON`. Limits are SLOWER times
those of the build. TEST: that one alone.
"""

import json
import os
import shlex
import subprocess
import sys

LEFT_OUT = {
    'model': 'explore models and ask nothing of a kernel',
    'lib': 'are about the tests and the compiled library, not about a kernel',
}


def row(test, suite, build, folder, slower):
    program = os.path.join(build, test['cmd'][0])
    packed = f'tests/{os.path.basename(program)}'
    # The symbol table stays: reports name functions.
    subprocess.run(['strip', '--strip-debug', '-o', os.path.join(folder, packed), program],
                   check=True)
    return ' '.join(['run', f'{suite}/{test["name"]}', str(slower * test['timeout']), '/' + packed,
                     shlex.join(test['cmd'][1:])])


def main(build, folder, slower, only=None):
    tests = json.loads(subprocess.run(['meson', 'introspect', '--tests', build], check=True,
                                      capture_output=True).stdout)
    left = {suite: 0 for suite in LEFT_OUT}
    os.makedirs(os.path.join(folder, 'tests'), exist_ok=True)
    with open(os.path.join(folder, 'list'), 'w', encoding='utf-8') as out:
        for test in tests:
            suite = test['suite'][0].split(':')[-1]
            if only and test['name'] != only:
                continue
            if suite in left:
                left[suite] += 1
            else:
                print(row(test, suite, build, folder, int(slower)).rstrip(), file=out)
        for suite, n in left.items() if not only else ():
            print(f'skip {suite} {n} tests that {LEFT_OUT[suite]}', file=out)


if __name__ == '__main__':
    main(*sys.argv[1:])

"""Runs every unit test with the N-th request for memory refused, once and for ever, N = 1, 2, ...

    faults.py BUILD [--most N] [--jobs N] [--only WORD]

What a request is says src/os/fault.h: memory, a mapping, a thread, an eventfd, a ring. A refused
request may make a test's own checks fail; then the test stops there (SLEY_TEST_FAULT, check.h).
It must not crash, hang, or be found out by a sanitizer, and a test that goes on to its end must
leave nothing behind. The tests of the suite `fault` handle every answer and must succeed. A test
with more requests than --most has an even sample of them refused, and so has one that takes more
than a minute for all of them; those of `fault` have all.

Prints how many requests there are, and counts: one pass or fail for each test and kind.
"""

import argparse
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import time

CRASH = re.compile(r'failed with exception|ERROR: \w+Sanitizer|runtime error:|'
                   r'sley: internal check failed')
CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE,
           signal.SIGSYS, signal.SIGTRAP, signal.SIGKILL}
LEAST = 10  # requests of a test, however long it takes
KINDS = ('SLEY_FAULT_ALLOC', 'SLEY_FAULT_ALLOC_FOREVER')


def run(command, settings, limit):
    environment = dict(os.environ, **settings)
    try:
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=limit)
    except subprocess.TimeoutExpired:
        return None, 'does not end'
    return done.returncode, done.stdout.decode(errors='replace')


def requests_of(command, limit):
    code, text = run(command, {'SLEY_FAULT_COUNT': '1'}, limit)
    found = re.search(r'^sley: (\d+) allocation sites', text, re.MULTILINE)
    return code, int(found.group(1)) if found else None


def complaint(code, text, strict):
    """What is wrong with the end of a run under a fault, or None."""
    if code is None:
        return text
    # Others (SIGPIPE) a test may mean to raise, where the library would have kept it away.
    if -code in CRASHES:
        return signal.Signals(-code).name
    found = CRASH.search(text)
    if not found and strict and code != 0:
        return f'exit {code}'
    return found.group(0) if found else None


def test_kind(test, kind, requests, most, options):
    """The first complaint, and how many runs there were."""
    strict = any(suite.endswith(':fault') for suite in test['suite'])
    step = 1 if strict else max(1, -(-requests // most))
    runs = 0
    for n in range(1, requests + 1, step):
        runs += 1
        settings = {kind: str(n)} if strict else {kind: str(n), 'SLEY_TEST_FAULT': '1'}
        code, text = run(test['cmd'], settings, options.limit)
        wrong = complaint(code, text, strict)
        if wrong:
            tail = '\n'.join('    ' + row for row in text.splitlines()[-25:])
            return f'{kind}={n}: {wrong}\n{tail}', runs
    return None, runs


def test_all(test, options):
    began = time.monotonic()
    code, requests = requests_of(test['cmd'], options.limit)
    most = min(options.most, max(LEAST, int(60 / (time.monotonic() - began))))
    if code == 77:
        return test['name'], 'skip', 0, []
    # A test of the fault settings themselves, or of what is printed, is disturbed by the count.
    if code != 0 and run(test['cmd'], {}, options.limit)[0] == 0:
        return test['name'], 'plain', 0, []
    if code != 0:
        return test['name'], 'broken', 0, [f'without a fault: exit {code}']
    if requests is None:
        return test['name'], 'plain', 0, []
    return test['name'], 'ran', requests, [test_kind(test, kind, requests, most, options)
                                           for kind in KINDS]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('build')
    parser.add_argument('--most', type=int, default=150)
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--limit', type=int, default=30)
    parser.add_argument('--only', default='')
    options = parser.parse_args()

    listing = subprocess.run(['meson', 'introspect', '--tests', options.build],
                             stdout=subprocess.PIPE, check=True)
    tests = [test for test in json.loads(listing.stdout)
             if not {'sley:lib', 'sley:model'} & set(test['suite']) and
             options.only in test['name']]
    passed = failed = skipped = total = runs = plain = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, state, requests, results in pool.map(lambda t: test_all(t, options), tests):
            total += requests
            if state == 'skip':
                skipped += 1
            elif state == 'plain':
                plain += 1
            elif state == 'broken':
                failed += 1
                print(f'{name}: {results[0]}', flush=True)
            else:
                for wrong, done in results:
                    runs += done
                    failed += bool(wrong)
                    passed += not wrong
                    if wrong:
                        print(f'{name}: {wrong}', flush=True)
    print(f'{total} allocation sites in {len(tests)} tests ({plain} of them ask for nothing), '
          f'{runs} runs')
    reason = ' (skipped without a fault too)' if skipped else ''
    print(f'{passed} passed, {failed} failed, {skipped} skipped{reason}')
    return 1 if failed or not runs else 0


if __name__ == '__main__':
    sys.exit(main())

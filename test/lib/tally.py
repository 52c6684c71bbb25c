"""Turns what a configuration printed into its one line, and adds it to a file of totals.

    tally.py meson NAME TESTLOG.json EXIT TOTALS    the log of one `meson test`
    tally.py script NAME OUTPUT EXIT TOTALS         a script whose last line is in our own form
    tally.py skip NAME REASON TOTALS                a configuration that cannot run here
    tally.py fail NAME WHY TOTALS                   one that broke before its tests
    tally.py total TOTALS                           the last line; exit 1 if anything failed

A skip without a written reason counts as a failure; so does an exit code that says more than the
counts do.
"""

import json
import re
import sys

LINE = re.compile(r'^(?:[\w+ -]+: )?(\d+) passed, (\d+) failed, (\d+) skipped(?: \((.*)\))?$')
PASSED = ('OK', 'EXPECTEDFAIL')
SHOWN = 40  # lines of a failed test's output
BROKEN = []  # what failed, to be said again at the very end: logs are cut in their middle


def line(passed, failed, skipped, reasons=()):
    text = f'{passed} passed, {failed} failed, {skipped} skipped'
    return text + (f' ({"; ".join(reasons)})' if reasons else '')


def skip_reason(test):
    found = re.search(r'^SKIP: *(\S.*)$', test.get('stdout') or '', re.MULTILINE)
    return found and found.group(1)


def show(test):
    text = (test.get('stdout') or '') + (test.get('stderr') or '')
    rows = [f'--- {test["name"]}: {test["result"]} (exit {test.get("returncode")})']
    rows += ['| ' + row for row in text.splitlines()[-SHOWN:]]
    for row in rows:
        print(' ', row)
    BROKEN.extend(rows)


def from_meson(path, code):
    passed = failed = skipped = 0
    reasons = []
    try:
        with open(path, encoding='utf-8', errors='replace') as log:
            tests = [json.loads(row) for row in log]
    except OSError:
        print('  no tests ran')
        return 0, 1, 0, []
    for test in tests:
        reason = skip_reason(test) if test['result'] == 'SKIP' else None
        if test['result'] in PASSED:
            passed += 1
        elif reason:
            skipped += 1
            reasons.append(f'{test["name"].split(" / ")[-1]}: {reason}')
        else:
            failed += 1
            show(test)
    if failed == 0 and (code != 0 or not tests):
        failed = 1
    return passed, failed, skipped, reasons


def from_script(path, code):
    counts = None
    with open(path, encoding='utf-8', errors='replace') as output:
        rows = [row.rstrip() for row in output]
    for row in rows:
        counts = LINE.match(row) or counts
    if not counts:
        print('  no line of counts')
        return 0, 1, 0, []
    passed, failed, skipped = (int(counts.group(i)) for i in (1, 2, 3))
    reasons = counts.group(4).split('; ') if counts.group(4) else []
    if skipped and not reasons:
        print('  skipped without a reason')
        failed, skipped = failed + skipped, 0
    if failed == 0 and code != 0:
        print(f'  exit code {code}')
        failed = 1
    if failed:
        told = [row for row in rows if re.search('fail|not ok|error|differ', row, re.IGNORECASE)]
        BROKEN.extend(['| ' + row for row in (told or rows)[-SHOWN:]])
    return passed, failed, skipped, reasons


def total(path):
    with open(path, encoding='utf-8') as file:
        rows = [json.loads(row) for row in file]
    counts = [row['counts'] for row in rows]
    passed, failed, skipped = (sum(column) for column in zip(*counts)) if rows else (0, 1, 0)
    for row in rows:
        if row['counts'][1]:
            print('failed:', row['name'])
            print(*row['broken'], sep='\n')
    print(line(passed, failed, skipped))
    return 1 if failed else 0


def main(arguments):
    kind = arguments[0]
    if kind == 'total':
        return total(arguments[1])
    name, subject, totals = arguments[1], arguments[2], arguments[-1]
    if kind == 'meson':
        counts = from_meson(subject, int(arguments[3]))
    elif kind == 'script':
        counts = from_script(subject, int(arguments[3]))
    elif kind == 'skip':
        counts = (0, 0, 1, [subject])
    else:
        print(' ', subject)
        BROKEN.append(subject)
        counts = (0, 1, 0, [])
    print(f'{name}: {line(*counts)}', flush=True)
    with open(totals, 'a', encoding='utf-8') as out:
        print(json.dumps({'name': name, 'counts': counts[:3], 'broken': BROKEN}), file=out)
    return 1 if counts[1] else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""The scenarios of golden/ among many workers, whose order within an instant is nobody's promise.

    workers.py SLEY-DIFFTEST [--quick]

  level 1   golden/spaced, where any order of what is ready gives the same lines to each actor
            within an instant: the traces are equal once each instant is sorted by actor; up to the
            first deadlock, where all tasks are cancelled: the first of them run while the last are
            not
  level 2   all profiles, for what holds in any order: every task ends, nothing is stuck that is not
            in CPython either, no error that no scenario raises, no item is got that was not put,
            none twice

With 2 and 4 workers, with SLEY_MIGRATE 0, 1 and 2, SLEY_DIFFTEST_ROUNDS (1) times each; quickly: 4
workers, SLEY_MIGRATE=2, once. Prints its counts on the last line."""
import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
PROFILES = "mixed locks queues cancel struct duel spaced edge".split()
LIMIT = 60  # seconds for one profile
PUTS, GETS = ("put", "putn"), ("get", "getn")


def traces(text):
    """Seed -> lines."""
    found, lines = {}, []
    for line in text.splitlines():
        if line.startswith("# scenario "):
            lines = found.setdefault(line.split()[2], [])
        else:
            lines.append(line)
    return found


def by_actor(lines, expected):
    """Within an instant each actor's own order is kept, and the actors are sorted. From the first
    deadlock on there is nothing to compare."""
    deadlocks = [int(line.split(" ")[0]) for line in expected if line.split(" ")[1] == "idle"]
    instants = {}
    for line in lines:
        instants.setdefault(line.split(" ", 1)[0], []).append(line)
    return [line for instant, group in instants.items()
            if not deadlocks or (instant != "final" and int(instant) < deadlocks[0])
            for line in sorted(group, key=lambda one: one.split(" ", 2)[1])]


def operations(statements, found):
    """Statement id -> (operation, object, number), blocks included."""
    for statement in statements:
        if isinstance(statement, list):
            operations(statement, found)
            continue
        found[str(statement["i"])] = (statement["op"], statement.get("o"), statement.get("n"))
        for key in ("b", "h", "f"):
            operations(statement.get(key) or [], found)
    return found


def items(lines, scenario):
    """What was got and not put, or twice. A put that was cancelled counts, too."""
    known, put, got = operations(scenario["tasks"], {}), Counter(), Counter()
    for line in lines:
        words = line.split(" ", 3)
        operation, queue, number = known.get(words[2], ("", None, None))
        if operation in PUTS:
            put[queue, str(number)] += 1
        elif operation in GETS and words[3].startswith("ok:"):
            got[queue, words[3][3:]] += 1
    return [f"{queue} gave {item} too often" for (queue, item) in got - put]


def level_2(lines, expected, scenario):
    wrong = []
    for line in lines:
        words = line.split(" ")
        if words[0] == "final" and words[2][0] not in "RCXU" and line not in expected:
            wrong.append(line)
        elif "exc:?" in line or "X:?" in line:
            wrong.append(line)
    if any(line.endswith(" stuck") for line in lines) and \
            not any(line.endswith(" stuck") for line in expected):
        wrong.append("stuck")
    return wrong + items(lines, scenario)


def check(profile, workers, migrate, program):
    """The differences, of one run of all scenarios of a profile."""
    scenarios = GOLDEN / (profile + ".jsonl")
    environment = dict(os.environ, SLEY_MIGRATE=str(migrate))
    try:
        done = subprocess.run([program, "--workers", str(workers), scenarios], env=environment,
                              capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired as expired:
        last = (expired.stdout or b"").decode().rpartition("# scenario ")[2].split("\n")[0]
        return [f"hangs after scenario {last}"]
    got = traces(done.stdout)
    expected = traces((GOLDEN / (profile + ".trace")).read_text())
    wrong = []
    if done.returncode:
        wrong.append(f"ended with {done.returncode} {done.stderr.strip()[-200:]}")
    for line in scenarios.read_text().splitlines():
        scenario = json.loads(line)
        seed = str(scenario["seed"])
        if seed not in got:
            wrong.append(f"seed {seed}: no trace")
            continue
        if profile == "spaced":
            pairs = itertools.zip_longest(by_actor(expected[seed], expected[seed]),
                                          by_actor(got[seed], expected[seed]))
            differs = [pair for pair in pairs if pair[0] != pair[1]]
            wrong += [f"seed {seed}: level 1: {pair}" for pair in differs[:1]]
        wrong += [f"seed {seed}: {one}" for one in level_2(got[seed], expected[seed], scenario)]
    return wrong


def main():
    quick = sys.argv[2:] == ["--quick"]
    if len(sys.argv) != 2 + quick:
        sys.exit(__doc__)
    runs = [(4, 2)] if quick else list(itertools.product((2, 4), (0, 1, 2)))
    passed = failed = 0
    for _ in range(int(os.environ.get("SLEY_DIFFTEST_ROUNDS", "1"))):
        for (workers, migrate), profile in itertools.product(runs, PROFILES):
            wrong = check(profile, workers, migrate, sys.argv[1])
            passed, failed = passed + (not wrong), failed + bool(wrong)
            for line in wrong[:3]:
                print(f"{profile}, {workers} workers, SLEY_MIGRATE={migrate}: {line}")
    print(f"difftest-workers: {passed} passed, {failed} failed, 0 skipped")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

"""The examples of the documentation against their Python twins."""

import sys
import time

from measure import BOTH_CPUS, Check, Row
from programs import ROOT, Failed, run, say


def examples(plan):
    script = ROOT / "test" / "examples" / "compare.py"
    begin = time.monotonic()
    try:
        command = [sys.executable, script, plan.build / "docs" / "examples"]
        text, _, _ = run(command, 600, cpu=BOTH_CPUS)
        passed = True
    except Failed as error:
        text, passed = str(error), False
    seconds = time.monotonic() - begin
    lines = text.strip().splitlines()
    wrong = [line for line in lines if line.startswith("FAIL")]
    last = "; ".join(wrong + lines[-1:])
    if not passed:
        print(text)
    say(f"examples: {last}")
    plan.checks.append(Check("examples: equal to their twins", passed, last))
    plan.rows.append(Row("examples", "sley", "seconds", "s", [seconds]))

"""The workloads inside one process: yield ... timers, spsc, pipeline."""

import tempfile
from pathlib import Path

from bars import Bar
from measure import BOTH_CPUS, SERVER_CPU, Check, Ratio, Row, median
from programs import Failed, Skipped, run, run_json, say

STRIDE = 262144  # of sley's stacks by default, guard included


def interleave(commands, runs, skipped=None):
    """Runs every command once a round, each round in the other direction. Those that cannot be run
    here are left out, and why is stored in `skipped`; without it that is a failure."""
    figures = {name: [] for name in commands}
    for i in range(runs):
        for name in sorted(figures, reverse=i % 2 == 1):
            command, cpu = commands[name]
            try:
                figures[name].append(run_json(command, 120, cpu))
            except Skipped as reason:
                if skipped is None:
                    raise
                skipped[name] = str(reason)
                del figures[name]
    return figures


def values(figures, name):
    return [figure[name] for figure in figures]


def add_pair(plan, workload, metric, unit, floor, sley, of=None):
    """A row for each of the two, sley's with its ratio to the floor, run by run."""
    ratio = Ratio("floor-asm", [s / f for s, f in zip(sley, floor)])
    plan.rows.append(Row(workload, "floor-asm", metric, unit, floor, of=of))
    plan.rows.append(Row(workload, "sley", metric, unit, sley, of=of, ratios=[ratio]))
    for row in plan.rows[-2:]:
        say(f"{workload} {of or ''} {row.contender}: {plan.figure(row)}")


def yield_(plan):
    seconds = 1 if plan.quick else 3
    micro = plan.program("micro-yield")
    figures = interleave({
        "floor-asm": ([plan.program("floor-yield"), 50_000_000 if plan.quick else 400_000_000],
                      SERVER_CPU),
        "idle": ([micro, seconds, "idle"], BOTH_CPUS),
        "sley": ([micro, seconds], BOTH_CPUS),
    }, plan.runs)
    add_pair(plan, "yield", "ns_per_op", "ns", values(figures["floor-asm"], "ns_per_op"),
             values(figures["sley"], "ns_per_op"))
    for of in "timer", "pipe":
        for quantile in "p50_us", "p99_us":
            plan.rows.append(Row("yield", "sley", quantile, "us",
                                 values(figures["sley"], f"{of}_{quantile}"), of=of))
        # Of each run its latest: one run that the machine stopped for milliseconds, whether it was
        # busy or idle then, says nothing about either.
        idle = values(figures["idle"], f"{of}_max_us")
        for what, limit in ("p99", 1000), ("max", median(idle) + 1000):
            late = values(figures["sley"], f"{of}_{what}_us")
            plan.bars.append(Bar(f"yield: the {of}'s lateness, {what} in us", limit, median(late),
                                 (min(late), max(late))))
        plan.notes.append(f"yield: the {of} was at most {max(late):.0f} us late in all runs, "
                          f"{max(idle):.0f} us in those of the idle control")


def yield_10k(plan):
    rounds = 100 if plan.quick else 500
    floor = plan.program("floor-yield-10k")
    figures = interleave({
        "coloured": ([floor, 10000, rounds, STRIDE, 24], SERVER_CPU),
        "floor-asm": ([floor, 10000, rounds, STRIDE, 1], SERVER_CPU),
        "sley": ([plan.program("micro-yield-10k"), 10000, rounds], SERVER_CPU),
    }, plan.runs)
    add_pair(plan, "yield_10k", "ns_per_op", "ns", values(figures["floor-asm"], "ns_per_op"),
             values(figures["sley"], "ns_per_op"))
    coloured = sorted(values(figures["coloured"], "ns_per_op"))[plan.runs // 2]
    plan.notes.append(f"yield_10k: the bare switch with coloured stacks takes {coloured:.1f} ns")


def spawn_join(plan):
    count = 1_000_000 if plan.quick else 20_000_000
    figures = interleave({
        "floor-asm": ([plan.program("floor-spawn-join"), count], SERVER_CPU),
        "sley": ([plan.program("micro-spawn-join"), count], SERVER_CPU),
    }, plan.runs)
    add_pair(plan, "spawn_join", "ns_per_op", "ns", values(figures["floor-asm"], "ns_per_op"),
             values(figures["sley"], "ns_per_op"))


def available_bytes():
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def parked(plan):
    count = 100_000 if plan.quick else 1_000_000
    if available_bytes() < 6500 * count:
        count = int(available_bytes() / 6500)
        plan.notes.append(f"parked: memory for {count} fibers only")
    for stack in 262144, 65536:
        figures = interleave({
            "floor-asm": ([plan.program("floor-parked"), count, stack], SERVER_CPU),
            "sley": ([plan.program("micro-parked"), count, stack], SERVER_CPU),
        }, plan.runs)
        add_pair(plan, "parked", "bytes_per_fiber", "B",
                 values(figures["floor-asm"], "bytes_per_fiber"),
                 values(figures["sley"], "bytes_per_fiber"), of=f"{stack // 1024} KiB stacks")


def timers(plan):
    figures = interleave({"sley": ([plan.program("micro-timers"), 1_000_000], SERVER_CPU)},
                         plan.runs)
    plan.rows.append(Row("timers", "sley", "seconds", "s", values(figures["sley"], "seconds")))
    late = max(values(figures["sley"], "late_max_us"))
    plan.notes.append(f"timers: the latest of those looked at was {late / 1e3:.1f} ms late")
    say(f"timers sley: {plan.figure(plan.rows[-1])}")


def spsc(plan):
    count = 20_000_000 if plan.quick else 200_000_000
    figures = interleave({"sley": ([plan.program("micro-spsc"), count], SERVER_CPU)}, plan.runs)
    plan.rows.append(Row("spsc", "sley", "items_per_s", "/s",
                         values(figures["sley"], "items_per_s")))
    say(f"spsc sley: {plan.figure(plan.rows[-1])}")


def pipeline(plan):
    program = plan.program("sley-pipeline")
    records = 6_000 if plan.quick else 30_000
    with tempfile.TemporaryDirectory(prefix="bench-pipeline-") as folder:
        source, target = f"{folder}/plain", f"{folder}/packed"
        run([program, "generate", source, records], 60)
        figures = {"plain": [], "run": [], "threads": []}
        for i in range(plan.runs):
            for how in sorted(figures, reverse=i % 2 == 1):
                Path(target).unlink(missing_ok=True)
                cpu = BOTH_CPUS if how == "threads" else SERVER_CPU
                figures[how].append(run_json([program, how, source, target], 120, cpu)["seconds"])
                try:
                    run([program, "verify", source, target], 120)
                    error = ""
                except Failed as failed:
                    error = f": {failed}"
                plan.checks.append(Check(f"pipeline: result of '{how}' verified", not error,
                                         f"{records} records{error}"))
    for how, of in ("run", "on the loop"), ("threads", "in the thread pool"):
        ratio = Ratio("a plain loop", [s / f for s, f in zip(figures[how], figures["plain"])])
        plan.rows.append(Row("pipeline", "sley", "seconds", "s", figures[how], of=of,
                             ratios=[ratio]))
        say(f"pipeline sley, {of}: {plan.figure(plan.rows[-1])}")

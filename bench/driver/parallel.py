"""The workloads that several workers share: pipeline ... soak. Each also runs with one worker."""

import contenders
from bars import label
from inprocess import interleave, values
from measure import BOTH_CPUS, CLIENT_CPU, SERVER_CPU, Check, Ratio, Row, median
from programs import ROOT, Failed, Skipped, run, run_json, say

WORKERS = (1, 2)


def cpus_of(workers):
    """One worker is pinned; two may be where they like among two processors."""
    return SERVER_CPU if workers == 1 else BOTH_CPUS


def sley(plan, name, workers, *arguments):
    """A command for interleave."""
    return [plan.program(f"micro-{name}"), "--workers", workers, *arguments], cpus_of(workers)


def run_all(plan, workload, commands):
    """As interleave, without those that cannot be run here; the notes say why."""
    skipped = {}
    if SERVER_CPU == CLIENT_CPU:
        plan.notes.append(f"{workload}: all on one processor: judge nothing by it")
    figures = interleave(commands, plan.runs, skipped)
    for name, reason in skipped.items():
        say(f"{workload}, {name}: {reason}")
        plan.notes.append(f"{workload}, {name}: {reason}")
    return figures


def add(plan, workload, contender, metric, unit, figures, workers=1, of=None, against=()):
    """A row, if there are figures, with a ratio to each of `against`: (contender, figures)."""
    if not figures:
        return
    mine = values(figures, metric)
    ratios = [Ratio(to, [m / f for m, f in zip(mine, values(theirs, metric))])
              for to, theirs in against if theirs]
    plan.rows.append(Row(workload, contender, metric, unit, mine, workers=workers, of=of,
                         ratios=ratios))
    say(f"{label(plan.rows[-1])} {contender}: {plan.figure(plan.rows[-1])}")


def pipeline(plan):
    count = 5_000 if plan.quick else 40_000
    floor = plan.program("floor-pipeline")
    commands = {f"floor {threads}": ([floor, threads, count], BOTH_CPUS) for threads in WORKERS}
    commands |= {f"sley {workers}": sley(plan, "pipeline", workers, count) for workers in WORKERS}
    figures = run_all(plan, "pipeline", commands)
    sums = {figure["sum"] for runs in figures.values() for figure in runs}
    plan.checks.append(Check("pipeline: all computed the same", len(sums) == 1,
                             f"{len(figures)} contenders, {count} items, sums {sums}"))
    for workers in WORKERS:
        floors = figures[f"floor {workers}"]
        add(plan, "pipeline", "floor-threads", "items_per_s", "/s", floors, workers, "computing")
        add(plan, "pipeline", "sley", "items_per_s", "/s", figures.get(f"sley {workers}"), workers,
            "computing", [("floor-threads", floors)])
    one, two = (median(values(figures[f"floor {n}"], "items_per_s")) for n in WORKERS)
    plan.notes.append(f"pipeline, computing: two threads are {two / one:.3f} times as fast as one "
                      "(R); a ratio of sley with 2 workers to two threads of x is a speed-up of "
                      "x R over one")


def producer(plan):
    rounds, tries = (2, 5) if plan.quick else (10, 20)
    steals_not, cpu = sley(plan, "producer", 2, rounds)
    figures = run_all(plan, "producer", {
        "1": sley(plan, "producer", 1, rounds),
        "2": sley(plan, "producer", 2, rounds),
        "2 without stealing": (["env", "SLEY_STEAL=0", *steals_not], cpu),
        "start": sley(plan, "producer", 2, "--start", tries),
    })
    for name, workers, of in (("1", 1, None), ("2", 2, None),
                              ("2 without stealing", 2, "SLEY_STEAL=0")):
        add(plan, "producer", "sley", "efficiency", "1", figures.get(name), workers, of)
    started = figures.get("start")
    if started:
        for metric in "mean_us", "max_us":
            add(plan, "producer", "sley", metric, "us", started, 2, "start elsewhere")
        elsewhere, made = sum(values(started, "elsewhere")), sum(values(started, "ops"))
        plan.checks.append(Check("producer: what a busy fiber made starts elsewhere",
                                 elsewhere == made, f"{elsewhere} of {made}"))


def scope_leave(plan):
    figures = run_all(plan, "scope_leave", {
        f"{n}": sley(plan, "scope-leave", n, 50 if plan.quick else 300) for n in WORKERS})
    for workers in WORKERS:
        for metric in "p50_us", "p90_us", "p99_us":
            add(plan, "scope_leave", "sley", metric, "us", figures.get(f"{workers}"), workers)


def spawn_join(plan):
    count = 500_000 if plan.quick else 10_000_000
    figures = run_all(plan, "spawn_join", {
        "2": sley(plan, "spawn-join", 2, count),
        "batch 1": sley(plan, "spawn-join", 1, "--batch", 1000, count),
        "batch 2": sley(plan, "spawn-join", 2, "--batch", 1000, count),
    })
    add(plan, "spawn_join", "sley", "ns_per_op", "ns", figures.get("2"), 2)
    for workers in WORKERS:
        add(plan, "spawn_join", "sley", "ns_per_op", "ns", figures.get(f"batch {workers}"),
            workers, "batch of 1000")


def skynet(plan):
    figures = run_all(plan, "skynet", {
        f"{how}{workers}": sley(plan, "skynet", workers, *([how] if how else []), 6)
        for workers in WORKERS for how in ("", "--gather")})
    for workers in WORKERS:
        for how, of in ("", None), ("--gather", "gather"):
            found = figures.get(f"{how}{workers}")
            add(plan, "skynet", "sley", "seconds", "s", found, workers, of)
            add(plan, "skynet", "sley", "peak_bytes", "B", found, workers, of)


def ping_pong(plan):
    count = 200_000 if plan.quick else 5_000_000
    figures = run_all(plan, "ping_pong",
                      {f"{n}": sley(plan, "ping-pong", n, count) for n in WORKERS})
    for workers in WORKERS:
        add(plan, "ping_pong", "sley", "ns_per_op", "ns", figures.get(f"{workers}"), workers)


def mpmc(plan):
    count = 1_000_000 if plan.quick else 20_000_000
    figures = run_all(plan, "mpmc", {f"{n}": sley(plan, "mpmc", n, count) for n in WORKERS})
    for workers in WORKERS:
        add(plan, "mpmc", "sley", "items_per_s", "/s", figures.get(f"{workers}"), workers)


def mpmc_pinned(plan):
    count = 1_000_000 if plan.quick else 20_000_000
    floor = plan.program("floor-ring")
    figures = run_all(plan, "mpmc_pinned", {
        "sley": sley(plan, "mpmc", 2, "--pinned", count),
        "mpmc": ([floor, "mpmc", count], BOTH_CPUS),
        "spsc": ([floor, "spsc", count], BOTH_CPUS),
    })
    floors = [(f"floor-ring-{kind}", figures[kind]) for kind in ("mpmc", "spsc")]
    for contender, found in floors:
        add(plan, "mpmc_pinned", contender, "items_per_s", "/s", found, 2)
    add(plan, "mpmc_pinned", "sley", "items_per_s", "/s", figures.get("sley"), 2, against=floors)


def lock(plan):
    count = 20_000 if plan.quick else 200_000
    go = contenders.go(plan, "lock")
    commands = {"rmw": ([plan.program("floor-rmw"), count * 64], SERVER_CPU)}
    for n in WORKERS:
        commands[f"sley {n}"] = sley(plan, "lock", n, count)
        commands[f"sley {n} fair"] = sley(plan, "lock", n, "--fair", 100)
        if go:
            start = ["env", f"GOMAXPROCS={n}", go]
            commands[f"go {n}"] = [*start, count], cpus_of(n)
            commands[f"go {n} fair"] = [*start, "-fair", 100], cpus_of(n)
    figures = run_all(plan, "lock", commands)
    add(plan, "lock", "floor-rmw", "ns_per_op", "ns", figures["rmw"])
    for n in WORKERS:
        found = figures.get(f"go {n}")
        floors = [("floor-rmw", figures["rmw"])] if n == 1 else []
        add(plan, "lock", "go", "ns_per_op", "ns", found, n)
        add(plan, "lock", "sley", "ns_per_op", "ns", figures.get(f"sley {n}"), n,
            against=floors + [("go", found)])
        for contender in "go", "sley":
            for metric, unit in ("max_us", "us"), ("jain", "1"):
                add(plan, "lock", contender, metric, unit, figures.get(f"{contender} {n} fair"), n,
                    "100 ms")


def wake(plan):
    count = 1_000 if plan.quick else 5_000
    floor = plan.program("floor-wake")
    for of, where in ("one processor", []), ("two processors", ["--apart"]):
        # The programs place their threads themselves.
        commands = {kind: ([floor, kind, *where, count], BOTH_CPUS)
                    for kind in ("eventfd", "msg_ring")}
        commands |= {f"sley {n}": (sley(plan, "wake", n, *where, count)[0], BOTH_CPUS)
                     for n in WORKERS}
        commands["call_soon"] = (sley(plan, "wake", 1, *where, "--call-soon", count)[0], BOTH_CPUS)
        figures = run_all(plan, f"wake, {of}", commands)
        floors = [(f"floor-{kind}", figures[kind]) for kind in ("eventfd", "msg_ring")]
        for metric in "p50_us", "p90_us":
            for contender, found in floors:
                add(plan, "wake", contender, metric, "us", found, 1, of)
            for n in WORKERS:
                add(plan, "wake", "sley", metric, "us", figures.get(f"sley {n}"), n, of, floors)
            add(plan, "wake", "sley", metric, "us", figures.get("call_soon"), 1,
                f"{of}, call_soon_threadsafe", floors)


def soak(plan):
    """No figures to compare: either everything came out, or not."""
    seconds = 5 if plan.quick else round(plan.soak_minutes * 60)
    name = "soak: what went in came out"
    for workers in reversed(WORKERS):
        command, _ = sley(plan, "soak", workers, "--seconds", seconds)
        try:
            figure = run_json(command, seconds + 120, BOTH_CPUS)
        except Skipped as reason:
            plan.notes.append(f"soak, {workers} workers: {reason}")
            continue
        except Failed as error:
            plan.checks.append(Check(name, False, str(error)))
            return
        add(plan, "soak", "sley", "peak_bytes", "B", [figure], workers)
        plan.checks.append(Check(name, True, f"{figure['ops']} steps in {figure['rounds']} rounds "
                                 f"and {seconds} s, {workers} workers, seed {figure['seed']}"))
        return

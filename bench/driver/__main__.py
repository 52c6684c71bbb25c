"""Runs the benchmarks: python3 bench/driver --build FOLDER [options]; bench/run.sh calls this."""

import argparse
import sys
import time
from dataclasses import dataclass, field
from operator import sub
from pathlib import Path

import inprocess
import loads
import parallel
import stall
import table
from examples import examples
from measure import wanted_and_stolen
from programs import ROOT, Failed, main_pinned, say



def both(*workloads):
    def run(plan):
        for workload in workloads:
            workload(plan)
    return run


WORKLOADS = {
    "yield": inprocess.yield_, "yield_10k": inprocess.yield_10k,
    "spawn_join": both(inprocess.spawn_join, parallel.spawn_join), "parked": inprocess.parked,
    "timers": inprocess.timers, "spsc": inprocess.spsc, "ping": loads.ping, "http": loads.http,
    "armed": loads.armed,
    "pipeline": both(inprocess.pipeline, parallel.pipeline), "producer": parallel.producer,
    "scope_leave": parallel.scope_leave, "skynet": parallel.skynet,
    "ping_pong": parallel.ping_pong, "mpmc": parallel.mpmc, "mpmc_pinned": parallel.mpmc_pinned,
    "lock": parallel.lock, "wake": parallel.wake, "rescue": stall.rescue, "stall": stall.stall,
    "stall_load": stall.stall_load, "examples": examples, "soak": parallel.soak,
}
USUAL = [name for name in WORKLOADS if name != "soak"]  # which measures nothing, for long


@dataclass
class Plan:
    """What was asked for, and what has been found so far."""

    build: Path
    quick: bool
    pairs: int
    runs: int
    instructions: bool
    soak_minutes: float
    rows: list = field(default_factory=list)
    checks: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    bars: list = field(default_factory=list)  # those that no row holds

    figure = staticmethod(table.figure)

    def program(self, name):
        path = self.build / "bench" / name
        if not path.exists():
            raise Failed(f"{path} has not been built")
        return path

    def traces(self, client, server):
        """The floors count themselves; --quick traces one load of each kind."""
        return (not server.contender.startswith("floor")
                and (not self.quick or client.connections * client.pipeline in (50, 64)))


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true",
                        help="one run of each, within 2 minutes; judged by nobody")
    parser.add_argument("--only", metavar="NAME[,NAME]", default=",".join(USUAL),
                        help=f"some of: {' '.join(WORKLOADS)} (all but soak)")
    parser.add_argument("--pairs", type=int, metavar="N",
                        help="pairs of runs of a server and its floor (21)")
    parser.add_argument("--runs", type=int, metavar="N", help="runs of the other workloads (7)")
    parser.add_argument("--json", metavar="FILE", help="write the rows, an object a line")
    parser.add_argument("--name", default=time.strftime("%Y%m%d-%H%M%S"),
                        help="of the file in bench/results (the time)")
    parser.add_argument("--instructions", action="store_true",
                        help="count user instructions a request as well (needs valgrind)")
    parser.add_argument("--soak-minutes", type=float, metavar="N", default=10,
                        help="how long soak goes on (10; with --quick 5 seconds)")
    options = parser.parse_args()
    options.only = options.only.split(",")
    unknown = set(options.only) - set(WORKLOADS)
    if unknown:
        parser.error(f"no workload named {', '.join(sorted(unknown))}")
    for name, default in ("pairs", 21), ("runs", 7):
        if getattr(options, name) is None:
            setattr(options, name, 1 if options.quick else default)
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1")
    return options


def main():
    options = arguments()
    main_pinned()
    plan = Plan(options.build.resolve(), options.quick, options.pairs, options.runs,
                options.instructions, options.soak_minutes)
    begin = time.monotonic()
    broken = False
    for name, workload in WORKLOADS.items():
        if name not in options.only:
            continue
        say(f"--- {name}")
        before = wanted_and_stolen()
        try:
            workload(plan)
        except (Failed, OSError, LookupError, ValueError) as error:
            say(f"{name} FAILED: {error!r}")
            plan.notes.append(f"{name} failed: {error}")
            broken = True
        wanted, stolen = map(sub, wanted_and_stolen(), before)
        plan.notes.append(f"{name}: of the processor time that was wanted the host took "
                          f"{100 * stolen / max(wanted, 1):.2f} %")
    table.print_table(plan)
    path = ROOT / "bench" / "results" / f"{options.name}.json"
    table.write_files(plan, path, options.json)
    print(f"\n{time.monotonic() - begin:.0f} s; written to {path.relative_to(ROOT)}")
    return 1 if broken or not all(check.passed for check in plan.checks) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("ended")

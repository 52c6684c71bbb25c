"""The workloads in which somebody computes for long: rescue, stall, stall_load."""

import subprocess
from contextlib import ExitStack

import contenders
import measure
from bars import Bar, label
from measure import BOTH_CPUS, Ratio, Row, median
from parallel import add, run_all, sley
from programs import Failed, end, pinned, read_line, run_json, say, start

HANDLER_US = 1000
CONNECTIONS, FAST = 128, 50
BESIDE = "beside"
CALM, TRIES = 0.5, 3  # %


class Server:
    """A server of `stall`, on both processors."""

    def __init__(self, command):
        self.process = start(pinned(BOTH_CPUS, command), stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
        line = read_line(self.process.stdout).split()
        if len(line) != 2 or line[0] != "port":
            end(self.process)
            raise Failed(f"{command} did not start: {line}")
        self.port = line[1]

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.process.stdin.close()  # the end of its input ends it
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            end(self.process)
        self.process.stdout.close()

    def cpu_us(self):
        return measure.cpu_ns([self.process.pid]) / 1e3


def servers(plan, options):
    """Each contender's command: {contender: words}."""
    words = [str(word) for pair in options.items() for word in pair]
    dashed = [word.replace("--", "-") for word in words]
    found = {"sley": [plan.program("sley-stall"), 0, *words],
             "sley-off": [plan.program("sley-stall"), 0, "--off", *words],
             "floor-epoll": [plan.program("floor-stall"), 0, *words]}
    if program := contenders.go(plan, "stall"):
        found["go"] = ["env", "GOMAXPROCS=2", program, *dashed]
    if program := contenders.cargo(plan, "stall"):
        found["tokio"] = [program, *words]
    return found


def shot(plan, commands, name, client):
    """A new server, and one load of it."""
    with ExitStack() as stack:
        if name == BESIDE:  # one that has no clients
            stack.enter_context(Server(commands["sley-off"]))
        server = stack.enter_context(Server(commands[name]))
        before, taken_before = server.cpu_us(), measure.stolen_us()
        command = [plan.program("open-loop"), server.port, *client]
        figure = run_json(command, 60, BOTH_CPUS)
        figure["server_cpu_us"] = server.cpu_us() - before
        taken = measure.stolen_us() - taken_before
        figure["host_took"] = taken / (2e4 * figure["seconds"])
    figure["requests_per_s"] = figure["ops"] / figure["seconds"]
    return figure


def calmest(plan, commands, name, client):
    """Of a few shots the first during which the host took next to nothing, else the one during
    which it took least: what it takes is in nobody's hands here, and each contender is served
    alike."""
    tried = []
    while not tried or (tried[-1]["host_took"] > CALM and len(tried) < TRIES and not plan.quick):
        tried.append(shot(plan, commands, name, client))
    return min(tried, key=lambda figure: figure["host_took"])


def shots(plan, commands, client):
    """Each contender's figures, in turns."""
    figures = {name: [] for name in commands}
    for i in range(plan.runs):
        for name in list(commands) if i % 2 == 0 else reversed(commands):
            figures[name].append(calmest(plan, commands, name, client))
    return figures


def rows(plan, workload, figures, metrics, of=None):
    """A row for each contender and metric; sley's has its ratios to the others."""
    for name, found in figures.items():
        for metric, unit in metrics.items():
            if metric not in found[0]:
                continue  # of a bound the rate is known, and no latency
            values = [figure[metric] for figure in found]
            ratios = [Ratio(to, [mine / other[metric] for mine, other in zip(values, theirs)])
                      for to, theirs in figures.items()
                      if to != name and metric in theirs[0] and unit != "%"]
            plan.rows.append(Row(workload, name, metric, unit, values, workers=2, of=of,
                                 ratios=ratios if name == "sley" else []))
            say(f"{label(plan.rows[-1])} {name}: {plan.figure(plan.rows[-1])}")


def rescue(plan):
    count = 50 if plan.quick else 300
    figures = run_all(plan, "rescue", {
        "byte": sley(plan, "rescue", 2, count),
        "timer": sley(plan, "rescue", 2, "--timer", count),
        "byte, off": sley(plan, "rescue", 2, "--off", count // 5),
    })
    for of, found in figures.items():
        for metric in "p50_us", "p99_us":
            contender = "sley-off" if of.endswith("off") else "sley"
            add(plan, "rescue", contender, metric, "us", found, 2, of.removesuffix(", off"))


def stall(plan):
    commands = servers(plan, {"--hog": 100})
    del commands["floor-epoll"]  # nobody helps it: the hog's is its first thread's for good
    commands[BESIDE] = [plan.program("sley-stall"), 0]
    figures = shots(plan, commands, [64, 10000, 2 if plan.quick else 10])
    metrics = {"p50_us": "us", "p99_us": "us", "p999_us": "us", "max_us": "us", "host_took": "%"}
    rows(plan, "stall", figures, metrics)
    worst = max(figure["max_us"] for figure in figures["sley-off"])
    plan.bars.append(Bar("stall: max_us where nobody is rescued", 80000, worst, None, True))


def bound(found, calm):
    """What two processors could do, were none of the time lost that the host left them: the
    requests a second."""
    each = median([figure["server_cpu_us"] / figure["ops"] for figure in calm])
    return [{"requests_per_s":
             ((2e6 - 2e4 * figure["host_took"]) * figure["seconds"]
              - figure["slow_ops"] * HANDLER_US - figure["client_cpu_us"])
             / each / figure["seconds"]} for figure in found]


def stall_load(plan):
    seconds = 2 if plan.quick else 5
    commands = servers(plan, {"--work": HANDLER_US})
    metrics = {"requests_per_s": "1/s", "p99_us": "us", "p999_us": "us", "host_took": "%"}
    calm = shots(plan, {"sley": commands["sley"]}, [1, 1000000, seconds, "--fast", FAST])["sley"]
    for of, period in ("64 %", 100000), ("160 %", 40000):
        figures = shots(plan, commands, [CONNECTIONS, period, seconds, "--word", "WORK",
                                         "--fast", FAST])
        if of == "64 %":
            figures["bound"] = bound(figures["sley"], calm)
        rows(plan, "stall_load", figures, metrics, of)

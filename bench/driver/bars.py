"""What the figures are held against."""

from dataclasses import dataclass

from measure import interval, median


@dataclass
class Bar:
    text: str
    limit: float
    figure: float
    bounds: tuple | None  # the interval of the figure
    at_least: bool = False  # the limit is the least, not the most

    @property
    def met(self):
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit

    @property
    def sign(self):
        return ">=" if self.at_least else "<="

    def as_dict(self):
        low, high = self.bounds or (None, None)
        return {"bar": self.text, "limit": self.limit, "sign": self.sign, "figure": self.figure,
                "low": low, "high": high, "met": self.met}


RATIOS = {"yield": 1.6, "yield_10k": 1.3, "spawn_join": 1.8, "ping": 1.08, "http": 1.08,
          "armed": 1.0}
PEERS = {"redis", "nginx"}
EPOLL = {"sley": 1.25, "floor-epoll": 1.10}  # of sley on epoll
CALLS = 1.05
LEAST = True  # the limit is the least

# Of sley's rows: (workload, metric, workers, of): limit[, LEAST].
VALUES = {
    ("timers", "seconds", 1, None): (0.6,),
    ("spsc", "items_per_s", 1, None): (100e6, LEAST),
    ("producer", "efficiency", 2, None): (0.95, LEAST),
    ("producer", "efficiency", 2, "SLEY_STEAL=0"): (0.55,),
    ("producer", "max_us", 2, "start elsewhere"): (2000,),
    ("scope_leave", "p90_us", 2, None): (5,),
    ("spawn_join", "ns_per_op", 2, None): (60,),
    ("spawn_join", "ns_per_op", 2, "batch of 1000"): (60,),
    ("skynet", "seconds", 2, None): (0.12,),
    ("skynet", "peak_bytes", 2, None): (64e6,),
    ("ping_pong", "ns_per_op", 1, None): (40,),
    ("ping_pong", "ns_per_op", 2, None): (120,),
    ("mpmc", "items_per_s", 2, None): (60e6, LEAST),
    ("lock", "max_us", 2, "100 ms"): (2000,),
    ("lock", "jain", 2, "100 ms"): (0.9, LEAST),
    ("stall", "p99_us", 2, None): (800,),
    ("stall", "p999_us", 2, None): (3000,),
    ("stall", "max_us", 2, None): (6000,),
} | {("rescue", metric, 2, of): (limit,)
     for metric, limit in (("p50_us", 400), ("p99_us", 1000)) for of in ("byte", "timer")}
# The same against other contenders of the same run: (their name, limit[, LEAST]) each.
AGAINST = {
    ("pipeline", "items_per_s", 2, "computing"): [("floor-threads", 0.95, LEAST)],
    ("mpmc_pinned", "items_per_s", 2, None): [("floor-ring-mpmc", 0.8, LEAST)],
    ("lock", "ns_per_op", 1, None): [("floor-rmw", 1.1)],
    ("lock", "ns_per_op", 2, None): [("go", 1.0)],
    ("stall", "p99_us", 2, None): [("go", 0.6)],
    ("stall_load", "requests_per_s", 2, "64 %"): [("bound", 0.85, LEAST)],
    ("stall_load", "p999_us", 2, "64 %"): [("floor-epoll", 1.0)],
    ("stall_load", "requests_per_s", 2, "160 %"): [(to, 1.0, LEAST)
                                                   for to in ("floor-epoll", "go", "tokio")],
} | {("wake", metric, workers, of): [("floor-eventfd", 1.15)]
     for metric in ("p50_us", "p90_us") for workers in (1, 2)
     for of in ("one processor", "two processors")}


def of_ratio(row, ratio, limit, what, at_least=False):
    return Bar(f"{what} against {ratio.to}", limit, ratio.value, interval(ratio.ratios), at_least)


def of_values(text, limit, row, at_least=False):
    return Bar(text, limit, median(row.values), (min(row.values), max(row.values)), at_least)


def label(row):
    text = row.workload
    if row.connections is not None:
        text += f" c{row.connections} p{row.pipeline}"
    if row.workers > 1:
        text += f", {row.workers} workers"
    return text + (f", {row.of}" if row.of else "")


def of_row(row):
    bars = []
    if row.contender == "epoll":
        return [of_ratio(row, ratio, EPOLL[ratio.to], f"{label(row)}, epoll: {row.metric}")
                for ratio in row.ratios]
    if row.contender != "sley":
        return bars
    key, text = (row.workload, row.metric, row.workers, row.of), f"{label(row)}: {row.metric}"
    if key in VALUES:
        bars.append(of_values(text, VALUES[key][0], row, *VALUES[key][1:]))
    for to, *limit in AGAINST.get(key, ()):
        bars += [of_ratio(row, ratio, limit[0], text, *limit[1:])
                 for ratio in row.ratios if ratio.to == to]
    if row.workload in RATIOS and row.ratios and row.metric in ("ns_per_op", "cpu_us_per_request"):
        floor = row.ratios[0]
        bars.append(of_ratio(row, floor, RATIOS[row.workload], text))
        bars += [of_ratio(row, ratio, 1.0, text)
                 for ratio in row.ratios if ratio.to in PEERS]
    elif row.workload == "parked":
        limit = 4900 if "256" in row.of else 4550
        bars.append(of_values(f"{label(row)}: bytes_per_fiber", limit, row))
    return bars


def of_calls(rows):
    """System calls a request: sley's against those of the same load that should be as many."""
    calls = {(label(row), row.contender): median(row.values) for row in rows
             if row.metric == "syscalls_per_request"}
    for (text, contender), figure in calls.items():
        to = "sley-off" if text.startswith("armed") else "floor-uring"
        if contender == "sley" and not text.startswith("http") and (text, to) in calls:
            yield Bar(f"{text}: syscalls_per_request against {to}", CALLS,
                      figure / calls[text, to], None)


def all_bars(rows):
    return [bar for row in rows for bar in of_row(row)] + list(of_calls(rows))

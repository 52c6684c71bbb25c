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


RATIOS = {"yield": 1.6, "yield_10k": 1.3, "spawn_join": 1.8, "ping": 1.08, "http": 1.08}
PEERS = {"redis", "nginx"}
CALLS = 1.05


def of_ratio(row, ratio, limit, what):
    return Bar(f"{what} against {ratio.to}", limit, ratio.value, interval(ratio.ratios))


def of_values(text, limit, row, at_least=False):
    return Bar(text, limit, median(row.values), (min(row.values), max(row.values)), at_least)


def label(row):
    text = row.workload
    if row.connections is not None:
        text += f" c{row.connections} p{row.pipeline}"
    return text + (f", {row.of}" if row.of else "")


def of_row(row):
    bars = []
    if row.contender != "sley":
        return bars
    if row.workload in RATIOS and row.metric in ("ns_per_op", "cpu_us_per_request"):
        floor = row.ratios[0]
        bars.append(of_ratio(row, floor, RATIOS[row.workload], f"{label(row)}: {row.metric}"))
        bars += [of_ratio(row, ratio, 1.0, f"{label(row)}: {row.metric}")
                 for ratio in row.ratios if ratio.to in PEERS]
    elif row.workload == "parked":
        limit = 4900 if "256" in row.of else 4550
        bars.append(of_values(f"{label(row)}: bytes_per_fiber", limit, row))
    elif row.workload == "timers":
        bars.append(of_values("timers: CPU seconds", 0.6, row))
    elif row.workload == "spsc":
        bars.append(of_values("spsc: items_per_s", 100e6, row, at_least=True))
    return bars


def of_calls(rows):
    """System calls a request: sley's against floor-uring's of the same load."""
    floors = {label(row): median(row.values) for row in rows
              if row.contender == "floor-uring" and row.metric == "syscalls_per_request"}
    for row in rows:
        if (row.contender == "sley" and row.metric == "syscalls_per_request"
                and row.workload == "ping" and label(row) in floors):
            figure = median(row.values) / floors[label(row)]
            yield Bar(f"{label(row)}: syscalls_per_request against floor-uring", CALLS, figure,
                      None)


def all_bars(rows):
    return [bar for row in rows for bar in of_row(row)] + list(of_calls(rows))

"""CPU time of a process, medians, paired ratios and their intervals."""

import os
import random
import statistics
from dataclasses import dataclass, field
from pathlib import Path

RESAMPLES = 4000


def cpus():
    """The server's CPU and the client's: the same one where only one is ours."""
    ours = sorted(os.sched_getaffinity(0))
    return ours[0], ours[1 if len(ours) > 1 else 0]


# The driver pins itself to the client's CPU later, so this is asked first.
SERVER_CPU, CLIENT_CPU = cpus()
BOTH_CPUS = f"{SERVER_CPU},{CLIENT_CPU}"


def cpu_ns(pids):
    """What all threads of the processes have computed, by the scheduler's own count."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total


def wanted_and_stolen():
    """Ticks of all processors: what somebody here wanted, and what the host took of it."""
    first = Path("/proc/stat").read_text().splitlines()[0]
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, first.split()[1:9])
    return user + nice + system + irq + softirq + steal, steal


def stolen_us():
    """What the host has taken of all processors, while somebody wanted them."""
    return wanted_and_stolen()[1] * 1e6 / os.sysconf("SC_CLK_TCK")


def median(values):
    return statistics.median(values)


def interval(ratios):
    """The 95 % bootstrap interval of the median; the same for the same figures."""
    if len(ratios) < 2:
        return None
    chance = random.Random(1)
    medians = sorted(median(chance.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES))
    return medians[int(RESAMPLES * 0.025)], medians[int(RESAMPLES * 0.975) - 1]


@dataclass
class Ratio:
    """One contender's figures against another's, pair by pair."""

    to: str
    ratios: list

    @property
    def value(self):
        return median(self.ratios)

    def as_fields(self):
        low_high = interval(self.ratios) or (None, None)
        return {"ratio": self.value, "ratio_low": low_high[0], "ratio_high": low_high[1]}


@dataclass
class Row:
    """The figures of one contender in one workload and metric."""

    workload: str
    contender: str
    metric: str
    unit: str
    values: list
    workers: int = 1
    connections: int | None = None
    pipeline: int | None = None
    of: str | None = None          # which part of the workload, where it has several
    client_cpu_us: list = field(default_factory=list)  # per request, beside the server's
    ratios: list = field(default_factory=list)         # of Ratio; the first is the floor's

    def as_dict(self):
        fields = {
            "workload": self.workload, "contender": self.contender, "workers": self.workers,
            "metric": self.metric, "unit": self.unit, "median": median(self.values),
            "min": min(self.values), "max": max(self.values), "runs": len(self.values),
        }
        for name in ("connections", "pipeline", "of"):
            if getattr(self, name) is not None:
                fields[name] = getattr(self, name)
        if self.client_cpu_us:
            fields["client_cpu_us"] = median(self.client_cpu_us)
        if self.ratios:
            fields |= self.ratios[0].as_fields() | {"ratio_to": self.ratios[0].to}
        if len(self.ratios) > 1:
            fields["other_ratios"] = [
                {"ratio_to": ratio.to} | ratio.as_fields() for ratio in self.ratios[1:]]
        return fields


@dataclass
class Check:
    """Something that is right or wrong, beside the figures."""

    name: str
    passed: bool
    text: str

    def as_dict(self):
        return {"check": self.name, "passed": self.passed, "text": self.text}

"""The clients that load the servers, and one shot of such load."""

import json
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path

from programs import Failed, run

SUMMARY = re.compile(r"latency summary \(msec\):\s+avg\s+min\s+p50\s+p95\s+p99\s+max\s+([\d. ]+)")
PERCENTILE = re.compile(r"^(\d+\.\d+)% <= (\d+\.\d+) milliseconds \(cumulative", re.MULTILINE)
RATE = re.compile(r"throughput summary: ([\d.]+) requests per second")


@dataclass
class RedisBenchmark:
    connections: int
    pipeline: int
    requests: int
    command: str = "ping_mbulk"

    name = "redis-benchmark"
    protocol = "ping"

    def shorter(self):
        return replace(self, requests=4000 * self.pipeline)

    def longer(self):
        return replace(self, requests=3 * self.requests)

    def load(self, port):
        command = ["redis-benchmark", "-h", "127.0.0.1", "-p", port, "-c", self.connections,
                   "-P", self.pipeline, "-n", self.requests, "-t", self.command,
                   "--precision", 3]
        text, _, cpu = run(command, 60)
        text = text.replace("\r", "\n")
        summary, rate = SUMMARY.search(text), RATE.search(text)
        if summary is None or rate is None:
            raise Failed(f"{' '.join(map(str, command))}: no summary in\n{text[-2000:]}")
        p999 = next((float(ms) for percent, ms in PERCENTILE.findall(text)
                     if float(percent) >= 99.9), None)
        numbers = [float(word) for word in summary[1].split()]
        return {"requests": self.requests, "requests_per_s": float(rate[1]),
                "p50_us": numbers[2] * 1e3, "p99_us": numbers[4] * 1e3,
                "p999_us": p999 * 1e3, "cpu_ns": cpu}


@dataclass
class Wrk:
    connections: int
    seconds: int

    name = "wrk"
    protocol = "http"
    pipeline = 1

    def shorter(self):
        return replace(self, seconds=1)

    def longer(self):
        return replace(self, seconds=self.seconds + 1)

    def load(self, port):
        command = ["wrk", "-t", 1, "-c", self.connections, "-d", f"{self.seconds}s",
                   "-s", Path(__file__).with_name("wrk.lua"), f"http://127.0.0.1:{port}/"]
        text, _, cpu = run(command, 30 + self.seconds)
        figures = json.loads(text.strip().splitlines()[-1])
        if figures["errors"] > 0 or figures["requests"] == 0:
            raise Failed(f"wrk: {figures}")
        return figures | {"requests_per_s": figures["requests"] / figures["seconds"],
                          "cpu_ns": cpu}


def shot(server, client):
    """Loads a server once. Returns the figures of one run, per request."""
    before = server.counters()
    time.sleep(0.01)
    cpu = server.cpu_ns()
    figures = client.load(server.port)
    time.sleep(0.01)  # it finishes what is left, and its counts are up to date once it sleeps
    cpu = server.cpu_ns() - cpu
    after = server.counters()
    requests = figures["requests"]
    if requests < 1 or cpu <= 0:
        raise Failed(f"{server.contender}: {requests} requests in {cpu} ns of CPU")
    result = {name: figures[name] for name in ("requests_per_s", "p50_us", "p99_us", "p999_us")}
    result["cpu_us_per_request"] = cpu / requests / 1e3
    result["client_cpu_us"] = figures["cpu_ns"] / requests / 1e3
    if before is not None:
        served = after["requests"] - before["requests"]
        # The client's greetings, and what was under way when wrk's time was over.
        if not requests <= served <= requests + 2 * client.connections + 8:
            raise Failed(f"{server.contender} served {served}, {client.name} got {requests}")
        result["syscalls_per_request"] = (after["syscalls"] - before["syscalls"]) / served
        for name in ("passes", "syscalls", "completed"):
            result[name] = after.get(name, 0) - before.get(name, 0)
    return result

"""The workloads with real clients: ping and http."""

from contextlib import ExitStack

import checks
from clients import RedisBenchmark, Wrk, shot
from measure import Ratio, Row
from programs import say
from servers import Nginx, OwnServer, Redis

METRICS = {
    "cpu_us_per_request": "us", "requests_per_s": "1/s", "p50_us": "us", "p99_us": "us",
    "p999_us": "us", "syscalls_per_request": "1",
}
FLOORS = ("floor-epoll", "floor-uring")
PROGRAMS = {"sley": "sley-server", "floor-epoll": "floor-epoll", "floor-uring": "floor-uring"}


def own(plan, contender, protocol, **how):
    return OwnServer(contender, plan.program(PROGRAMS[contender]), protocol, **how)


def pair_up(servers, client, pairs):
    """ABBA: sley and each of the others in turns. Returns each contender's shots, and the pairs."""
    shots = {name: [] for name in servers}
    paired = {}
    subject = servers["sley"]
    for server in servers.values():
        client.shorter().load(server.port)  # its memory and the caches are warm from now on
    for name, other in servers.items():
        if other is subject:
            continue
        paired[name] = []
        for i in range(pairs):
            order = (subject, other) if i % 2 == 0 else (other, subject)
            figures = {server.contender: shot(server, client) for server in order}
            paired[name].append(figures["sley"]["cpu_us_per_request"]
                                / figures[name]["cpu_us_per_request"])
            for contender, figure in figures.items():
                shots[contender].append(figure)
    return shots, paired


def rows_of(workload, client, shots, paired):
    """The floor that sley compares worse with comes first among its ratios."""
    rows = []
    ratios = [Ratio(name, ratios) for name, ratios in paired.items()]
    ratios.sort(key=lambda ratio: (ratio.to not in FLOORS, -ratio.value))
    for contender, figures in shots.items():
        for metric, unit in METRICS.items():
            if metric not in figures[0]:
                continue
            row = Row(workload, contender, metric, unit, [figure[metric] for figure in figures],
                      connections=client.connections, pipeline=client.pipeline)
            if metric == "cpu_us_per_request":
                row.client_cpu_us = [figure["client_cpu_us"] for figure in figures]
                row.ratios = ratios if contender == "sley" else []
            rows.append(row)
    return rows


def run_load(plan, workload, client, protocol, peer):
    with ExitStack() as stack:
        servers = {}
        for contender in ("sley", *FLOORS):
            servers[contender] = stack.enter_context(own(plan, contender, protocol))
        servers[peer.contender] = stack.enter_context(peer())
        shots, paired = pair_up(servers, client, plan.pairs)
        rows = rows_of(workload, client, shots, paired)
        label = f"{workload} c{client.connections} p{client.pipeline}"
        plan.checks.append(checks.one_enter_per_pass(label, shots["sley"]))
        for server in servers.values():
            if plan.traces(client, server):
                rows += checks.trace(plan, label, workload, server, client)
    plan.rows += rows
    for row in rows:
        if row.metric == "cpu_us_per_request":
            say(f"{label} {row.contender}: {plan.figure(row)}")


def ping(plan):
    for contender in ("sley", *FLOORS):
        with own(plan, contender, "ping") as server:
            checks.verify_resp(plan, server)
    with Redis() as server:
        checks.verify_resp(plan, server)  # the checker itself against the real one
    checks.allocations(plan, "ping", RedisBenchmark(50, 16, 100000, "ping_mbulk,set,get"))
    for connections in (50, 500):
        for pipeline in (1, 16):
            requests = (20000 if plan.quick else 100000) * (10 if pipeline > 1 else 1)
            client = RedisBenchmark(connections, pipeline, requests)
            say(f"ping: {client}")
            run_load(plan, "ping", client, "ping", Redis)
    if plan.instructions:
        checks.instructions(plan, "ping", RedisBenchmark(50, 1, 20000))


def http(plan):
    for contender in ("sley", *FLOORS):
        with own(plan, contender, "http") as server:
            checks.verify_http(plan, server)
    checks.allocations(plan, "http", Wrk(64, 1))
    client = Wrk(64, 1)
    say(f"http: {client}")
    run_load(plan, "http", client, "http", Nginx)
    if plan.instructions:
        checks.instructions(plan, "http", Wrk(64, 4))

"""The workloads with real clients: ping, http and armed."""

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
PROGRAMS = {"sley": "sley-server", "sley-off": "sley-server", "epoll": "sley-server",
            "floor-epoll": "floor-epoll", "floor-uring": "floor-uring"}


def own(plan, contender, protocol, **how):
    if contender == "epoll":
        how["environment"] = {"SLEY_BACKEND": "epoll"}
    return OwnServer(contender, plan.program(PROGRAMS[contender]), protocol, **how)


def pair_up(servers, client, pairs, subject_name="sley"):
    """ABBA: one and each of the others in turns. Returns each contender's shots, and the pairs."""
    shots = {name: [] for name in servers}
    paired = {}
    subject = servers[subject_name]
    for server in servers.values():
        client.shorter().load(server.port)  # its memory and the caches are warm from now on
    for name, other in servers.items():
        if other is subject:
            continue
        paired[name] = []
        for i in range(pairs):
            order = (subject, other) if i % 2 == 0 else (other, subject)
            figures = {server.contender: shot(server, client) for server in order}
            paired[name].append(figures[subject_name]["cpu_us_per_request"]
                                / figures[name]["cpu_us_per_request"])
            for contender, figure in figures.items():
                shots[contender].append(figure)
    return shots, paired


def rows_of(workload, client, shots, paired, subject_name="sley"):
    """The floor that the subject compares worse with comes first among its ratios."""
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
                row.ratios = ratios if contender == subject_name else []
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
    tell(plan, label, rows)


def tell(plan, label, rows):
    plan.rows += rows
    for row in rows:
        if row.metric == "cpu_us_per_request":
            say(f"{label} {row.contender}: {plan.figure(row)}")


def armed(plan):
    """Two workers, none of which gets stuck: with somebody who looks after them, and without."""
    for client in (RedisBenchmark(50, 1, 20000 if plan.quick else 100000), Wrk(64, 1)):
        say(f"armed: {client}")
        with ExitStack() as stack:
            servers = {contender: stack.enter_context(own(
                plan, contender, client.protocol, options=("--workers", 2, *options)))
                for contender, options in (("sley", ()), ("sley-off", ("--off",)))}
            shots, paired = pair_up(servers, client, plan.pairs)
        rows = rows_of("armed", client, shots, paired)
        for row in rows:
            row.of, row.workers = client.protocol, 2
        tell(plan, f"armed {client.protocol}", rows)


def run_epoll(plan, client):
    """sley on epoll against sley on io_uring and the raw epoll server."""
    with ExitStack() as stack:
        servers = {contender: stack.enter_context(own(plan, contender, "ping"))
                   for contender in ("epoll", "sley", "floor-epoll")}
        shots, paired = pair_up(servers, client, plan.pairs, "epoll")
    rows = rows_of("ping", client, {"epoll": shots["epoll"]}, paired, "epoll")
    tell(plan, f"ping c{client.connections} p{client.pipeline}", rows)


def ping(plan):
    for contender in ("sley", "epoll", *FLOORS):
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
            if pipeline == 1:
                run_epoll(plan, client)
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

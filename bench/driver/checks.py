"""What must be right beside the figures: answers, system calls, allocations."""

import re
import signal
import socket
import struct
import subprocess
import tempfile
from pathlib import Path

from measure import CLIENT_CPU, Check, Row
from programs import Failed, end, pinned, read_line, run_json, say, start

HTTP_ANSWER = (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\n"
               b"Hello, World!")
KERNEL_BATCH = 20  # ends of operations that one io_uring_enter delivers at most
STEADY = 0.002  # of the requests: a system call seen less often is none of the steady state's


def note(plan, name, passed, text):
    plan.checks.append(Check(name, passed, text))
    say(f"{'ok' if passed else 'WRONG'}: {name}: {text}")


def verify_resp(plan, server):
    """Answers compared byte by byte while redis-benchmark loads the server."""
    seconds = 1 if plan.quick else 8
    name = f"ping answers of {server.contender} under load"
    load = start(
        pinned(CLIENT_CPU, ["redis-benchmark", "-p", server.port, "-c", 50, "-t",
                            "ping_mbulk,set,get", "-r", 1000, "-n", 100000000, "-q"]),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        figures = run_json([plan.program("verify-resp"), server.port, seconds, 42], seconds + 20,
                           CLIENT_CPU)
        loaded = load.poll() is None
        note(plan, name, loaded and figures["answers"] > 1000,
             f"{figures['answers']} answers compared, all equal"
             + ("" if loaded else ", but the load had ended"))
    except Failed as error:
        note(plan, name, False, str(error))
    finally:
        end(load)


def expect(connection, answers):
    """So many of the usual answer, and not a byte else."""
    wanted = HTTP_ANSWER * answers
    got = b""
    while len(got) < len(wanted):
        more = connection.recv(65536)
        if not more:
            break
        got += more
    if got != wanted:
        raise Failed(f"{len(got)} bytes instead of {len(wanted)}")


def talk_http(port):
    plain = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        for cut in range(1, len(plain)):
            connection.sendall(plain[:cut])
            connection.sendall(plain[cut:])
            expect(connection, 1)
        posted = b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde"
        connection.sendall((plain + posted) * 300)
        expect(connection, 600)
        connection.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        expect(connection, 1)
        if connection.recv(1) != b"":
            raise Failed("not closed after Connection: close")
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        if connection.recv(1) != b"":
            raise Failed("nonsense is answered")


def verify_http(plan, server):
    name = f"http answers of {server.contender}"
    try:
        talk_http(server.port)
        note(plan, name, True, "cut at every byte, 600 pipelined, with bodies, close, nonsense")
    except (OSError, Failed) as error:
        note(plan, name, False, str(error))


def one_enter_per_pass(label, shots):
    """One enter a pass, and again only for what the kernel did not finish in that call."""
    passes, enters, completed = (sum(shot[name] for shot in shots)
                                 for name in ("passes", "syscalls", "completed"))
    return Check(f"{label}: one io_uring_enter a pass, one more for each {KERNEL_BATCH} ends",
                 0 < enters <= passes + completed / KERNEL_BATCH,
                 f"{enters} in {passes} passes with {completed} ends of operations")


class Tracer:
    """strace's counts of a server's system calls while the block runs."""

    def __init__(self, server):
        self.calls = {}
        self.file = tempfile.NamedTemporaryFile(mode="r")
        command = ["strace", "-f", "-c", "-o", self.file.name]
        for pid in server.pids():
            command += ["-p", str(pid)]
        self.process = start(pinned(CLIENT_CPU, command), stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        line = read_line(self.process.stderr)
        if "attached" not in line:
            end(self.process)
            raise Failed(f"strace: {line.strip()}")
        return self

    def __exit__(self, *_error):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            end(self.process)
        self.process.stderr.close()
        for line in self.file.read().splitlines():
            words = line.split()
            if len(words) >= 5 and words[3].isdigit() and words[-1] != "total":
                self.calls[words[-1]] = int(words[3])
        self.file.close()


def traced(server, client):
    with Tracer(server) as tracer:
        requests = client.load(server.port)["requests"]
    return requests, tracer.calls


def only_enters(plan, label, client, requests, calls):
    """Whatever else is called must be what connections need when they come and go."""
    rare = 4 * client.connections + 100
    others = {name: count for name, count in calls.items()
              if name != "io_uring_enter" and count > rare}
    enters = calls.get("io_uring_enter", 0)
    note(plan, f"{label}: sley makes no system call but io_uring_enter",
         enters > 0 and not others,
         f"traced in {requests} requests: {enters} enters, others more than {rare} times: "
         f"{others or 'none'}")


def trace(plan, label, workload, server, client):
    """System calls per request in the steady state: a long run less a short one, so that what
    connections cost is not in it. A row for the contenders that do not count themselves."""
    client = client.shorter()
    try:
        few, first = traced(server, client)
        many, second = traced(server, client.longer())
    except (Failed, OSError) as error:
        say(f"{label} {server.contender}: system calls were not traced: {error}")
        return []
    if server.contender == "sley":
        only_enters(plan, label, client, many, second)
    if server.counters() is not None:
        return []
    if many <= few:
        say(f"{label} {server.contender}: the long run had no more requests than the short one")
        return []
    calls = {name: (count - first.get(name, 0)) / (many - few) for name, count in second.items()}
    steady = {name: round(count, 4) for name, count in sorted(calls.items()) if count > STEADY}
    say(f"{label} {server.contender}: traced per request: {steady}")
    return [Row(workload, server.contender, "syscalls_per_request", "1", [sum(steady.values())],
                connections=client.connections, pipeline=client.pipeline)]


def allocations(plan, workload, client):
    """malloc is counted from outside, sley's own allocator by its figures: neither may move."""
    from loads import own
    with tempfile.NamedTemporaryFile() as file:
        def counted():
            data = Path(file.name).read_bytes()
            return struct.unpack("Q", data)[0] if len(data) == 8 else 0
        environment = {"LD_PRELOAD": str(plan.program("libbench-count-alloc.so")),
                       "BENCH_COUNT_FILE": file.name}
        with own(plan, "sley", workload, environment=environment) as server:
            client.load(server.port)
            before, figures = counted(), server.counters()
            client.load(server.port)
            after, last = counted(), server.counters()
    made = after - before
    own_made = last["allocations"] - figures["allocations"]
    served = last["requests"] - figures["requests"]
    note(plan, f"{workload}: allocations of sley's server in the steady state",
         before > 0 and made == 0 and own_made == 0,
         f"malloc {made}, sley's allocator {own_made}, in {served} requests on "
         f"{client.connections} new connections ({before} by malloc before)")


def counted_instructions(plan, contender, workload, client):
    from loads import own
    with tempfile.TemporaryDirectory() as folder:
        prefix = ["valgrind", "--quiet", "--tool=callgrind",
                  f"--callgrind-out-file={folder}/out"]
        with own(plan, contender, workload, prefix=prefix) as server:
            before = server.counters()["requests"]
            client.load(server.port)
            requests = server.counters()["requests"] - before
        text = Path(folder, "out").read_text()
    return requests, int(re.search(r"^(?:totals|summary): (\d+)", text, re.MULTILINE)[1])


def instructions(plan, workload, client):
    """User instructions per request by callgrind, a long run less a short one: exact enough to
    decide where times are equal."""
    for contender in ("sley", "floor-epoll", "floor-uring"):
        try:
            few, first = counted_instructions(plan, contender, workload, client)
            many, second = counted_instructions(plan, contender, workload, client.longer())
        except (Failed, OSError, TypeError) as error:
            say(f"{workload} {contender}: instructions were not counted: {error}")
            continue
        per_request = (second - first) / (many - few)
        plan.notes.append(f"{workload} c{client.connections} p{client.pipeline} {contender}: "
                          f"{per_request:.1f} user instructions a request (callgrind)")
        say(plan.notes[-1])

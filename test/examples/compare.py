#!/usr/bin/env python3
"""Runs the programs of docs/examples and their Python twins, and compares what they print.

    compare.py [--durations] BUILD_DIR_OF_EXAMPLES [NAME...]

Lines, their order and the exit status must be equal; the X of "took X s" is ignored. With
--durations it must agree within 50 ms, and so must the time at which each line was printed, counted
from the first one (on a terminal, so that lines are not kept back; two programs at a time).

Examples sleep, and some compare times: on a busy machine even the Python one may fail. So whatever
differs is run again, alone, at most twice: a real difference stays. That it was is said.

Needs Python 3.11. Prints a line for each example, then "examples: N passed, N failed, N skipped".
A twin with a line "# Needs Python 3.N" is skipped by an older one.
"""
import concurrent.futures
import difflib
import os
import pathlib
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import tty

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "examples"
TOOK = re.compile(r"took (\d+\.\d\d) s")
TOLERANCE_S = 0.05
LIMIT_S = 30
TRIES = 3
EXIT_STATUS = {"echo_server": 130}  # it is ended by Ctrl-C; all others: 0


class Outcome:
    """What a program printed, when (seconds after its first line), and how it ended."""

    def __init__(self, lines, times, status, errors=""):
        self.lines = [TOOK.sub("took X s", line) for line in lines]
        self.took = [float(number) for line in lines for number in TOOK.findall(line)]
        self.times = [at - times[0] for at in times]
        self.status = status
        self.errors = errors


def read_lines(fd, process):
    """Reads to the end, or kills the process at the limit. Returns lines, times, in time."""
    text, times, deadline = b"", [], time.monotonic() + LIMIT_S
    while True:
        if not select.select([fd], [], [], max(0, deadline - time.monotonic()))[0]:
            process.kill()
            return text.decode(errors="replace").splitlines(), times, False
        try:
            data = os.read(fd, 65536)
        except OSError:  # how a terminal ends
            data = b""
        if not data:
            return text.decode(errors="replace").splitlines(), times, True
        text += data
        times += [time.monotonic()] * (text.count(b"\n") - len(times))


def run(command, timed):
    parent, child = pty.openpty() if timed else os.pipe()
    if timed:
        tty.setraw(child)  # keeps line ends as they are
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=child,
                                       stderr=errors)
        finally:
            os.close(child)
        lines, times, in_time = read_lines(parent, process)
        status = process.wait() if in_time else f"{process.wait()} (after {LIMIT_S} s)"
        os.close(parent)
        errors.seek(0)
        return Outcome(lines, times, status, errors.read().decode(errors="replace"))


def connect(port):
    for _ in range(100 * LIMIT_S):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S)
        except ConnectionRefusedError:
            time.sleep(0.01)
    raise TimeoutError("nobody listens")


def echoed(client, data):
    client.sendall(data)
    answer = b""
    while len(answer) < len(data) and (more := client.recv(65536)):
        answer += more
    return answer == data


def ended(client):
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def talk_to_echo_server(port, process):
    """Clients that talk, leave and break off; then Ctrl-C while ten of them are idle."""
    idle = [connect(port) for _ in range(10)]
    talker = connect(port)
    yield f"a line comes back: {echoed(talker, b'hello')}"
    yield f"20000 bytes come back: {echoed(talker, bytes(20000))}"
    breaker = connect(port)
    breaker.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    breaker.sendall(b"x")
    breaker.close()  # a reset
    yield f"after another one's reset: {echoed(talker, b'still here')}"
    talker.shutdown(socket.SHUT_WR)
    yield f"the server closes when the client has ended: {ended(talker)}"
    yield f"an idle one is served: {echoed(idle[0], b'awake')}"
    process.send_signal(signal.SIGINT)
    yield f"idle clients closed by Ctrl-C: {sum(map(ended, idle))} of {len(idle)}"
    for client in idle + [talker]:
        client.close()


def run_echo_server(command, _timed):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    lines, times = [], []
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command + [f"127.0.0.1:{port}"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=errors)
        try:
            for line in talk_to_echo_server(port, process):
                lines.append(line)
                times.append(time.monotonic())
            status = process.wait(LIMIT_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            process.kill()
            status = f"{process.wait()} ({error})"
        errors.seek(0)
        return Outcome(lines, times, status, errors.read().decode(errors="replace"))


def differences(name, c, python):
    """What is wrong with the text or the end of a program: a list of lines, empty if nothing is."""
    found = []
    if c.lines != python.lines:
        found += difflib.unified_diff(python.lines, c.lines, name + ".py", name + ".c", lineterm="")
    for kind, outcome in ("py", python), ("c", c):
        if outcome.status != EXIT_STATUS.get(name, 0):
            found.append(f"{name}.{kind} ended with {outcome.status}")
            found += outcome.errors.splitlines()[-20:]
        elif not outcome.lines:
            found.append(f"{name}.{kind} printed nothing")
    return found


def late(c, python):
    """Which lines, and which durations in them, differ by more than the tolerance."""
    found = []
    for line, x, y in zip(c.lines, c.times, python.times):
        if abs(x - y) > TOLERANCE_S:
            found.append(f"'{line}' after {x:.3f} s, the twin's after {y:.3f} s")
    for x, y in zip(c.took, python.took):
        if round(abs(x - y), 2) > TOLERANCE_S:
            found.append(f"took {x:.2f} s, the twin {y:.2f} s")
    return found


class Example:
    def __init__(self, name, build):
        self.name = name
        self.program = build / name
        self.twin = SOURCES / (name + ".py")
        self.runner = run_echo_server if name == "echo_server" else run

    def incomplete(self, readme):
        """Why this is no example: a file that is not there."""
        for path in SOURCES / (self.name + ".c"), self.twin, self.program:
            if not path.exists():
                return f"there is no {path.name} in {path.parent}"
        if f"({self.name}.c)" not in readme or f"({self.name}.py)" not in readme:
            return "README.md does not name both files"
        return None

    def needs(self):
        wanted = re.search(r"^# Needs Python 3\.(\d+)", self.twin.read_text(), re.MULTILINE)
        if wanted and sys.version_info < (3, int(wanted[1])):
            return f"{self.name}.py needs Python 3.{wanted[1]}"
        return None

    def commands(self):
        return [str(self.program)], [sys.executable, str(self.twin)]

    def verdict(self, outcomes, durations):
        """The differences, and a word on how they were found."""
        tries = 1
        while True:
            found = differences(self.name, *outcomes)
            if durations and not found:
                found = late(*outcomes)
            if not found or tries == TRIES:
                return found, f" (try {tries})" if tries > 1 else ""
            tries += 1
            outcomes = [self.runner(command, durations) for command in self.commands()]


def compare(examples, durations):
    readme = (SOURCES / "README.md").read_text()
    passed, failed, skipped = 0, 0, []
    with concurrent.futures.ThreadPoolExecutor(2 if durations else 8) as pool:
        runs = {}
        for example in examples:
            example.problem = example.incomplete(readme)
            example.reason = None if example.problem else example.needs()
            if not example.problem and not example.reason:
                runs[example] = [pool.submit(example.runner, command, durations)
                                 for command in example.commands()]
        # To run one again needs a machine without the others.
        concurrent.futures.wait([one for pair in runs.values() for one in pair])
        for example in examples:
            if example.reason:
                print(f"skip {example.name}: {example.reason}", flush=True)
                skipped.append(example.reason)
                continue
            found, tries = [example.problem], ""
            if not example.problem:
                outcomes = [one.result() for one in runs[example]]
                found, tries = example.verdict(outcomes, durations)
            print(f"{'FAIL' if found else 'ok  '} {example.name}{tries}", flush=True)
            for line in found:
                print("    " + line)
            passed, failed = passed + (not found), failed + bool(found)
    reasons = f" ({'; '.join(skipped)})" if skipped else ""
    print(f"examples: {passed} passed, {failed} failed, {len(skipped)} skipped{reasons}")
    return 1 if failed or not passed else 0


def main(arguments):
    durations = "--durations" in arguments
    arguments = [one for one in arguments if one != "--durations"]
    if not arguments or arguments[0].startswith("-"):
        sys.exit(__doc__)
    if sys.version_info < (3, 11):
        sys.exit("compare.py needs Python 3.11")
    # A shell's background job ignores SIGINT, and so would everything that is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    build = pathlib.Path(arguments[0]).resolve()
    names = arguments[1:] or sorted(
        {path.stem for path in SOURCES.iterdir() if path.suffix in (".c", ".py")})
    return compare([Example(name, build) for name in names], durations)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

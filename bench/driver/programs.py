"""Starting programs so that none outlives the driver or runs without a limit."""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import CLIENT_CPU, SERVER_CPU

ROOT = Path(__file__).resolve().parents[2]


class Failed(Exception):
    """A program did not do what the benchmark needs; the text says which and what it said."""


class Skipped(Failed):
    """A program says that it cannot be run here, and why."""


SKIPPED = 77  # such a program's exit status


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def pinned(cpu, command):
    return ["taskset", "-c", str(cpu)] + [str(word) for word in command]


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def start(command, **how):
    """Starts a program that the kernel ends when the driver ends, whatever ends it."""
    def tie():
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # nginx passes it on
    how.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(command, start_new_session=True, preexec_fn=tie, **how)


def end(process, patience=3):
    """Ends a process that we started, politely first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def read_line(stream, seconds=20):
    """A line of a program that may have hung: empty when it has, or has ended."""
    return stream.readline() if select.select([stream], [], [], seconds)[0] else ""


def run(command, limit, cpu=CLIENT_CPU):
    """Runs a program to its end. Returns its output, its seconds, and its CPU nanoseconds."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        command = pinned(cpu, command) if cpu is not None else [str(word) for word in command]
        begin = time.monotonic()
        process = start(command, stdout=output, stderr=errors)
        status, usage = wait4(process, begin + limit)
        seconds = time.monotonic() - begin
        output.seek(0)
        errors.seek(0)
        text = output.read().decode(errors="replace")
        if status != 0:
            said = (text + errors.read().decode(errors="replace")).strip()[-4000:]
            if status == SKIPPED and said:
                raise Skipped(said.splitlines()[-1])
            raise Failed(f"{' '.join(command)}: ended with {status} after {seconds:.1f} s\n{said}")
    return text, seconds, int((usage.ru_utime + usage.ru_stime) * 1e9)


def wait4(process, deadline):
    """Waits without polling (the driver shares the client's CPU) and gives the CPU time, too."""
    def too_late(_signal, _frame):
        os.killpg(process.pid, signal.SIGKILL)
    previous = signal.signal(signal.SIGALRM, too_late)
    signal.setitimer(signal.ITIMER_REAL, max(0.1, deadline - time.monotonic()))
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage


def run_json(command, limit, cpu=SERVER_CPU):
    """A program of ours: its last line of output is JSON."""
    text, _, _ = run(command, limit, cpu)
    try:
        return json.loads(text.strip().splitlines()[-1])
    except (IndexError, json.JSONDecodeError) as error:
        raise Failed(f"{' '.join(map(str, command))}: no figures in {text[-500:]!r}") from error


def main_pinned():
    os.sched_setaffinity(0, {CLIENT_CPU})
    # Both end the driver by an exception, so that servers are ended and folders removed.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.stdout.reconfigure(line_buffering=True)

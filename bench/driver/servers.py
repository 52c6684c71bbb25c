"""The servers, each on the server's CPU, each on 127.0.0.1 alone."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import measure
from measure import SERVER_CPU
from programs import Failed, end, pinned, read_line, start

HELLO = b"Hello, World!"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_until_open(port, process, seconds=5):
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise Failed(f"{' '.join(process.args)} does not listen on port {port}")


class Server:
    """A started server; use it in a with statement."""

    contender = ""
    process = None
    port = 0

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        if self.process is not None:
            end(self.process)

    def pids(self):
        return [self.process.pid]

    def cpu_ns(self):
        return measure.cpu_ns(self.pids())

    def counters(self):
        """What the server itself counts, or None."""
        return None


class OwnServer(Server):
    """Programs of this folder: they say their port, and answer a line with their counters."""

    def __init__(self, contender, program, protocol, prefix=(), environment=None, options=()):
        self.contender = contender
        command = pinned(SERVER_CPU, [*prefix, program, protocol, 0, *options])
        self.process = start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             env=os.environ | (environment or {}))
        line = read_line(self.process.stdout).split()
        if len(line) != 2 or line[0] != "port":
            end(self.process)
            raise Failed(f"{program} {protocol} did not start: {line}")
        self.port = int(line[1])

    def counters(self):
        self.process.stdin.write("counters\n")
        self.process.stdin.flush()
        line = read_line(self.process.stdout)
        if not line:
            raise Failed(f"{self.contender} ended or hangs: {self.process.poll()}")
        return json.loads(line)

    def __exit__(self, *_error):
        self.process.stdin.close()  # the end of its input ends it
        try:
            status = self.process.wait(5)
        except subprocess.TimeoutExpired:
            end(self.process)
            status = "no end of its own"
        self.process.stdout.close()
        if status != 0 and _error[0] is None:
            raise Failed(f"{self.contender} ended with {status}")


class Redis(Server):
    contender = "redis"

    def __init__(self):
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory(prefix="bench-redis-")
        command = ["redis-server", "--bind", "127.0.0.1", "--port", self.port, "--save", "",
                   "--appendonly", "no", "--io-threads", 1, "--daemonize", "no",
                   "--dir", self.folder.name, "--logfile", os.devnull]
        self.process = start(pinned(SERVER_CPU, command))
        wait_until_open(self.port, self.process)

    def __exit__(self, *error):
        super().__exit__(*error)
        self.folder.cleanup()


NGINX = """\
daemon off; master_process on; worker_processes 1; pid {folder}/pid;
error_log {folder}/error.log; user root;
events {{ worker_connections 2048; }}
http {{
    access_log off; keepalive_requests 1000000000; keepalive_timeout 1h; tcp_nodelay on;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {{
        listen 127.0.0.1:{port};
        location / {{ default_type text/plain; return 200 "{body}"; }}
    }}
}}
"""


class Nginx(Server):
    contender = "nginx"

    def __init__(self):
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory(prefix="bench-nginx-")
        config = Path(self.folder.name) / "nginx.conf"
        text = NGINX.format(folder=self.folder.name, port=self.port, body=HELLO.decode())
        if os.getuid() != 0:
            text = text.replace(" user root;", "")
        config.write_text(text)
        command = ["nginx", "-p", self.folder.name, "-c", config,
                   "-e", f"{self.folder.name}/error.log"]
        self.process = start(pinned(SERVER_CPU, command))
        wait_until_open(self.port, self.process)

    def pids(self):
        """The worker's: the master only waits."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        pids = [int(pid) for pid in children.read_text().split()]
        if len(pids) != 1:
            raise Failed(f"nginx has {len(pids)} workers")
        return pids

    def __exit__(self, *error):
        self.process.send_signal(signal.SIGTERM)
        super().__exit__(*error)
        self.folder.cleanup()

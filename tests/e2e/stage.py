"""A machine of its own for a test: network, /run, /tmp and /etc/hosts are nobody else's, and nothing leaves it.

`stage.enter(__file__)` starts the test program anew inside. There, addresses are this machine's as the test says,
`Tailscaled` answers at a unix socket, `Server` is a server of LLMs that notes who asks with which key, and `top` is
the program under test. Where no such machine can be had, `stage.why_not` says why and every test is skipped.
"""
import contextlib
import http.server
import json
import os
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading

from tap import Skipped

SUFFIX = "tail4c1d.ts.net"
KEY = "sk-5ecret-of-the-test"
INSIDE = "TSLLM_STAGE"
NOBODY = 65534
USUAL_SOCKET = "/run/tailscale/tailscaled.sock"
why_not = "needs root, for namespaces and a second user"


def enter(program):
    """Returns inside; outside where it cannot be entered."""
    global why_not
    if os.environ.get(INSIDE):
        why_not = ""
        build()
        return
    if os.geteuid() or not shutil.which("unshare") or not shutil.which("ip"):
        return
    with open("/proc/self/uid_map", encoding="ascii") as file:
        if int(file.readline().split()[2]) <= NOBODY:
            return
    words = ["unshare", "--net", "--mount", "--propagation", "private"]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        why_not = "no namespaces can be made here"
        return
    os.environ[INSIDE] = "1"
    os.execvp(words[0], [*words, sys.executable, os.path.abspath(program)])


def command(*words):
    subprocess.run(words, check=True, capture_output=True)


def build():
    """The program is kept where what covers /tmp does not hide it."""
    command("mount", "-t", "tmpfs", "tmpfs", "/run")
    shutil.copy(os.environ.get("TSLLM_TOP", "./tsllm-top"), "/run/tsllm-top")
    command("mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", "/tmp")
    command("ip", "link", "set", "lo", "up")
    hosts({})


def needed():
    if why_not:
        raise Skipped(why_not)


def has_address(*addresses):
    for address in addresses:
        subprocess.run(["ip", "address", "add", address, "dev", "lo", "nodad"][:6 + (":" in address)], check=False,
                       capture_output=True)


def hosts(names):
    """What the resolver of this machine, and so the network that it is in, says of names."""
    with open("/run/hosts", "w", encoding="utf-8") as file:
        file.write("127.0.0.1 localhost\n" + "".join(f"{address} {name}\n" for name, address in names.items()))
    if not os.path.samefile("/run/hosts", "/etc/hosts"):
        command("mount", "--bind", "/run/hosts", "/etc/hosts")


# ---- tailscaled

def node(number, fqdn, address):
    return {"ID": f"n{number}", "HostName": fqdn.split(".")[0], "DNSName": f"{fqdn}.", "OS": "linux", "UserID": 1,
            "TailscaleIPs": [address], "Online": True, "Active": True, "CurAddr": "192.0.2.1:41641",
            "LastHandshake": "2026-11-23T00:00:00Z", "InNetworkMap": True, "InEngine": True}


def status(*peers, backend="Running", suffix=SUFFIX):
    """Peers: (name or full name, address); their node keys sort as they are given."""
    told = {"Version": "1.102.5", "TUN": True, "BackendState": backend, "MagicDNSSuffix": suffix,
            "CurrentTailnet": {"Name": "example.com", "MagicDNSSuffix": suffix},
            "User": {"1": {"ID": 1, "LoginName": "ada@example.com"}}, "Peer": {}}
    told["Self"] = node(1, f"admin.{suffix}", "100.64.0.1")
    for number, (name, address) in enumerate(peers, 2):
        fqdn = name if "." in name else f"{name}.{suffix}"
        told["Peer"][f"nodekey:{number:064x}"] = node(number, fqdn, address)
    return told


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Its end waits for the requests that it has taken."""

    def __init__(self, *words):
        super().__init__(*words)
        self.wires = []

    def process_request(self, request, client_address):
        self.wires.append(request)
        super().process_request(request, client_address)

    def handle_error(self, *_):
        pass

    def end(self):
        self.shutdown()
        for wire in self.wires:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
        self.server_close()


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, code, body, **headers):
        self.send_response(code)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return ""

    def log_message(self, *_):
        pass


class Tailscaled:
    """Answers with `told`, which may be changed; `held`: an event it waits for before each answer; `serve`: its serve
    configuration; `services`: what it offers."""

    def __init__(self, told, path=USUAL_SOCKET, held=None, serve=None, services=None):
        self.told, self.path, self.held, self.asked = told, path, held, 0
        self.serve, self.serve_asked, self.statuses, self.maps_asked = serve, 0, 0, 0
        self.services = services

    def __enter__(self):
        outer = self

        class Handler(Quiet):
            def do_GET(self):
                outer.asked += 1
                if outer.held:
                    outer.held.wait(30)
                if "status" in self.path:
                    outer.statuses += 1
                    self.reply(200, json.dumps(outer.told).encode())
                elif "serve-config" in self.path and outer.serve:
                    outer.serve_asked += 1
                    self.reply(200, json.dumps(outer.serve).encode())
                elif self.path.endswith("/services") and outer.services:
                    self.reply(200, json.dumps(outer.services).encode())
                else:
                    outer.maps_asked += "derpmap" in self.path
                    self.reply(404, b"")

        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        self.server = UnixServer(self.path, Handler)
        os.chmod(self.path, 0o666)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        if self.held:
            self.held.set()
        self.server.end()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)


@contextlib.contextmanager
def planted(told, path):
    """The same by another user of this machine, in a process of his."""
    ready, told_ready = os.pipe()
    child = os.fork()
    if not child:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        with Tailscaled(told, path):
            os.write(told_ready, b"!")
            signal.pause()
    try:
        os.read(ready, 1)
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
        os.close(told_ready)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


# ---- servers

class TcpServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


class TcpServer6(TcpServer):
    address_family = socket.AF_INET6


MODELS = json.dumps({"object": "list", "data": [{"id": "qwen3", "object": "model", "owned_by": "x"}]}).encode()


class Server:
    """Lists a model to whoever asks, or with `wants_key` to whoever has the key. `keys`: one of each request, "" none;
    `pages`: status and HTML by path."""

    def __init__(self, address, port=18080, wants_key=False, body=MODELS, code=200, **headers):
        self.address, self.port, self.wants_key = address, port, wants_key
        self.body, self.code, self.headers, self.keys, self.wires = body, code, headers, [], []
        self.paths, self.pages = [], {}

    def __enter__(self):
        outer = self

        class Handler(Quiet):
            def setup(self):
                super().setup()
                outer.wires.append(self.request)

            def do_GET(self):
                outer.paths.append(self.path)
                key = self.headers.get("Authorization", "").removeprefix("Bearer ")
                outer.keys.append(key)
                if outer.wants_key and key != KEY:
                    self.reply(401, b'{"error": {"message": "no key"}}')
                elif self.path in outer.pages:
                    self.reply(*outer.pages[self.path], **{"Content-Type": "text/html", **outer.headers})
                else:
                    self.reply(outer.code, outer.body, **outer.headers)

        has_address(self.address)
        kind = TcpServer6 if ":" in self.address else TcpServer
        self.server = kind((self.address, self.port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


@contextlib.contextmanager
def silent_udp(address, port):
    """Takes what is sent there, and says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((address, port))
        yield


# ---- the program

@contextlib.contextmanager
def configured(*urls, more="", discover="off"):
    """Words and environment for the program: these URLs, each with the key."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/config", "w", encoding="utf-8") as file:
            file.write(f"discover = {discover}\ncapture = off\n")
            for number, url in enumerate(urls):
                file.write(f"[endpoint {number}]\nurl = {url}\nkey_env = TEST_KEY\n{more}\n")
        environment = {**os.environ, "TEST_KEY": KEY, "XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder,
                       "COLUMNS": "120"}
        environment.pop("TS_SOCKET", None)
        yield ("--config", f"{folder}/config", "--tailscale", f"{folder}/none"), environment


def top(*words, urls=(), more="", deadline=4, discover="off"):
    """One run; what it printed and complained."""
    with configured(*urls, more=more, discover=discover) as (given, environment):
        return subprocess.run(["/run/tsllm-top", *given, "--deadline", str(deadline), *words], env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


def run_in(words, environment, deadline=4):
    """One run of --once with these words."""
    return subprocess.run(["/run/tsllm-top", *words, "--once", "--format", "json", "--deadline", str(deadline)],
                          env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          check=False)


def once(*urls, more="", deadline=4, words=()):
    return json.loads(top("--once", "--format", "json", *words, urls=urls, more=more, deadline=deadline).stdout)


@contextlib.contextmanager
def watching(*urls, words=(), discover="off"):
    with configured(*urls, discover=discover) as (given, environment):
        child = subprocess.Popen(["/run/tsllm-top", *given, "--watch", "--period", "0.5", *words], env=environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            yield (json.loads(line) for line in child.stdout)
        finally:
            child.terminate()
            child.stdout.close()
            child.wait(timeout=10)

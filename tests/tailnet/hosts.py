"""The machines of the lab: what runs on each, and how a test asks it and breaks it."""
import http.client
import json
import os
import signal
import socket
import sys

from world import run, until

HERE = os.path.dirname(os.path.abspath(__file__))
DOMAIN = "tail4c1d.ts.net"
CONTROL = "http://10.99.0.1:9911"

# Nothing of the lab may look for the internet, and a certificate is what the lab puts there.
QUIET = {
    "TS_NO_LOGS_NO_SUPPORT": "1", "TS_ASSUME_NETWORK_UP_FOR_TEST": "1", "TS_PANIC_IF_HIT_MAIN_CONTROL": "1",
    "TS_DISABLE_PORTMAPPER": "1", "TS_DEBUG_ACME_DIRECTORY_URL": "http://127.0.0.1:1/dir",
}
# name: what is special about it
HOSTS = {
    "admin": {},
    "gpu1": {},
    "gpu2": {"TS_DEBUG_ALWAYS_USE_DERP": "1"},
    "gpu3": {"TS_DEBUG_NEVER_DIRECT_UDP": "1"},
    "relay1": {},
    "tagged1": {},
    "fenced1": {},
    "denied1": {},
    "spare1": {},
    "public1": {},
    "sidecar1": {"tun": "userspace-networking"},
}


class Local(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path, seconds=5.0):
        super().__init__("local-tailscaled.sock", timeout=seconds)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(path, method, target, body=None):
    """Status and JSON (or text) of a question to a unix socket."""
    connection = Local(path)
    try:
        connection.request(method, target, body)
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text) if text.strip().startswith(("{", "[", "null")) else text
    finally:
        connection.close()


class Host:
    def __init__(self, world, name, number, programs, certificates):
        self.world, self.name, self.programs, self.certificates = world, name, programs, certificates
        self.options = HOSTS[name]
        self.fqdn, self.underlay = f"{name}.{DOMAIN}", f"10.99.0.{10 + number}"
        self.socket = world.path(f"{name}.sock")
        self.daemon, self.servers, self.address = None, {}, ""

    # ---- the machine

    def plug_in(self, number):
        """Its namespace, with a cable to the hub and no other way out."""
        world, veth = self.world, f"to{number}"
        world.namespace(self.name)
        world.ip("hub", "link", "add", veth, "type", "veth", "peer", "name", "eth0", "netns", f"{world.name}-{self.name}")
        world.ip("hub", "link", "set", veth, "master", "bridge0", "up")
        world.ip(self.name, "addr", "add", f"{self.underlay}/24", "dev", "eth0")
        world.ip(self.name, "link", "set", "eth0", "up")
        world.ip(self.name, "route", "add", "default", "via", "10.99.0.1")

    def run(self, *words, **options):
        return run(*self.world.inside(self.name, *words), **options)

    # ---- tailscale

    def start_daemon(self):
        tun = self.options.get("tun", "tailscale0")
        environment = {name: value for name, value in self.options.items() if name.startswith("TS_")}
        self.daemon = self.world.start(self.name, [
            os.path.join(self.programs, "tailscaled"), "--no-logs-no-support", f"--tun={tun}",
            f"--statedir={self.world.path(self.name)}", f"--socket={self.socket}", "--port=41641",
        ], f"{self.name}.log", **QUIET, **environment)
        until(lambda: self.local("status"), f"{self.name}: tailscaled does not answer")

    def stop_daemon(self):
        self.world.stop(self.daemon)

    def log_in(self):
        self.cli("up", f"--login-server={CONTROL}", f"--hostname={self.name}", "--accept-dns=false",
                 "--netfilter-mode=off")
        self.address = self.status()["Self"]["TailscaleIPs"][0]

    def command(self, *words):
        return [os.path.join(self.programs, "tailscale"), f"--socket={self.socket}", *words]

    def cli(self, *words):
        return run(*self.command(*words))

    def local(self, path, method="GET"):
        status, answer = ask(self.socket, method, f"/localapi/v0/{path}")
        if status != 200:
            raise ValueError(f"{self.name}: {path}: {status} {answer}")
        return answer

    def status(self):
        return self.local("status")

    def peer(self, other):
        """What this machine's status says of another; nothing where it is not seen."""
        return next((peer for peer in self.status()["Peer"].values() if peer["DNSName"] == f"{other.fqdn}."), {})

    def ping(self, other, kind="disco"):
        return self.local(f"ping?ip={other.address}&type={kind}", "POST")

    def reach(self, other):
        """Waits until a packet comes back from another machine by whatever path."""
        until(lambda: not self.ping(other, "TSMP").get("Err"), f"{self.name} does not reach {other.name}", 60)

    def freeze(self):
        self.daemon.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.daemon.send_signal(signal.SIGCONT)

    def serve(self, *words):
        self.cli("serve", "--bg", "--yes", *words)

    def certify(self, kind="good"):
        """Puts a certificate where tailscaled looks for its own; None takes it away."""
        folder = self.world.path(self.name, "certs")
        os.makedirs(folder, exist_ok=True)
        for end, source in ((".crt", f"{self.fqdn}-{kind}.crt"), (".key", "leaf.key")):
            path = os.path.join(folder, self.fqdn + end)
            if os.path.lexists(path):
                os.unlink(path)
            if kind:
                self.certificates.context(self.fqdn, kind)
                os.symlink(os.path.join(self.certificates.folder, source), path)

    # ---- servers

    def play(self, port, answer, *options, address="0.0.0.0"):
        """A server on a port; one that plays there already makes way."""
        self.end_server(port)
        words = [sys.executable, os.path.join(HERE, "player.py"), f"{address}:{port}", answer, *options]
        self.servers[port] = self.world.start(self.name, words, f"{self.name}-{port}.log")
        self.servers[port].played = (answer, *options), {"address": address}
        until(lambda: f":{port} " in self.run("ss", "-Hltn", f"sport = :{port}"), f"{self.name}:{port} does not listen")

    def play_tls(self, port, answer, kind):
        """A server with a certificate of its own on a port, without `tailscale serve`."""
        self.certificates.context(self.fqdn, kind)
        self.play(port, answer, "--tls", self.fqdn, os.path.join(self.certificates.folder, f"{self.fqdn}-{kind}.crt"),
                  os.path.join(self.certificates.folder, "leaf.key"))

    def end_server(self, port):
        if port in self.servers:
            self.world.stop(self.servers.pop(port))

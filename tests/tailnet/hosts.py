"""The machines of the lab: what runs on each, and how a test asks it and breaks it."""
import contextlib
import http.client
import json
import os
import shutil
import socket
import sys

from world import run, until

HERE = os.path.dirname(os.path.abspath(__file__))
DOMAIN = "tail4c1d.ts.net"
STRANGERS, LOCKED = "tail7b2e.ts.net", "tail9f30.ts.net"    # two more tailnets of the same control plane
CONTROLS = {DOMAIN: "http://10.99.0.1:9911", STRANGERS: "http://10.99.0.1:9912", LOCKED: "http://10.99.0.1:9913"}

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
    def __init__(self, world, name, number, programs, certificates, domain=DOMAIN, **options):
        self.world, self.name, self.programs, self.certificates = world, name, programs, certificates
        self.options, self.number, self.domain = options or HOSTS.get(name, {}), number, domain
        self.fqdn, self.underlay = f"{name}.{domain}", f"10.99.0.{10 + number}"
        self.socket = world.path(f"{name}.sock")
        self.daemon, self.address = None, ""
        self.servers, self.played = {}, {}      # by port: the process, and what started the last one

    # ---- the machine

    def plug_in(self):
        """Its namespace, with a cable to the hub and no other way out."""
        world, veth = self.world, f"to{self.number}"
        world.namespace(self.name)
        world.ip("hub", "link", "add", veth, "type", "veth", "peer", "name", "eth0",
                 "netns", f"{world.name}-{self.name}")
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
            *self.own_etc(), os.path.join(self.programs, "tailscaled"), "--no-logs-no-support", f"--tun={tun}",
            f"--statedir={self.world.path(self.name)}", f"--socket={self.socket}", "--port=41641",
        ], f"{self.name}.log", **QUIET, **environment)
        until(lambda: self.local("status"), f"{self.name}: tailscaled does not answer")

    def own_etc(self):
        """What comes before the daemon's words on a host where it may write /etc/resolv.conf: in a copy of /etc."""
        if not self.options.get("has_etc"):
            return []
        if not os.path.exists(self.etc):
            shutil.copytree("/etc", self.etc, symlinks=True)
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                f'mount --bind {self.etc} /etc && exec "$@"', "sh"]

    @property
    def etc(self):
        return self.world.path(f"{self.name}-etc")

    def log_in(self):
        self.cli("up", *self.how_to_log_in(self.domain))
        self.address = self.status()["Self"]["TailscaleIPs"][0]

    def how_to_log_in(self, domain):
        return [f"--login-server={CONTROLS[domain]}", f"--hostname={self.name}", "--accept-dns=false",
                "--netfilter-mode=off"]

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

    def frozen(self):
        """Its tailscaled takes everything and does nothing, for a while."""
        return self.world.halted(self.daemon.pid)

    @contextlib.contextmanager
    def gone(self):
        """No tailscaled, for a while."""
        self.world.stop(self.daemon)
        try:
            yield
        finally:
            self.start_daemon()

    @contextlib.contextmanager
    def fenced(self, *rules):
        """Rules of nft, for a while; each begins with the chain that it is for: in or out."""
        table = "add table inet fence; " + "".join(
            f"add chain inet fence {chain} {{ type filter hook {hook} priority 0; }}; "
            for chain, hook in (("in", "input"), ("out", "output")))
        self.run("nft", table + "; ".join(f"add rule inet fence {rule}" for rule in rules))
        try:
            yield
        finally:
            self.run("nft", "delete table inet fence")

    def serve(self, *words):
        self.cli("serve", "--bg", "--yes", *words)

    @contextlib.contextmanager
    def serving(self, port, target, how="https", path=""):
        """A mount, for a while."""
        place = [f"--{how}={port}", *([f"--set-path={path}"] if path else [])]
        self.serve(*place, target)
        try:
            yield f"{'https' if how == 'https' else 'http'}://{self.fqdn}:{port}{path}"
        finally:
            self.cli("serve", *place, "off")

    def certify(self, kind="good"):
        """Puts a certificate where tailscaled looks for its own."""
        self.certificates.context(self.fqdn, kind)
        folder = self.world.path(self.name, "certs")
        os.makedirs(folder, exist_ok=True)
        for source, end in ((f"{self.fqdn}-{kind}.crt", ".crt"), ("leaf.key", ".key")):
            shutil.copy(os.path.join(self.certificates.folder, source), os.path.join(folder, self.fqdn + end))

    # ---- servers

    def play(self, port, answer, *options, address="0.0.0.0"):
        """A server on a port; one that plays there already makes way."""
        self.end_server(port)
        self.play_words(port, self.player(port, answer, *options, address=address))

    def player(self, port, answer, *options, address="0.0.0.0"):
        """The command that plays an answer."""
        return [sys.executable, os.path.join(HERE, "player.py"), f"{address}:{port}", answer, *options]

    def play_words(self, port, words):
        self.servers[port], self.played[port] = self.world.start(self.name, words, self.log(port)), words
        until(lambda: self.listens(port), f"{self.name}:{port} does not listen", 120)

    def log(self, port):
        """Where the server on a port writes to."""
        return self.world.path(f"{self.name}-{port}.log")

    def play_tls(self, port, answer, kind):
        """A server with a certificate of its own on a port, without `tailscale serve`."""
        self.certificates.context(self.fqdn, kind)
        self.play(port, answer, "--tls", self.fqdn, os.path.join(self.certificates.folder, f"{self.fqdn}-{kind}.crt"),
                  os.path.join(self.certificates.folder, "leaf.key"))

    def listens(self, port):
        return self.run("ss", "-Hltn", f"sport = :{port}")

    def end_server(self, port):
        if port in self.servers:
            self.world.stop(self.servers.pop(port))

    def playing(self, port, answer, *options, **how):
        """Another server on a port, for a while; its URL."""
        return self.running(port, self.player(port, answer, *options, **how))

    @contextlib.contextmanager
    def running(self, port, words):
        """Another program on a port, for a while; one that is there already makes way and comes back."""
        before = self.played[port] if port in self.servers else None
        self.end_server(port)
        self.play_words(port, words)
        try:
            yield f"http://{self.fqdn}:{port}"
        finally:
            self.end_server(port)
            if before:
                self.play_words(port, before)

    @contextlib.contextmanager
    def dead(self, port):
        """No server on a port, for a while."""
        self.end_server(port)
        try:
            yield
        finally:
            self.play_words(port, self.played[port])

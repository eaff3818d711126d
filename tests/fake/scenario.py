"""Reads a scenario: lines that name the peers of a tailnet, the doors to their servers, and what happens when.

    peer NAME OS WORDS          a machine; WORDS are the commands of tailnet.Peer
    door PEER:NAME KIND PORT [/MOUNT] ANSWER WORDS
                                a server's door; KIND is raw, https, http or tcp (the last three: tailscale serve),
                                ANSWER a recording, a fault or `dead`; WORDS are the commands of doors.Door
    daemon WORDS                this machine's tailscaled; WORDS are the commands of localapi.Daemon
    service svc:NAME PEER PORT  a Tailscale Service that the tailnet offers
    instead OLD NEW [DOOR ...]  recordings say NEW where they say OLD, at all doors or at these
    model OLD NEW [KEY=VALUE ...] [DOOR ...]
                                there, the model NEW is in the place of OLD, with those values: models.py
    client PEER DOOR WORDS      a program on that machine which chats with a raw door; WORDS are those of clients.Client
    tunnel-port PORT REAL       in a tunnel, that port is another one: what an ordinary user may not bind, or has bound already
    config KEY = VALUE          a line of the configuration that is written
    at SECONDS WHO WORDS        later, from the first question to tailscaled on: WHO is a peer, a door or `daemon`
    deserves STATUS             the exit status that a look at the start deserves

`#` starts a comment. This machine is the peer `admin`. Recordings are named as in tests/recordings.
"""
from actor import Trouble
from fake_clients import Client
from doors import Door
from localapi import Daemon
from models import Model, Replacements
from tailnet import Tailnet


class Scenario:
    def __init__(self, network, socket_path, has_tunnel=False):
        self.tailnet = Tailnet(network, has_tunnel)
        self.daemon = Daemon(self.tailnet, socket_path)
        self.doors, self.replacements = {}, Replacements()
        self.events, self.clients = [], []
        self.config = {"discover": "off", "ca_file": "ca.crt", "period": "1"}
        self.deserved = None

    def read(self, text, name):
        """Takes in every line; a mistake is told with its file and line."""
        for number, line in enumerate(text.splitlines(), 1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            try:
                self.take(words[0], words[1:])
            except (Trouble, ValueError) as why:
                raise Trouble(f"{name}:{number}: {why}") from None
        self.join_backends()
        self.events.sort(key=lambda event: event[0])
        self.daemon.serve_config = lambda: serve_config(self.own_mounts())

    def take(self, kind, words):
        if kind not in LINES:
            raise Trouble(f"a line starts with {', '.join(LINES)}, not with '{kind}'")
        method, least, form = LINES[kind]
        if len(words) < least:
            raise Trouble(f"expected: {form}")
        method(self, words)

    def take_peer(self, words):
        peer = self.tailnet.add(*words[:2])
        peer.obey(peer.parse(words[2:]))
        peer.path_since -= 60       # it had this path before anybody looked

    def take_door(self, words):
        name, kind, port, *rest = words
        peer = self.peer(name.partition(":")[0])
        if name in self.doors or ":" not in name:
            raise Trouble(f"a door needs a name of its own, such as {peer.name}:ollama")
        mount = rest.pop(0) if rest[0].startswith("/") else "/"
        if not rest:
            raise Trouble("a door needs an answer after its mount")
        door = Door(name, peer, kind, self.tailnet.port(int(port)), mount, rest[0], self.replacements)
        door.obey(door.parse(rest[1:]))
        if peer is self.tailnet.own and kind != "raw" and not door.backend_port:
            raise Trouble("a served door of this machine needs a backend")
        self.doors[name] = door

    def take_daemon(self, words):
        self.daemon.obey(self.daemon.parse(words))

    def take_service(self, words):
        name, peer, port = words
        self.daemon.services[name] = {"Name": name, "Addrs": self.peer(peer).addresses[:1], "Ports": [f"tcp:{port}"]}

    def take_client(self, words):
        client = Client(self.peer(words[0]), self.door(words[1]))
        client.obey(client.parse(words[2:]))
        self.clients.append(client)

    def take_replacement(self, words):
        old, new, *doors = words
        self.replacements.add(lambda body: body.replace(old.encode(), new.encode()), doors)

    def take_model(self, words):
        old, new, *rest = words
        doors = [word for word in rest if "=" not in word]
        self.replacements.add(Model(old, new, [word for word in rest if "=" in word]).change, doors)

    def take_tunnel_port(self, words):
        self.tailnet.tunnel_ports[int(words[0])] = int(words[1])

    def take_config(self, words):
        key, _, value = " ".join(words).partition("=")
        self.config[key.strip()] = value.strip()

    def take_event(self, words):
        seconds, who, *rest = words
        actor = self.actor(who)
        self.events.append((float(seconds), actor, actor.parse(rest)))

    def take_deserved(self, words):
        self.deserved = int(words[0])

    def peer(self, name):
        peer = self.tailnet.get(name)
        if not peer:
            raise Trouble(f"there is no peer {name}")
        return peer

    def door(self, name):
        if name not in self.doors:
            raise Trouble(f"there is no door {name}")
        return self.doors[name]

    def actor(self, who):
        if who == "daemon":
            return self.daemon
        return self.door(who) if ":" in who else self.peer(who)

    def join_backends(self):
        """A mount of this machine and the raw door of its backend lead to the same process."""
        raw = {door.port: door for door in self.doors.values() if door.peer is self.tailnet.own and door.kind == "raw"}
        for door in self.own_mounts():
            if door.backend_port in raw:
                door.same_process(raw[door.backend_port])

    def own_mounts(self):
        return [door for door in self.doors.values() if door.peer is self.tailnet.own and door.kind != "raw"]

    def add_crowd(self, peers, endpoints, black_holes):
        """Many plain peers, and many plain endpoints on the first of them: for measurements."""
        for number in range(max(peers, endpoints)):
            peer = self.tailnet.add(f"crowd{number}", ("linux", "windows", "macOS")[number % 3])
            peer.rtt_ms = 0
            if number >= endpoints:
                peer.obey(peer.parse(["offline", "3h"] if number % 3 else ["idle"]))
                continue
            recording = ("llama-server-0.5.0/ready-idle", "ollama-0.17.4/loaded-idle")[number % 2]
            name = f"{peer.name}:llm"
            peer.direct()
            answer = "black-hole" if number < black_holes else recording
            self.doors[name] = Door(name, peer, "raw", 21434, "/", answer, self.replacements)
            self.doors[name].pinned()

    def configuration(self, folder):
        """The text of tsllm-top's configuration file."""
        lines = [f"{key} = {value}" for key, value in self.config.items()]
        for door in self.doors.values():
            if door.is_pinned:
                lines += ["", f"[endpoint {door.name}]", f"url = {door.url}"]
            if door.is_pinned and door.key_text:
                lines.append(f"key_file = {folder}/{door.name}.key")
        return "\n".join(lines) + "\n"


LINES = {
    "peer": (Scenario.take_peer, 2, "peer NAME OS WORDS"),
    "door": (Scenario.take_door, 4, "door PEER:NAME KIND PORT [/MOUNT] ANSWER WORDS"),
    "daemon": (Scenario.take_daemon, 1, "daemon WORDS"),
    "service": (Scenario.take_service, 3, "service svc:NAME PEER PORT"),
    "model": (Scenario.take_model, 2, "model OLD NEW [KEY=VALUE ...] [DOOR ...]"),
    "client": (Scenario.take_client, 2, "client PEER DOOR WORDS"),
    "instead": (Scenario.take_replacement, 2, "instead OLD NEW [DOOR ...]"),
    "tunnel-port": (Scenario.take_tunnel_port, 2, "tunnel-port PORT REAL"),
    "config": (Scenario.take_config, 2, "config KEY = VALUE"),
    "at": (Scenario.take_event, 3, "at SECONDS WHO WORDS"),
    "deserves": (Scenario.take_deserved, 1, "deserves STATUS"),
}


def serve_config(doors):
    """What `tailscale serve` was told on this machine; None: nothing."""
    whole = {}
    for door in doors:
        config = whole.setdefault("Foreground", {}).setdefault("5e55104", {}) if door.is_foreground else whole
        host_port = f"{door.peer.fqdn}:{door.port}"
        if door.kind == "tcp":
            config.setdefault("TCP", {})[str(door.port)] = {"TCPForward": f"127.0.0.1:{door.backend_port}"}
            continue
        config.setdefault("TCP", {})[str(door.port)] = {door.kind.upper(): True}
        scheme = "https+insecure" if door.is_insecure else "http"
        handlers = config.setdefault("Web", {}).setdefault(host_port, {}).setdefault("Handlers", {})
        handlers[door.mount] = {"Proxy": f"{scheme}://127.0.0.1:{door.backend_port}{door.backend_path}"}
        if door.is_funnel:
            config.setdefault("AllowFunnel", {})[host_port] = True
    return whole or None

"""Reads a scenario: lines that name the peers of a tailnet, the doors to their servers, and what happens when.

    peer NAME OS WORDS          a machine; WORDS are the commands of tailnet.Peer
    door PEER:NAME KIND PORT [/MOUNT] ANSWER WORDS
                                a server's door; KIND is raw, https, http or tcp (the last three: tailscale serve),
                                ANSWER a recording, a fault or `dead`; WORDS are the commands of doors.Door
    daemon WORDS                this machine's tailscaled; WORDS are the commands of localapi.Daemon
    service svc:NAME PEER PORT  a Tailscale Service that the tailnet offers
    instead OLD NEW             every recording says NEW where it says OLD: a model's name, its size
    client PEER DOOR WORDS      a program on that machine which chats with a raw door; WORDS are those of clients.Client
    config KEY = VALUE          a line of the configuration that is written
    at SECONDS WHO WORDS        later: WHO is a peer, a door or `daemon`
    deserves STATUS             the exit status that a look at the start deserves

`#` starts a comment. This machine is the peer `admin`. Recordings are named as in tests/recordings.
"""
from actor import Trouble
from fake_clients import Client
from doors import Door
from localapi import Daemon
from tailnet import Tailnet


class Scenario:
    def __init__(self, network, socket_path):
        self.tailnet = Tailnet(network)
        self.daemon = Daemon(self.tailnet, socket_path)
        self.doors, self.replacements = {}, []
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
        door = Door(name, peer, kind, int(port), mount, rest[0], self.replacements)
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
        self.replacements.append(tuple(word.encode() for word in words[:2]))

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
            self.doors[name] = Door(name, peer, "raw", 21434, "/", answer)
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
    "client": (Scenario.take_client, 2, "client PEER DOOR WORDS"),
    "instead": (Scenario.take_replacement, 2, "instead OLD NEW"),
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
        handlers[door.mount] = {"Proxy": f"{scheme}://127.0.0.1:{door.backend_port}"}
        if door.is_funnel:
            config.setdefault("AllowFunnel", {})[host_port] = True
    return whole or None

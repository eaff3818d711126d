"""The tailnet that the fake daemon knows: its peers, what their paths carry, and the JSON that tells of them.

Each answer starts from the recorded one of a real tailscaled and has only its values put in, so its shape is real.
Peers that carry nothing are rendered once and kept: the status of ten thousand of them costs one join.
"""
import datetime
import hashlib
import json
import math
import os
import re
import time

from actor import Actor, Trouble, command, one_of
import recordings
import tunnel

NETWORKS = range(64, 96)    # second numbers of 127.0.0.0/8, one for each fake that runs
NEVER = "0001-01-01T00:00:00Z"
ACTIVE_KINDS = {"direct": "direct_ipv4", "relay": "peer_relay_ipv4", "derp": "derp"}
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def recorded(name):
    with open(os.path.join(recordings.ROOT, "tailscale", name), encoding="utf-8") as file:
        return file.read() if name.endswith(".txt") else json.load(file)


STATUS = recorded("status-paths.json")
STATUS["Version"] = STATUS["Version"].replace("-ERR-BuildInfo", "-t5e2c1a4d7-g9b0f3e816")     # as a released one says it
PEER = next(iter(STATUS["Peer"].values()))
WHOIS = recorded("whois-peer.json")
PING = recorded("localapi-ping-disco-direct.json")
DERP_REGIONS = {region["RegionCode"]: number for number, region in recorded("derpmap.json")["Regions"].items()}


def stamp(when):
    if not when:
        return NEVER
    return datetime.datetime.fromtimestamp(when, datetime.timezone.utc).isoformat(timespec="microseconds")[:-6] + "Z"


def span(text):
    """'3h' → 10800.0"""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    if not match:
        raise ValueError("a time is a number and s, m, h or d")
    return float(match.group(1)) * UNITS[match.group(2)]


def derp_region(word):
    return one_of(word, DERP_REGIONS)


class Peer(Actor):
    """A machine of the tailnet. It starts online and idle."""

    def __init__(self, number, name, os_name, tailnet):
        self.number, self.name, self.os, self.tailnet = number, name, os_name, tailnet
        self.suffix, self.login = tailnet.suffix, tailnet.login
        self.kind, self.where, self.region = "idle", "", "fra"
        self.last_direct = f"192.168.1.{number % 250 + 1}:41641" if tailnet.has_tunnel else f"10.99.0.{number % 250 + 1}:41641"
        self.is_online, self.is_deaf, self.is_expired = True, False, False
        self.is_member, self.lives = True, 0
        self.last_seen = self.key_expiry = 0
        self.tags, self.extra = [], {}
        self.rtt_ms, self.bytes_per_s, self.swing = 0.4, 2000.0, 0.0
        self.rx = self.tx = 0.0
        self.born = self.counted = time.time()
        self.path_since, self.direct_spans = self.born, []
        self.kept = b""

    # ---- words of the scenario

    @command
    def path(self):
        """Reads well before direct, relay, derp and idle."""

    @command
    def direct(self, address=""):
        self.move("direct", address or self.last_direct)
        self.last_direct = self.where

    @command
    def derp(self, region: derp_region = ""):
        self.region = region or self.region
        self.move("derp", "")

    @command
    def relay(self, address):
        self.move("relay", address)

    @command
    def idle(self):
        self.move("idle", "")

    @command
    def home(self, region: derp_region):
        """Its own DERP region, whatever its path is."""
        self.region = region

    @command
    def rtt(self, ms: float):
        self.rtt_ms = ms

    @command
    def rate(self, bytes_per_s: float, swing: float = 0.0):
        """On average; with a swing up to 1 it comes and goes."""
        self.bytes_per_s, self.swing = bytes_per_s, swing

    @command
    def online(self):
        self.is_online, self.is_deaf, self.last_seen = True, False, 0

    @command
    def offline(self, ago: span = 0.0):
        self.is_online, self.last_seen = False, time.time() - ago
        self.move("idle", "")

    @command
    def leave(self):
        """It is removed from the tailnet."""
        self.is_member = False
        self.move("idle", "")

    @command
    def join(self, name=""):
        """It is in the tailnet again, as a machine that nobody has seen before."""
        self.is_member, self.lives = True, self.lives + 1
        self.name = name or self.name

    @command
    def deaf(self):
        """Online for the control plane, yet nothing comes back: frozen or cut off."""
        self.is_deaf = True
        self.note_path()

    @command
    def expired(self):
        self.is_expired, self.key_expiry = True, time.time() - 3600

    @command
    def expires(self, within: span):
        self.key_expiry = time.time() + within

    @command
    def tag(self, name):
        self.tags.append(f"tag:{name}")

    @command
    def user(self, login):
        self.login = login

    @command
    def shared(self, suffix, login):
        """Shared in by somebody of another tailnet."""
        self.suffix, self.login = suffix, login

    @command
    def named(self, name):
        """It goes by another name now, perhaps by that of a machine which went."""
        self.name = name

    @command
    def exit_node(self):
        self.extra["ExitNodeOption"] = True

    @command
    def mullvad(self, country, code, city, city_code):
        self.suffix, self.login = "mullvad.ts.net", "mullvad"
        self.tags = ["tag:mullvad-exit-node"]
        self.extra.update(ExitNodeOption=True, Location={
            "Country": country, "CountryCode": code, "City": city, "CityCode": city_code, "Priority": 100})

    # ---- what it is

    @property
    def fqdn(self):
        return f"{self.name}.{self.suffix}"

    @property
    def id(self):
        return f"n{self.lives * 100000 + self.number:08d}CNTRL"

    @property
    def key(self):
        return "nodekey:" + hashlib.sha256(f"{self.fqdn}{self.lives or str()}".encode()).hexdigest()

    @property
    def address(self):
        return self.tailnet.address(self.number)

    @property
    def bound(self):
        """The address at which its servers listen and its clients start."""
        return tunnel.far(self.address) if self.tailnet.has_tunnel and self is not self.tailnet.own else self.address

    @property
    def wait_ms(self):
        """What its answers wait: the round trip, unless the tunnel has it."""
        return 0.0 if self.tailnet.has_tunnel else self.rtt_ms

    @property
    def addresses(self):
        second, third, last = map(int, self.address.split(".")[1:])
        return [self.address, f"fd7a:115c:a1e0:ab12:4843:cd96:62{second:02x}:{256 * third + last:x}"]

    @property
    def user_id(self):
        return self.tailnet.user_id("tagged-devices" if self.tags else self.login)

    @property
    def is_active(self):
        return self.kind in ACTIVE_KINDS

    @property
    def is_reachable(self):
        return self.is_member and self.is_online and not self.is_deaf and not self.is_expired

    @property
    def is_direct(self):
        return self.kind == "direct" and self.is_reachable

    # ---- what its path carries

    def move(self, kind, where):
        self.count()
        self.note_path()
        self.kind, self.where = kind, where

    def note_path(self):
        """A direct path ends, or might: the daemon's ring keeps when it was."""
        if self.is_direct and self.path_since:
            self.direct_spans.append((self.path_since, time.time()))
        self.path_since = time.time()

    def rate_at(self, when):
        waves = ((0.5, 11, 1), (0.3, 3.7, 5), (0.2, 47, 3))
        return self.bytes_per_s * (1 + self.swing * sum(
            part * math.sin(when / span_s + phase * self.number) for part, span_s, phase in waves))

    def count(self):
        """Brings the WireGuard counters up to now."""
        now = time.time()
        grown, self.counted = (now - self.counted) * self.rate_at(now), now
        if not self.is_active:
            return
        self.tx += grown / 8
        self.rx += grown if self.is_reachable else 0
        self.tailnet.carried(ACTIVE_KINDS[self.kind], grown if self.is_reachable else 0, grown / 8)

    def exchanged(self, rx, tx):
        """Bytes that a client of this machine's, or one of its own, had of a server."""
        if self.is_active:
            self.rx, self.tx = self.rx + rx, self.tx + tx
            self.tailnet.carried(ACTIVE_KINDS[self.kind], rx, tx)

    def way(self):
        """What the tunnel needs to know of it."""
        has_udp = self.is_active and self.kind != "derp"
        return {"ms": self.rtt_ms, "where": self.where if has_udp else "", "key": self.key.partition(":")[2],
                "rx": self.bytes_per_s, "tx": self.bytes_per_s / 8}

    def latency_s(self):
        """The round trip, breathing by a tenth."""
        return self.rtt_ms * (1 + 0.1 * math.sin(time.time() + self.number)) / 1000

    # ---- how the daemon tells of it

    def status(self):
        now, has_path = time.time(), self.is_active and not self.is_deaf
        told = dict(PEER, ID=self.id, NodeID=self.number, PublicKey=self.key, HostName=self.name,
                    DNSName=self.fqdn + ".", OS=self.os, UserID=self.user_id, TailscaleIPs=self.addresses,
                    AllowedIPs=[f"{self.addresses[0]}/32", f"{self.addresses[1]}/128"])
        told["CurAddr"] = self.where if has_path and self.kind == "direct" else ""
        told["PeerRelay"] = self.where if has_path and self.kind == "relay" else ""
        told["Relay"] = self.region
        told.update(RxBytes=int(self.rx), TxBytes=int(self.tx), Online=self.is_online, Active=self.is_active,
                    InEngine=self.rx > 0, LastSeen=stamp(self.last_seen), TaildropTarget=1 if self.is_online else 5,
                    LastWrite=stamp(now - 0.5 if self.is_active else 0),
                    LastHandshake=stamp(now - (now + 37 * self.number) % 120 if has_path else 0),
                    PeerAPIURL=[f"http://{self.address}:46590", f"http://[{self.addresses[1]}]:46590"])
        told.update(self.extra)
        if self.tags:
            told["Tags"] = self.tags
        if self.key_expiry:
            told["KeyExpiry"] = stamp(int(self.key_expiry))
        if self.is_expired:
            told["Expired"] = True
        return told

    def member(self):
        """Its member of the status' Peer object."""
        if self.is_active:
            self.count()
        if self.is_active or not self.kept:
            text = json.dumps(self.status(), indent="\t", ensure_ascii=False).replace("\n", "\n\t\t")
            self.kept = f'\t\t"{self.key}": {text}'.encode()
        return self.kept

    def whois(self):
        node = dict(WHOIS["Node"], ID=self.number, StableID=self.id, Name=self.fqdn + ".", User=self.user_id,
                    Key=self.key, DiscoKey=self.key.replace("node", "disco"), HomeDERP=int(DERP_REGIONS[self.region]),
                    Addresses=[f"{self.addresses[0]}/32", f"{self.addresses[1]}/128"],
                    Endpoints=[self.last_direct] if self.kind != "derp" else None, Online=self.is_online,
                    ComputedName=self.name, ComputedNameWithHost=self.name)
        node["AllowedIPs"] = node["Addresses"]
        node["Hostinfo"] = dict(node["Hostinfo"], OS=self.os, Hostname=self.name)
        node["Hostinfo"]["NetInfo"] = dict(node["Hostinfo"]["NetInfo"], WorkingUDP=self.kind != "derp")
        return dict(WHOIS, Node=node, UserProfile=self.tailnet.user(self.user_id))

    def ping(self, kind):
        told = dict(PING, IP=self.address, NodeIP=self.address, NodeName=self.name, LatencySeconds=self.latency_s())
        is_disco = kind == "disco"
        told["Endpoint"] = (self.where or self.last_direct) if is_disco and self.kind in ("direct", "idle") else ""
        told["PeerRelay"] = self.where if is_disco and self.kind == "relay" else ""
        if is_disco and self.kind == "derp":
            told.update(DERPRegionID=int(DERP_REGIONS[self.region]), DERPRegionCode=self.region)
        return told

    def path_events(self):
        """The daemon's ring: a direct path starts with an update and has a pong every 3 s."""
        events = [{"When": stamp(self.born - 61), "What": "updateFromNode-new-Endpoints", "To": [self.last_direct]}]
        spans = self.direct_spans + ([(self.path_since, time.time())] if self.is_direct else [])
        for start, end in spans:
            whats = ["update"] + ["latency"] * int((end - start) // 3)
            events += [{"When": stamp(start + 3 * number), "What": f"handlePongConnLocked-bestAddr-{what}",
                        "From": {}, "To": {}} for number, what in enumerate(whats)]
        return events[-800:]


class Tailnet:
    """All peers, this machine first among them, and the traffic of all by path kind."""

    def __init__(self, network, has_tunnel=False, suffix="tail4c1d.ts.net", login="ada@example.net"):
        self.network, self.has_tunnel, self.suffix, self.login = network, has_tunnel, suffix, login
        self.tunnel_ports = {}
        self.users = {login: 123}
        self.peers = {}
        self.traffic = {kind: [0.0, 0.0] for kind in ACTIVE_KINDS.values()}
        self.own = Peer(1, "admin", "linux", self)
        self.kept_idle = b""

    @property
    def place(self):
        """Which of the fakes that run side by side this one is."""
        return self.network - NETWORKS[0]

    def address(self, number):
        if self.has_tunnel:
            second, third, last = hashlib.sha256(b"address %d" % number).digest()[:3]
            return f"100.{64 + second % 36}.{third}.{1 + last % 254}"
        return f"127.{self.network}.{number // 250}.{number % 250}"

    def port(self, number):
        return self.tunnel_ports.get(number, number) if self.has_tunnel else number

    def add(self, name, os_name):
        if name in self.peers or name == self.own.name:
            raise Trouble(f"there is a peer {name} already")
        self.peers[name] = Peer(len(self.peers) + 2, name, os_name, self)
        return self.peers[name]

    def get(self, name):
        return self.own if name == self.own.name else self.peers.get(name)

    def find(self, host):
        """The peer of an address, a full name or a short one."""
        everybody = [self.own, *(peer for peer in self.peers.values() if peer.is_member)]
        return next((peer for peer in everybody if host.rstrip(".") in (*peer.addresses, peer.fqdn, peer.name)), None)

    def user_id(self, login):
        return self.users.setdefault(login, 123 + len(self.users))

    def user(self, user_id):
        login = next(login for login, known in self.users.items() if known == user_id)
        return dict(STATUS["User"]["123"], ID=user_id, LoginName=login, DisplayName=login.partition("@")[0].title())

    def carried(self, kind, rx, tx):
        self.traffic[kind][0] += rx
        self.traffic[kind][1] += tx

    def changed(self, peer):
        """What was kept about a peer is no longer true."""
        peer.kept = self.kept_idle = b""

    def members(self):
        """The members of the status' Peer object; those of idle peers are joined once."""
        members = [peer for peer in self.peers.values() if peer.is_member]
        if not self.kept_idle:
            self.kept_idle = b",\n".join(peer.member() for peer in members if not peer.is_active)
        active = [peer.member() for peer in members if peer.is_active]
        return b",\n".join(filter(None, [*active, self.kept_idle]))

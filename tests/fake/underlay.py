"""What tailscaled itself sends and gets over UDP, as far as a capture can tell: the device eth0 beside tailscale0.

Each peer with a direct path, or one through a peer relay, is pinged every three seconds and answers after its round trip; what its
tunnel carries, and its other traffic, are WireGuard packets. What is encrypted in them is noise.
"""
import contextlib
import os
import socket
import struct

DEVICE, OWN, PREFIX = "eth0", ("192.168.1.10", 41641), 24
PING_S, TICK_S = 3.0, 0.25      # tailscaled's heartbeat; how often the other traffic is sent
MAGIC, PING, PONG = b"TS\xf0\x9f\x92\xac", 124, 110     # lengths, as disco.go makes them
DATA, DATA_MOST, BURST = 4, 1280, 8      # the other traffic comes in so many packets at least
GENEVE_DISCO, GENEVE_WIREGUARD = 0x7a11, 0x7a12
UDP, HEADERS = 17, 28


class Way:
    """Where a peer's UDP goes, and its keys."""

    def __init__(self, told):
        host, port, *vni = told["where"].replace(":vni:", ":").split(":")
        self.place, self.vni = (host, int(port)), int(vni[0]) if vni else 0
        self.disco, self.index = bytes.fromhex(told["key"]), bytes.fromhex(told["key"])[:4]
        self.rates = told["rx"], told["tx"]
        self.owed = [0.0, 0.0]
        self.number = 0

    def wrapped(self, kind, payload):
        """In a relay's header, if it goes through one."""
        return struct.pack(">HHI", 0, kind, self.vni << 8) + payload if self.vni else payload

    def disco_message(self, length, key):
        noise = os.urandom(length - len(MAGIC) - len(key))
        return self.wrapped(GENEVE_DISCO, MAGIC + key + noise)

    def data(self, length):
        self.number += 1
        padded = -(-length // 16) * 16
        return self.wrapped(GENEVE_WIREGUARD, struct.pack("<I", DATA) + self.index + struct.pack("<Q", self.number) + bytes(padded + 16))

    def other_traffic(self, seconds):
        """How many full packets came, and went, beside the tunnel's that are seen."""
        for number, rate in enumerate(self.rates):
            self.owed[number] += rate * seconds / DATA_MOST
        whole = [int(owed) if owed >= BURST else 0 for owed in self.owed]
        self.owed = [owed - taken for owed, taken in zip(self.owed, whole)]
        return whole


class Underlay:
    def __init__(self, make_device, ip):
        self.device = make_device(DEVICE)
        for line in (f"link set {DEVICE} addrgenmode none", f"link set {DEVICE} up", f"addr add {OWN[0]}/{PREFIX} dev {DEVICE}",
                     f"route add default dev {DEVICE}"):
            ip(line)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(OWN)
        self.socket.setblocking(False)
        self.key = os.urandom(32)
        self.ways = {}      # by the peer

    def learn(self, told):
        """peer → its way, or None where it has none."""
        kept = self.ways
        self.ways = {}
        for peer, one in told.items():
            way = Way(one)
            if peer in kept and kept[peer].place == way.place:
                way.number, way.owed = kept[peer].number, kept[peer].owed
            self.ways[peer] = way

    def ping(self):
        for way in self.ways.values():
            self.send(way, way.disco_message(PING, self.key))

    def send(self, way, payload):
        with contextlib.suppress(OSError):      # it is lost
            self.socket.sendto(payload, way.place)

    def pong(self, packet):
        """(peer, packet): the answer to a ping that left by the device; None: it was no ping."""
        place = socket.inet_ntoa(packet[16:20]), int.from_bytes(packet[22:24], "big")
        for peer, way in self.ways.items():
            if way.place == place and len(packet) == HEADERS + PING + 8 * bool(way.vni):
                return peer, self.arriving(way, way.disco_message(PONG, way.disco))
        return None

    def arriving(self, way, payload):
        """An IP packet from the peer."""
        udp = struct.pack(">HHHH", way.place[1], OWN[1], 8 + len(payload), 0) + payload
        head = bytearray(struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, UDP, 0,
                                     socket.inet_aton(way.place[0]), socket.inet_aton(OWN[0])))
        total = sum(struct.unpack(">10H", head))
        total = (total & 0xffff) + (total >> 16)
        head[10:12] = (0xffff - total).to_bytes(2, "big")
        return bytes(head) + udp

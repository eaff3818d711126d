"""Conversations: packets between this machine and others, one after the other, on a clock that the caller moves."""
import struct

import payloads
from pcap import ACK, FIN, PSH, RST, SYN, tcp, udp

T0 = 1_700_000_000_000_000
MS, S = 1000, 1_000_000
OURS = {4: "10.0.0.1:41641", 6: "[fd00::1]:41641"}
PEERS = {4: "10.0.0.2:41641", 6: "[fd00::2]:41641"}
OTHERS = {4: "10.0.0.3:41641", 6: "[fd00::3]:41641"}


class Talk:
    """UDP of tailscaled's. What is sent goes to the peer, what is heard comes from it, unless said otherwise."""

    def __init__(self, ipv6=False, vni=0):
        version = 6 if ipv6 else 4
        self.ours, self.peer, self.other = OURS[version], PEERS[version], OTHERS[version]
        self.vni, self.now, self.packets = vni, T0, []
        payloads.restart()

    def wait(self, us):
        self.now += us
        return self
    def add(self, packet, length=None):
        self.packets.append((self.now, packet, len(packet) if length is None else length))

    def wrapped(self, payload):
        return payloads.geneve(self.vni, payload) if self.vni else payload

    def send(self, payload, to=None):
        self.add(udp(self.ours, to or self.peer, self.wrapped(payload)))

    def hear(self, payload, of=None):
        self.add(udp(of or self.peer, self.ours, self.wrapped(payload)))

    def ask(self, to=None):
        """Our ping."""
        self.send(payloads.disco(payloads.PING, payloads.OUR_KEY), to)

    def answered(self, of=None, key=payloads.PEER_KEY):
        """The pong to it."""
        self.hear(payloads.disco(payloads.PONG, key), of)

    def asked(self, of=None, key=payloads.PEER_KEY):
        """A ping of the peer's."""
        self.hear(payloads.disco(payloads.PING, key), of)

    def answer(self, to=None):
        """Our pong to it."""
        self.send(payloads.disco(payloads.PONG, payloads.OUR_KEY), to)

    def ping(self, us=212, to=None):
        """Our ping and its pong."""
        self.ask(to)
        self.wait(us).answered(to)

    def heartbeats(self, count, us=212, every=3 * S):
        for _ in range(count):
            self.ping(us)
            self.wait(every - us)

    def tick(self, seconds):
        """Time passes, and nothing but a stranger's packets shows it."""
        stranger, us = (place.replace("41641", "123") for place in (self.other, self.ours))
        for _ in range(int(seconds * 10)):
            self.wait(100 * MS).add(udp(stranger, us, b"\x24" + bytes(47)))
        return self


class Connection:
    """One TCP connection, seen on its machine; the client speaks first."""

    def __init__(self, talk, client="100.64.0.1:40000", server="100.64.0.2:8081", way=400):
        self.talk, self.client, self.server, self.way = talk, client, server, way
        self.up, self.down = 1000, 0xFFFFF000       # that soon wraps around
        self.joined = b""

    def segment(self, from_client, flags, payload=b"", length=None):
        """A segment; length: it had more payload than its bytes that are there."""
        source, target = (self.client, self.server) if from_client else (self.server, self.client)
        seq, ack = (self.up, self.down) if from_client else (self.down, self.up)
        size = len(payload) if length is None else length
        options = b"\x01\x01\x08\x0a" + struct.pack(">II", 1, 1) if flags != RST else b""
        missing = size - len(payload)
        total = {} if not missing else {"total": (0 if ":" in source.rpartition(":")[0] else 20)
                                        + 20 + len(options) + size}
        packet = tcp(source, target, flags, seq, ack if flags & ACK else 0, payload, options, **total)
        self.talk.add(packet, len(packet) + missing)
        advance = size + bool(flags & (SYN | FIN))
        if from_client:
            self.up += advance
        else:
            self.down += advance

    def open(self, us=800):
        self.segment(True, SYN)
        self.talk.wait(us)
        self.segment(False, SYN | ACK)
        self.talk.wait(20)
        self.segment(True, ACK)
        self.talk.wait(100)
        return self

    def says(self, payload, wait=0):
        """Bytes of the client's."""
        self.segment(True, PSH | ACK, payload)
        self.talk.wait(wait)

    def replies(self, payload, wait=0, length=None):
        """Bytes of the server's, acknowledged at once; a packet's worth is kept of what is larger."""
        size = len(payload) if length is None else length
        self.segment(False, PSH | ACK, payload[:1400], size)
        self.talk.wait(10)
        self.segment(True, ACK)
        self.talk.wait(max(wait - 10, 0))

    def acknowledges(self, from_client=False, after=900):
        self.talk.wait(after)
        self.segment(from_client, ACK)

    def close(self):
        self.segment(True, FIN | ACK)
        self.talk.wait(300)
        self.segment(False, FIN | ACK)
        self.talk.wait(20)
        self.segment(True, ACK)

#!/usr/bin/python3
"""Makes corpus/: the beginnings of captures of tests/wire, in the form that fuzz_packet.c reads."""
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WIRE = os.path.join(HERE, os.pardir, "wire")
sys.path.insert(0, WIRE)

import scenes_flows as flows
import scenes_lies as lies
import scenes_paths as paths
from pcap import LINKS, cut, framed, plain

ORDER = ["none", "null", "loop", "ethernet", "raw", "sll", "sll2"]      # enum link
TICK_US, SIZE_MAX = 1700, 3600
NTP = b"\0\x7b\0\x7b"      # what only passes the time in those scenes: few of them are needed


def seed(link, packets):
    """The first of these packets."""
    text, before = bytes([ORDER.index(link)]), None
    for number, (when, packet, length) in enumerate(packets):
        if NTP in packet[:60] and number % 8:
            continue
        passed = 0 if before is None else when - before
        step = min(passed // TICK_US, 0xFFFE) if passed >= 0 else 0xFFFF
        text += struct.pack(">BHH", len(packet), min(length - len(packet), 0xFFFF), step) + packet
        before = when
        if len(text) > SIZE_MAX:
            break
    return text


def recorded(name, skip=0):
    """The packets of a fixture."""
    with open(os.path.join(WIRE, "fixtures", f"{name}.pcap"), "rb") as file:
        link, = struct.unpack("<I", file.read(24)[20:])
        packets = []
        while head := file.read(16):
            seconds, rest, captured, length = struct.unpack("<IIII", head)
            packets.append((seconds * 1_000_000 + rest, file.read(captured), length))
    return "ethernet" if link == LINKS["ethernet"] else "raw", packets[skip:]


def made(packets, link="ethernet", snaplen=116):
    return link.replace("qinq", "ethernet"), cut(framed(LINKS[link], plain(packets)), snaplen)


SEEDS = {
    "handshake": recorded("direct-handshake", 9), "derp": recorded("derp"), "relay": recorded("peer-relay"),
    "bulk": recorded("bulk-gro", 40), "bulk-inside": recorded("bulk-gro.inner"), "stream": recorded("stream.inner", 2),
    "stream-plain": recorded("stream.inner", 85), "stun": made(paths.stun()), "ipv6": made(paths.pings(True), "sll2"),
    "relay-ipv6": made(paths.pings(True, 7), "sll"), "null": made(paths.handshake(), "null"),
    "loop": made(paths.handshake_of_its(), "loop"), "lost": made(paths.comes_back()), "lies": made(lies.lies()),
    "fragments": made(lies.fragments()), "options": made(lies.options_of_ip()), "tcp-lies": made(lies.tcp_lies(), "raw"),
    "coalesced": made(flows.coalesced(), "raw", 52), "tls": made(flows.tls_stream(), "raw"), "many": made(paths.crowd(40)),
    "stream-ipv6": made(flows.stream(ipv6=True), "raw", 72), "kept-alive": made(flows.kept_alive(), "raw", 52),
    "with-headers": made(flows.headers_with_first(), "raw", 52), "twice": made(flows.sent_twice(), "raw", 52),
    "loopback": made(flows.stream(client="127.0.0.1:40000", server="127.0.0.1:8081"), "ethernet", 66),
    "cookie": made(paths.cookie()), "tags": made(paths.handshake(), "qinq"), "two-pings": made(paths.two_pings(2)),
    "roams": made(paths.roams()),
    "probes": made(paths.probes()), "clock": made(paths.clock_steps(-paths.HOUR)), "bulk-made": made(paths.bulk()),
}

if __name__ == "__main__":
    for name, (link, packets) in SEEDS.items():
        with open(os.path.join(HERE, "corpus", name), "wb") as file:
            file.write(seed(link, packets))

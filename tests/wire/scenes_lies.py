"""Captures of packets that are cut, torn or lie about their lengths."""
import struct

import payloads
from pcap import MORE_FRAGMENTS, SYN, UDP, ip, split, tcp, udp
from talk import MS, Connection, Talk


def cut_to(sizes, ipv6=False):
    """A ping and its pong cut to each of these sizes, as the file keeps them."""
    talk = Talk(ipv6)
    for size in sizes:
        before = len(talk.packets)
        talk.ping()
        talk.wait(5 * MS)
        talk.packets[before:] = [(when, packet[:size], length) for when, packet, length in talk.packets[before:]]
    return talk.packets


def data_cut_to(size, ipv6=False):
    """Tunnel packets of which that much is left: their lengths are in their headers."""
    talk = Talk(ipv6)
    for _ in range(10):
        talk.wait(100).hear(payloads.data(9, 5 * payloads.FULL))
        talk.wait(100).send(payloads.data(7, 96))
    return [(when, packet[:size], length) for when, packet, length in talk.packets]


def connection_cut_to(size):
    talk = Talk()
    one = Connection(talk).open(800)
    one.says(b"x" * 300, 500)
    one.replies(b"x" * 600, 100)
    one.close()
    return [(when, packet[:size], length) for when, packet, length in talk.packets]


def lies(ipv6=False):
    """A ping and its pong with each length wrong in turn: none of them adds up."""
    talk = Talk(ipv6)
    wrong = [{"claimed": 7}, {"claimed": 0}, {"claimed": 65535}, {"claimed": 200}, {"total": 27}, {"total": 100}]
    wrong += [] if ipv6 else [{"total": 19}, {"total": 65535}, {"total": 4000}]
    for lie in wrong:
        talk.wait(3 * MS).add(udp(talk.ours, talk.peer, payloads.disco(payloads.PING, payloads.OUR_KEY), **lie))
        talk.wait(200).add(udp(talk.peer, talk.ours, payloads.disco(payloads.PONG, payloads.PEER_KEY), **lie))
    return talk.packets


def length_left_out(ipv6=False):
    """IP of length 0, as the kernel leaves it where it joined more than 64 kB: that of the frame counts."""
    talk = Talk(ipv6)
    talk.add(udp(talk.ours, talk.peer, payloads.disco(payloads.PING, payloads.OUR_KEY), total=0))
    talk.wait(200).add(udp(talk.peer, talk.ours, payloads.disco(payloads.PONG, payloads.PEER_KEY), total=0))
    return talk.packets


def wrong_versions():
    """IP of versions and header lengths that do not exist."""
    talk = Talk()
    for first in (0x00, 0x35, 0x44, 0x4F, 0x40, 0x55, 0xF5):
        for payload, (source, target) in ((payloads.PING, (talk.ours, talk.peer)), (payloads.PONG, (talk.peer, talk.ours))):
            packet = udp(source, target, payloads.disco(payload, payloads.OUR_KEY))
            talk.wait(200).add(bytes([first]) + packet[1:])
    return talk.packets


def tcp_lies():
    """TCP headers that say they are shorter than a header, or longer than the packet."""
    talk = Talk()
    for offset in (0, 4, 15):
        talk.wait(1 * MS).add(tcp("100.64.0.1:40000", "100.64.0.2:8081", SYN, 1, offset=offset))
        talk.wait(400).add(tcp("100.64.0.2:8081", "100.64.0.1:40000", SYN | 16, 1, 2, offset=offset))
    return talk.packets


def fragments(later_only=False):
    """A tunnel packet of 1312 bytes in two fragments; the second begins like a ping."""
    talk = Talk()
    rest = struct.pack(">HHHH", 41641, 41641, 8 + payloads.PING, 0) + payloads.disco(payloads.PING, payloads.PEER_KEY)
    peer, ours = split(talk.peer)[0], split(talk.ours)[0]
    for _ in range(5):
        if not later_only:
            whole = struct.pack(">HHHH", 41641, 41641, 8 + payloads.FULL, 0) + payloads.data(9, 544)
            talk.wait(100).add(ip(peer, ours, UDP, whole, fragment=MORE_FRAGMENTS))
        talk.wait(10).add(ip(peer, ours, UDP, rest, fragment=(8 + 544) // 8))
    return talk.packets


def options_of_ip():
    """IPv4 with options in front of UDP."""
    talk = Talk()
    ping, pong = (payloads.disco(size, key) for size, key in
                  ((payloads.PING, payloads.OUR_KEY), (payloads.PONG, payloads.PEER_KEY)))
    talk.add(udp(talk.ours, talk.peer, ping, options=b"\x94\x04\0\0" * 3))
    talk.wait(212).add(udp(talk.peer, talk.ours, pong, options=b"\x94\x04\0\0" * 10))
    return talk.packets


def extension_headers():
    """IPv6 with a hop-by-hop header: not followed."""
    talk = Talk(ipv6=True)
    for source, target, size in ((talk.ours, talk.peer, payloads.PING), (talk.peer, talk.ours, payloads.PONG)):
        inner = udp(source, target, payloads.disco(size, payloads.OUR_KEY))[40:]
        talk.wait(212).add(ip(split(source)[0], split(target)[0], 0, bytes([UDP, 0, 1, 4, 0, 0, 0, 0]) + inner))
    return talk.packets


def padded():
    """Ethernet pads short packets: the bytes behind the IP packet are not of it."""
    talk = Talk()
    for _ in range(4):
        talk.wait(100).hear(payloads.data(9, payloads.KEEPALIVE))
    return [(when, packet + b"\0" * 18, length + 18) for when, packet, length in talk.packets]


def noise(count=2000):
    """Bytes that are no packets at all, the same ones each time."""
    state, packets, talk = 1, [], Talk()
    for _ in range(count):
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        size = state >> 40 & 127
        packet = (b"\x45\0\0\x40" if state >> 60 < 8 else b"") + (state.to_bytes(8, "big") * 16)[:size]
        packets.append((talk.wait(100).now, packet, len(packet) + (state >> 50 & 63)))
    return packets

"""What tailscaled and its neighbours put into UDP: disco, WireGuard, Geneve, STUN, and others that look alike.

Sizes and layouts are those of the sources: disco/disco.go, net/stun/stun.go, net/packet/geneve.go and
wireguard-go's device/noise-protocol.go. What is sealed on the real wire is filler here.
"""
import itertools
import struct

MAGIC = bytes.fromhex("5453f09f92ac")
OUR_KEY = bytes(range(0x10, 0x30))
PEER_KEY = bytes(range(0xA0, 0xC0))
COOKIE = bytes.fromhex("2112a442")
PING, PONG, BIND, KEEPALIVE = 124, 110, 152, 32
FULL = 1312         # a WireGuard packet of a full tunnel packet, MTU 1280
_numbers = itertools.count(1)


def restart():
    """Every capture begins with the same nonces."""
    global _numbers
    _numbers = itertools.count(1)


def filler(size, seed=b"\xc5"):
    return (seed * (size // len(seed) + 1))[:size]


def disco(size, key, seed=b"\xc5"):
    nonce = (next(_numbers) * 0x9E3779B97F4A7C15 & (1 << 64) - 1).to_bytes(8, "big") + filler(16, seed)
    return MAGIC + key + nonce + filler(size - 62, seed)


def initiation(sender, seed=b"\xc5"):
    return struct.pack("<II", 1, sender) + filler(140, seed)


def response(sender, receiver, seed=b"\xc5"):
    return struct.pack("<III", 2, sender, receiver) + filler(80, seed)


def cookie_reply(receiver, seed=b"\xc5"):
    return struct.pack("<II", 3, receiver) + filler(56, seed)


def data(receiver, size=128, seed=b"\xc5"):
    """A transport packet of that UDP payload; sizes are 32 + a multiple of 16, or several packets that were joined."""
    return struct.pack("<IIQ", 4, receiver, next(_numbers)) + filler(size - 16, seed)


def geneve(vni, payload, control=False, kind=None, version=0, flags=0, reserved=0):
    if kind is None:
        kind = 0x7A11 if payload.startswith(MAGIC) else 0x7A12
    return struct.pack(">BBHI", version << 6, (0x80 if control else 0) | flags, kind, vni << 8 | reserved) + payload


def attribute(kind, value):
    return struct.pack(">HH", kind, len(value)) + value


def stun_request(txid, software=b"tailnode"):
    body = attribute(0x8022, software) + attribute(0x8028, b"\x7d\x10\xa0\x66")
    return struct.pack(">HH", 1, len(body)) + COOKIE + txid + body


def stun_response(txid, ipv6=False, seed=b"\xc5"):
    body = attribute(0x20, struct.pack(">BBH", 0, 2 if ipv6 else 1, 0x83BB) + filler(16 if ipv6 else 4, seed))
    return struct.pack(">HH", 0x101, len(body)) + COOKIE + txid + body


# ---- what is not tailscaled's

FOREIGN = [
    bytes.fromhex("c3000000010884a1b2c3d4e5f607") + filler(1186),     # QUIC: a long header
    bytes.fromhex("4f84a1b2c3d4e5f607") + filler(91),                 # QUIC: a short one
    bytes.fromhex("1234010000010000000000000365787803636f6d0000010001"),    # DNS: a question
    bytes.fromhex("1234818000010001000000000365787803636f6d0000010001") + filler(16),
    b"\x23" + filler(47, b"\x11"),                                    # NTP
    bytes.fromhex("8060000100000000deadbeef") + filler(160),          # RTP
    filler(PING, b"\x54"),                                            # of a ping's size
    MAGIC[:5] + b"\0" + filler(PING - 6),                             # all but the last byte of disco's magic
    MAGIC,                                                            # the magic and nothing behind it
    MAGIC + filler(40),                                               # shorter than its own header
    struct.pack("<IIQ", 4, 7, 7) + filler(15),                        # WireGuard too short for its tag
    struct.pack("<II", 1, 7) + filler(100),                           # an initiation of a wrong size
    struct.pack("<III", 2, 7, 7) + filler(81),                        # a response of a wrong size
    struct.pack("<II", 5, 7) + filler(88),                            # a type that WireGuard does not have
    struct.pack("<II", 0x104, 7) + filler(88),                        # and two whose reserved bytes are not zero
    struct.pack("<II", 0x1000004, 7) + filler(88),
    struct.pack(">II", 4, 7) + filler(88),                            # the type at the wrong end
    b"\x07",                                                          # tailscaled's own mark in joined packets
    b"",
]

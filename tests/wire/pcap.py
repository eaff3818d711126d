"""Writes pcap files: packets of IP in frames of the link types that a capture of tailscaled's can have.

A packet is a tuple (when in microseconds, bytes, length): length is what it had on the wire, which may be more than
the bytes that were captured. udp() and tcp() make the bytes of one IP packet; framed() puts them behind the header of
a link; save() writes the file. Checksums are zero: nobody who captures on the sending machine sees them filled in.
"""
import ipaddress
import struct

NULL, ETHERNET, RAW12, RAW, LOOP, SLL, SLL2 = 0, 1, 12, 101, 108, 113, 276
VLAN, QINQ = "vlan", "qinq"     # both are ETHERNET with tags
LINKS = {"null": NULL, "ethernet": ETHERNET, "vlan": VLAN, "qinq": QINQ, "raw12": RAW12, "raw": RAW, "loop": LOOP,
         "sll": SLL, "sll2": SLL2}
TAGS = {ETHERNET: b"", VLAN: bytes.fromhex("81000007"), QINQ: bytes.fromhex("88a80007 81000009")}
MACS = bytes.fromhex("02000000000a 02000000000b")
UDP, TCP = 17, 6
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
MORE_FRAGMENTS = 0x2000
SNAPLEN = 128       # what tsllm-capture itself asks for


def split(place):
    """'10.0.0.1:53' or '[fd00::1]:53' as an address and a port."""
    address, _, port = place.rpartition(":")
    return ipaddress.ip_address(address.strip("[]")), int(port)


# ---- headers from the inside out

def ip(source, target, protocol, payload, fragment=0, options=b"", total=None):
    """One IP packet; total overrides the length that its header claims."""
    if source.version == 6:
        claimed = len(payload) if total is None else total
        return struct.pack(">IHBB", 6 << 28, claimed, protocol, 64) + source.packed + target.packed + payload
    size = 20 + len(options)
    claimed = size + len(payload) if total is None else total
    return struct.pack(">BBHHHBBH", 0x40 | size // 4, 0, claimed, 1, fragment, 64, protocol, 0) \
        + source.packed + target.packed + options + payload


def udp(source, target, payload, claimed=None, **of_ip):
    """A UDP packet between places; claimed overrides the length that its UDP header has."""
    (from_ip, from_port), (to_ip, to_port) = split(source), split(target)
    size = 8 + len(payload) if claimed is None else claimed
    return ip(from_ip, to_ip, UDP, struct.pack(">HHHH", from_port, to_port, size, 0) + payload, **of_ip)


def tcp(source, target, flags, seq, ack=0, payload=b"", options=b"", offset=None, **of_ip):
    """A TCP segment between places; offset overrides the words that its header claims to have."""
    (from_ip, from_port), (to_ip, to_port) = split(source), split(target)
    words = 5 + len(options) // 4 if offset is None else offset
    head = struct.pack(">HHIIBBHHH", from_port, to_port, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, words << 4, flags, 512, 0, 0)
    return ip(from_ip, to_ip, TCP, head + options + payload, **of_ip)


def link_header(link, packet, ipv6):
    """What stands before the packet; ipv6 is the number that BSD's headers have for that family."""
    is_ipv6 = packet[:1] >= b"\x60"
    kind = b"\x86\xdd" if is_ipv6 else b"\x08\x00"
    if link in TAGS:
        return MACS + TAGS[link] + kind
    if link == SLL:
        return struct.pack(">HHH", 0, 1, 6) + MACS[:6] + b"\0\0" + kind
    if link == SLL2:
        return kind + struct.pack(">HIHBB", 0, 2, 1, 0, 6) + MACS[:6] + b"\0\0"
    if link in (NULL, LOOP):
        return struct.pack("<I" if link == NULL else ">I", ipv6 if is_ipv6 else 2)
    return b""


def framed(link, packets, ipv6=30):
    """Packets of IP in frames of this link."""
    for when, packet, length in packets:
        head = link_header(link, packet, ipv6)
        yield when, head + packet, len(head) + length


# ---- what happens to packets on their way into a file

def plain(packets):
    """(when, bytes) with the length added where it is the bytes' own."""
    for packet in packets:
        yield packet if len(packet) == 3 else (*packet, len(packet[1]))


def cut(packets, snaplen):
    for when, packet, length in packets:
        yield when, packet[:snaplen], length


def save(file, packets, link="ethernet", snaplen=SNAPLEN, order="<", nanoseconds=False, ipv6=30):
    """Writes the packets; order '>' is a file from a big-endian machine."""
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    link = LINKS[link]
    scale = 1000 if nanoseconds else 1
    file.write(struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, snaplen, ETHERNET if link in TAGS else link))
    for when, packet, length in cut(framed(link, plain(packets), ipv6), snaplen):
        seconds, rest = divmod(when, 1_000_000)
        file.write(struct.pack(f"{order}IIII", seconds, rest * scale, len(packet), length) + packet)

"""Captures of TCP inside the tunnel: each function returns the packets of one scene."""
import payloads
from pcap import ACK, PSH, RST, SYN, TCP, ip, split, udp
from talk import MS, S, Connection, Talk

REQUEST, HEADERS = b"R" * 1108, b"H" * 185
GAP = 3300
SIZES = (258, 260, 258, 261, 258, 258, 264, 257)     # of chunks, as llama-server sends them


def train(one, count, gap=GAP):
    """Chunks of a token each, so many, one every gap."""
    for number in range(count):
        one.replies(b"c" * SIZES[number % len(SIZES)], gap)


def stream(headers=10 * MS, first=342 * MS, count=40, gap=GAP, ipv6=False, client=None, server=None, head=HEADERS):
    """A request; headers alone after that long, the first chunk after that long, the rest in step."""
    ours, theirs = ("[fd7a:115c:a1e0::1]:40000", "[fd7a:115c:a1e0::2]:8081") if ipv6 else (
        "100.64.0.1:40000", "100.64.0.2:8081")
    one = Connection(Talk(ipv6), client or ours, server or theirs).open(800)
    one.says(REQUEST, headers)
    one.replies(head, first - headers)
    train(one, count, gap)
    one.talk.wait(-gap + 50)
    one.replies(b"e" * 19, 100)
    one.close()
    return one.talk.packets


def headers_with_first(count=40):
    """As Ollama does: nothing is sent before the first token, whose chunk comes with the headers."""
    one = Connection(Talk()).open(800)
    one.says(REQUEST, 342 * MS)
    one.replies(HEADERS + b"c" * 258, GAP)
    train(one, count - 1)
    one.close()
    return one.talk.packets


def headers_then_first_at_once(count=40):
    """The headers are a segment of their own, the first chunk follows on their heels."""
    one = Connection(Talk()).open(800)
    one.says(REQUEST, 342 * MS)
    one.replies(HEADERS, 40)
    train(one, count)
    one.close()
    return one.talk.packets


def coalesced(singles=10, pairs=15, together=2):
    """A train of which the latter part comes as several chunks in one segment."""
    one = Connection(Talk()).open(800)
    one.says(REQUEST, 10 * MS)
    one.replies(HEADERS, 100 * MS)
    train(one, singles)
    for _ in range(pairs):
        one.replies(b"c" * 259 * together, GAP * together)
    one.close()
    return one.talk.packets


def tls_hello(one):
    """TLS 1.3 and HTTP/2 as in the fixture, up to the request."""
    one.says(b"\x16\x03\x01" + b"t" * 514, 700)
    one.replies(b"\x16\x03\x03" + b"t" * 918, 1000)
    one.says(b"\x14\x03\x03" + b"t" * 61, 400)
    one.replies(b"\x17\x03\x03" + b"t" * 58, 10)
    one.says(b"\x17\x03\x03" + b"t" * 83, 90)       # the preface
    one.says(b"\x17\x03\x03" + b"t" * 93, 200)      # settings
    one.replies(b"\x17\x03\x03" + b"t" * 32, 30)
    one.replies(b"\x17\x03\x03" + b"t" * 28, 100)
    one.says(b"\x17\x03\x03" + b"t" * 28, 70)       # their acknowledgement


def tls_stream(count=40, request=992):
    one = Connection(Talk(), server="100.64.0.2:443").open(500)
    tls_hello(one)
    one.says(b"\x17\x03\x03" + b"r" * (request - 3), 3800)
    one.replies(b"\x17\x03\x03" + b"h" * 95, 200 * MS)
    for _ in range(count):
        one.replies(b"\x17\x03\x03" + b"c" * 280, GAP)
    one.says(b"\x17\x03\x03" + b"w" * 32, 100)      # a window update
    one.replies(b"\x17\x03\x03" + b"e" * 28, 100)
    one.close()
    return one.talk.packets


def download(segment=1228, total=1_500_000, gap=0):
    """A file: full segments, or what offload makes of them, at some 400 Mbit/s, or one each gap."""
    one = Connection(Talk(), server="100.64.0.2:9000").open(800)
    one.says(b"G" * 107, 3 * MS)
    one.replies(b"H" * 205, 300)
    for _ in range(total // segment):
        one.replies(b"d" * 1200, gap or segment // 50, length=segment)
    one.close()
    return one.talk.packets


def download_with_holes():
    """Every tenth segment of the server's was not captured."""
    return [packet for number, packet in enumerate(download(total=200_000)) if number % 20 != 14]


def upload(total=600_000):
    """A model goes to the server in full segments, and gets one line back."""
    one = Connection(Talk(), server="100.64.0.2:9000").open(800)
    for _ in range(total // 1228):
        one.says(b"u" * 1228, 40)
        one.segment(False, ACK)
    one.talk.wait(5 * MS)
    one.replies(b"H" * 150, 100)
    one.close()
    return one.talk.packets


def answer_at_once(parts=((420, 0),)):
    """An answer that is no stream, in these parts."""
    one = Connection(Talk()).open(800)
    one.says(REQUEST, 900 * MS)
    for size, wait in parts:
        one.replies(b"a" * size, wait or 100)
    one.close()
    return one.talk.packets


def kept_alive():
    """Two streams and a short answer one after the other on one connection."""
    one = Connection(Talk()).open(800)
    for first, count in ((200, 30), (50, 60)):
        one.says(REQUEST, 5 * MS)
        one.replies(HEADERS, (first - 5) * MS)
        train(one, count)
        one.talk.wait(2 * S)
    one.says(b"G" * 90, 1500)
    one.replies(b"a" * 400, 100)
    one.close()
    return one.talk.packets


def comments_first():
    """A server that says it is still there, every 15 s, while it works on the prompt."""
    one = Connection(Talk()).open(800)
    one.says(REQUEST, 10 * MS)
    one.replies(HEADERS, 15 * S - 10 * MS)
    one.replies(b":" * 46, 15 * S)
    one.replies(b":" * 46, 10 * S)
    train(one, 40)
    one.close()
    return one.talk.packets


def slow_tokens():
    """A large model: a token every two seconds, and one after fifteen."""
    one = Connection(Talk()).open(800)
    one.says(REQUEST, 5 * MS)
    one.replies(HEADERS, 30 * S)
    for number in range(12):
        one.replies(b"c" * 258, (15 if number == 6 else 2) * S)
    one.close()
    return one.talk.packets


def stalled():
    """The server halts for four seconds in the middle of its train."""
    one = Connection(Talk()).open(800)
    one.says(REQUEST, 5 * MS)
    one.replies(HEADERS, 100 * MS)
    train(one, 20)
    one.talk.wait(4 * S)
    train(one, 20)
    one.close()
    return one.talk.packets


def sent_twice():
    """Every fifth segment once more, two of them in the wrong order: nothing of it is new."""
    packets = stream()
    again = []
    for number, (when, packet, length) in enumerate(packets):
        again.append((when, packet, length))
        if number % 5 == 0:
            again.append((when + 5, packet, length))
    again[41], again[43] = (again[41][0], *again[43][1:]), (again[43][0], *again[41][1:])
    return again


def doubled_on_loopback():
    """A served port's stream on the loopback, where a capture may see every packet twice."""
    packets = stream(client="127.0.0.1:40000", server="127.0.0.1:8081")
    return [copy for when, packet, length in packets for copy in ((when, packet, length), (when + 1, packet, length))]


def opening(twice=False, refused=False, theirs=False):
    """A SYN and what becomes of it."""
    one = Connection(Talk(), *(("100.64.0.2:40000", "100.64.0.1:8081") if theirs else ()))
    one.segment(True, SYN)
    if twice:
        one.talk.wait(1 * S)
        one.up -= 1
        one.segment(True, SYN)
    one.talk.wait(800)
    one.segment(False, (RST if refused else SYN) | ACK)
    one.talk.wait(300)
    if not refused:
        one.segment(True, ACK)
    return one.talk.packets


def middle_of_a_connection():
    """A capture that began after the connection did; it ends by a reset."""
    one = Connection(Talk())
    one.up, one.down = 0x7FFFFFF0, 77
    for _ in range(3):
        one.says(b"x" * 100, 5 * MS)
        one.replies(b"y" * 1000, 100 * MS)
    one.segment(True, RST)
    return one.talk.packets


def acknowledgements():
    """Data of ours and of theirs, acknowledged after 900 us and 25 ms."""
    one = Connection(Talk()).open(800)
    for after in (25_000, 900, 40_000):
        one.segment(True, PSH | ACK, b"x" * 100)
        one.acknowledges(after=after)
        one.talk.wait(100 * MS)
    one.segment(False, PSH | ACK, b"y" * 100)
    one.acknowledges(True, 7)
    return one.talk.packets


def others_inside():
    """What is not TCP inside the tunnel, and TCP that is not inside."""
    talk = Talk()
    here, there = split("100.64.0.1:1")[0], split("100.64.0.2:1")[0]
    talk.add(ip(here, there, 1, b"\x08\0\0\0" + bytes(60)))
    talk.wait(100).add(udp("100.64.0.1:5353", "100.100.100.100:53", payloads.FOREIGN[2]))
    talk.wait(100).add(ip(here, there, TCP, b"\0\x50"))
    web = Connection(talk, "10.0.0.1:40000", "93.184.216.34:443").open(9000)
    web.says(b"x" * 300, 9000)
    web.replies(b"y" * 600, 100)
    web.close()
    return talk.packets

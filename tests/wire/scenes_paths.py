"""Captures of the underlay: each function returns the packets of one scene. What is true of it stands in cases.py."""
import payloads
from pcap import RST, UDP, ip, split, tcp, udp
from talk import MS, S, T0, Connection, Talk

HOUR = 3600 * S


def pings(ipv6=False, vni=0):
    """Our ping of 212 us, its ping that we answer after 80 us, and a tunnel packet each way."""
    talk = Talk(ipv6, vni)
    talk.ping(212)
    talk.wait(1 * S).asked()
    talk.wait(80).answer()
    talk.wait(100).send(payloads.data(7))
    talk.wait(100).hear(payloads.data(9))
    return talk.packets


def late_pong(us):
    talk = Talk()
    talk.ask()
    talk.tick((us - 1) // (100 * MS) / 10)
    talk.now = T0 + us
    talk.answered()
    return talk.tick(1).packets


def unanswered(known=0, hears=None):
    """A ping without a pong, after so many that were answered; hears: what comes from there after it."""
    talk = Talk()
    talk.heartbeats(known)
    talk.ask()
    talk.wait(2000)
    if hears:
        talk.hear(hears)
    return talk.tick(8).packets


def comes_back():
    """Three pongs, three pings into the void, three pongs."""
    talk = Talk()
    talk.heartbeats(3)
    for _ in range(3):
        talk.ask()
        talk.tick(5.1)
    talk.heartbeats(3)
    return talk.packets


def late_once(us):
    """A path of 20 ms, and one pong that takes longer."""
    talk = Talk()
    talk.heartbeats(4, 20 * MS)
    talk.ask()
    talk.tick(us // (100 * MS) / 10)
    talk.now = T0 + 12 * S + us
    talk.answered()
    talk.tick(1)
    talk.ping(20 * MS)
    return talk.packets


def far_away():
    """A satellite: every pong takes 900 ms."""
    talk = Talk()
    for _ in range(4):
        talk.ask()
        talk.tick(0.9)
        talk.answered()
        talk.tick(2.1)
    return talk.packets


def dead_candidates():
    """One address answers; four others, where the peer was once, never do."""
    talk = Talk()
    for _ in range(4):
        talk.ping()
        for number in range(4):
            talk.wait(20).ask(f"192.168.{number}.2:41641")
        talk.tick(6)
    return talk.packets


def unsolicited_pongs():
    talk = Talk()
    for _ in range(5):
        talk.answered()
        talk.wait(1 * S)
    return talk.packets


def two_pings(pongs):
    """Two pings at once, and so many pongs."""
    talk = Talk()
    talk.ask()
    talk.wait(1 * MS).ask()
    for _ in range(pongs):
        talk.wait(300).answered()
    return talk.tick(1).packets


def two_pings_of_its():
    talk = Talk()
    talk.asked()
    talk.wait(200).asked()
    talk.wait(100).answer()
    talk.wait(100).answer()
    return talk.packets


def probes():
    """A ping and the larger ones that look for the MTU; a pong answers each of them."""
    talk = Talk()
    talk.ask()
    for size in (1252, 1332, 1372, 1472):
        talk.wait(10).send(payloads.disco(size, payloads.OUR_KEY))
    for _ in range(5):
        talk.wait(300).answered()
    return talk.packets


def copies():
    """Every packet twice, as a capture on all devices has them."""
    doubled = []
    for when, packet, length in pings():
        doubled += [(when, packet, length), (when + 3, packet, length)]
    return doubled


def reordered():
    """A pong that stands in the file before its ping; the next pair is in order."""
    talk = Talk()
    talk.ping()
    talk.packets.reverse()
    talk.wait(3 * S).ping(300)
    return talk.packets


def roams():
    """The peer turns up at another address, with its key."""
    talk = Talk()
    talk.heartbeats(2)
    talk.asked(talk.other)
    talk.wait(80).answer(talk.other)
    for _ in range(2):
        talk.wait(3 * S).ping(450, talk.other)
    talk.wait(100).hear(payloads.data(9, 256), talk.other)
    return talk.packets


def pong_of_another_key():
    talk = Talk()
    talk.ping()
    talk.wait(3 * S).ask()
    talk.wait(500).answered(key=bytes(32))
    return talk.packets


# ---- WireGuard

def handshake(ipv6=False, vni=0):
    talk = Talk(ipv6, vni)
    talk.send(payloads.initiation(0x1111))
    talk.wait(700).hear(payloads.response(0x2222, 0x1111))
    talk.wait(100).send(payloads.data(0x2222, payloads.KEEPALIVE))
    return talk.packets


def handshake_of_its():
    """It begins, we respond; its first packet confirms."""
    talk = Talk()
    talk.hear(payloads.initiation(0x2222))
    talk.wait(300).send(payloads.response(0x1111, 0x2222))
    talk.wait(50).hear(payloads.data(0x7777))       # of the session before
    talk.wait(400).hear(payloads.data(0x1111, payloads.KEEPALIVE))
    talk.wait(50 * MS).hear(payloads.data(0x1111))
    return talk.packets


def handshake_retries():
    """The second initiation is answered, and then the first as well."""
    talk = Talk()
    talk.send(payloads.initiation(0x1111))
    talk.wait(5_100_000).send(payloads.initiation(0x1112))
    talk.wait(700).hear(payloads.response(0x2222, 0x1112))
    talk.wait(5000).hear(payloads.response(0x2223, 0x1111))
    return talk.packets


def handshake_by_derp():
    """The response takes another way: tunnel packets under the new index come, no response does."""
    talk = Talk()
    talk.send(payloads.initiation(0x1111))
    talk.wait(3000).hear(payloads.data(0x1111))
    talk.wait(100).hear(payloads.response(0x2222, 0x9999))
    return talk.tick(6).packets


def response_from_elsewhere():
    talk = Talk()
    talk.send(payloads.initiation(0x1111))
    talk.wait(700).hear(payloads.response(0x2222, 0x1111), talk.other)
    return talk.packets


def cookie():
    talk = Talk()
    talk.send(payloads.initiation(0x1111))
    talk.wait(650).hear(payloads.cookie_reply(0x1111))
    return talk.packets


def bulk():
    """What offload makes of a download: joined packets, a shorter one at the end of each, a pong in one of them."""
    talk = Talk()
    talk.heartbeats(2)
    talk.ask()
    talk.wait(300).hear(payloads.data(9, 10 * payloads.FULL) + bytes(payloads.PONG))
    for _ in range(20):
        talk.wait(1000).hear(payloads.data(9, 40 * payloads.FULL + 96))
        talk.wait(10).send(payloads.data(7, 96))
    talk.wait(1000).send(payloads.data(7, 20 * payloads.FULL))
    talk.tick(7)
    talk.ping()
    return talk.packets


def another_wireguard():
    """A WireGuard of its own port beside tailscaled."""
    talk = Talk()
    talk.ping()
    talk.wait(10).add(udp("10.0.0.1:51820", "10.0.0.3:51820", payloads.initiation(1)))
    talk.wait(500).add(udp("10.0.0.3:51820", "10.0.0.1:51820", payloads.response(2, 1)))
    for _ in range(10):
        talk.wait(500).add(udp("10.0.0.3:51820", "10.0.0.1:51820", payloads.data(1, 1440)))
    return talk.packets


# ---- STUN

def stun(ipv6=False):
    """Two servers; one answers from another address of its; an answer to nobody's question."""
    talk = Talk(ipv6)
    one, two, another = ("[fd00::101]:3478", "[fd00::102]:3478", "[fd00::103]:3478") if ipv6 else (
        "10.0.1.1:3478", "10.0.1.2:3478", "10.0.1.3:3478")
    talk.send(payloads.stun_request(b"A" * 12), one)
    talk.wait(100).send(payloads.stun_request(b"B" * 12), two)
    talk.wait(8000).hear(payloads.stun_response(b"B" * 12, ipv6), another)
    talk.wait(7000).hear(payloads.stun_response(b"A" * 12, ipv6), one)
    talk.wait(10).hear(payloads.stun_response(b"A" * 12, ipv6), one)
    talk.wait(10).hear(payloads.stun_response(b"C" * 12, ipv6), one)
    return talk.packets


# ---- peer relay

def relay():
    """A session is bound, pinged and used; another session of the same relay is pinged at the same time."""
    talk = Talk()
    bind = payloads.disco(payloads.BIND, payloads.OUR_KEY)
    talk.send(payloads.geneve(7, bind, control=True))
    talk.wait(200).hear(payloads.geneve(7, payloads.disco(payloads.BIND, bytes(32)), control=True))
    talk.wait(3 * S).send(payloads.geneve(7, payloads.disco(payloads.PING, payloads.OUR_KEY)))
    talk.wait(10).send(payloads.geneve(8, payloads.disco(payloads.PING, payloads.OUR_KEY)))
    talk.wait(490).hear(payloads.geneve(8, payloads.disco(payloads.PONG, bytes(range(32)))))
    talk.wait(500).hear(payloads.geneve(7, payloads.disco(payloads.PONG, payloads.PEER_KEY)))
    talk.wait(10).send(payloads.geneve(7, payloads.data(7)))
    talk.wait(10).hear(payloads.geneve(7, payloads.data(9)))
    return talk.packets


def relay_alone():
    """The relay itself answers: its key is not that of the peer behind it."""
    talk = Talk()
    talk.send(payloads.geneve(7, payloads.disco(payloads.BIND, payloads.OUR_KEY), control=True))
    talk.wait(200).hear(payloads.geneve(7, payloads.disco(payloads.BIND, bytes(32)), control=True))
    talk.wait(200).send(payloads.geneve(7, payloads.disco(payloads.BIND, payloads.OUR_KEY), control=True))
    talk.wait(10).send(payloads.geneve(7, payloads.data(7)))
    return talk.packets


def not_geneve():
    """Headers that are nearly Geneve's."""
    talk = Talk()
    ping = payloads.disco(payloads.PING, payloads.OUR_KEY)
    for wrong in ({"version": 1}, {"reserved": 1}, {"flags": 1}, {"flags": 0x20}, {"kind": 0x6558}, {"kind": 0x7A11 ^ 0xFF}):
        talk.wait(10).send(payloads.geneve(7, ping, **wrong))
    talk.wait(10).send(payloads.geneve(7, payloads.data(7), kind=0x7A11))
    return talk.packets


# ---- DERP

def derp():
    """One server that was named, one that was not."""
    talk = Talk()
    for server in ("10.0.1.1:443", "10.0.1.2:443"):
        link = Connection(talk, "10.0.0.1:50000", server).open()
        link.segment(True, 24, payloads.filler(187))
        link.acknowledges(after=12_000)
        link.segment(False, 24, payloads.filler(360))
        link.acknowledges(True, 40_000)
        link.segment(True, 24, payloads.filler(100))
        link.acknowledges(after=15_000)
        talk.wait(2 * S)
    return talk.packets


# ---- clocks and crowds

def clock_steps(by):
    """The clock steps between a ping and its pong; then it runs as it should."""
    talk = Talk()
    talk.heartbeats(2)
    talk.ask()
    talk.wait(by + 212).answered()
    talk.wait(3 * S - 212).heartbeats(3)
    return talk.packets


def crowd(count=10_000):
    """As many addresses, each once, and a path that is busy all the time."""
    talk = Talk()
    for number in range(count):
        talk.wait(50).hear(payloads.data(9), f"10.{1 + (number >> 16)}.{number >> 8 & 255}.{number & 255}:41641")
        talk.wait(50).hear(payloads.data(9))
    return talk.packets


def crowd_of_connections(count=10_000):
    """As many TCP connections of as many clients, each with a request and an answer."""
    talk = Talk()
    for number in range(count):
        client = f"100.{65 + (number >> 16)}.{number >> 8 & 255}.{number & 255}:{1024 + number % 60000}"
        one = Connection(talk, client, "100.64.0.1:8081")
        one.segment(True, 2)
        one.says(b"x" * 100, 20)
        one.replies(b"x" * 200, 20)
    return talk.packets


# ---- strangers

def strangers():
    """UDP that looks alike, TCP on ports like ours, ICMP; then a ping that is one."""
    talk = Talk()
    for payload in payloads.FOREIGN:
        talk.wait(1000).send(payload)
        talk.wait(1000).hear(payload)
    ours, peer = split(talk.ours)[0], split(talk.peer)[0]
    talk.wait(1000).add(ip(ours, peer, 1, b"\x08\0\0\0" + bytes(60)))
    talk.wait(1000).add(tcp(talk.ours, talk.peer, RST, 1, payload=payloads.disco(payloads.PING, payloads.OUR_KEY)))
    talk.wait(1000).add(ip(ours, peer, UDP + 1, bytes(100)))
    talk.wait(1000).add(b"")
    talk.wait(1000).ping()
    return talk.packets

"""A capture that is full of a secret: whatever a packet can carry is made of it."""
import struct

import payloads
from pcap import ACK, PSH, tcp, udp
from talk import MS, Connection, Talk

# Every byte has a letter in its hexadecimal form, so that no figure of the output is like a piece of it by chance.
SECRET = b"kZjOmJlzNnKo~MLzjkoJnlOKmZNjzkLo"


def pieces(size=4):
    """What must not be found: pieces of the secret as text, in hexadecimal and as numbers."""
    for at in range(len(SECRET) - size + 1):
        piece = SECRET[at:at + size]
        for form in (piece, piece[::-1]):
            yield from (form, form.hex().encode(), form.hex().upper().encode(), b"%d" % int.from_bytes(form, "big"))
            yield form.hex(":").encode()


def of_secret(size):
    return payloads.filler(size, SECRET)


def full_of_it(ipv6=False):
    """Disco, WireGuard, STUN, a relay, DERP, a stream and a download inside the tunnel, strangers: all of it secret."""
    talk = Talk(ipv6)
    index, = struct.unpack("<I", SECRET[:4])
    for vni in (0, 7):
        talk.vni = vni
        for size, source in ((payloads.PING, talk.send), (payloads.PONG, talk.hear), (payloads.PING, talk.hear),
                             (payloads.PONG, talk.send), (payloads.BIND, talk.send), (1252, talk.hear)):
            key = payloads.OUR_KEY if source == talk.send else payloads.PEER_KEY
            source(payloads.MAGIC + key + of_secret(size - 38))
            talk.wait(1 * MS)
        talk.send(payloads.initiation(index, SECRET))
        talk.wait(700).hear(payloads.response(index, index, SECRET))
        talk.wait(10).hear(payloads.cookie_reply(index, SECRET))
        for size in (32, 1312, 52480 + 96):
            talk.wait(10).hear(payloads.data(index, size, SECRET))
            talk.wait(10).send(payloads.data(index, size, SECRET))
    talk.vni = 0
    stun = "[fd00::101]:3478" if ipv6 else "10.0.1.1:3478"
    talk.send(payloads.stun_request(SECRET[:12], SECRET), stun)
    talk.wait(8000).hear(payloads.stun_response(SECRET[:12], ipv6, SECRET), stun)
    talk.wait(10).send(of_secret(500))
    talk.wait(10).hear(b"")
    talk.add(udp(talk.peer, talk.ours, of_secret(64)) + SECRET)         # behind the end of the packet
    for client, server in (("10.0.0.1:50000", "10.0.1.1:443"), ("100.64.0.1:40000", "100.64.0.2:8081"),
                           ("100.64.0.2:40000", "100.64.0.1:443"), ("127.0.0.1:40000", "127.0.0.1:8081")):
        one = Connection(talk, client, server).open()
        one.says(of_secret(900), 10 * MS)
        for number in range(30):
            one.replies(of_secret(258), 3300)
        one.replies(of_secret(1400), 100, length=30000)
        talk.add(tcp(client, server, PSH | ACK, one.up, one.down, of_secret(100), b"\xfe\x24" + of_secret(34)))
        one.close()
    return talk.packets

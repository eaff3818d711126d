"""Talks made by chance, and what a plain count says of them: totals of each path, and every round trip."""
import collections
import random

import payloads
from talk import Talk

LINKS = ["ethernet", "raw", "sll2", "qinq"]


class Count:
    """What happened, by path: (remote, vni)."""

    def __init__(self):
        self.bytes, self.pings, self.round_trips = collections.Counter(), collections.Counter(), collections.Counter()


def some_talk(seed):
    """A talk with six peers, direct and through a relay, with strangers and copies between; its link and its count."""
    chance = random.Random(seed)
    talk, count, waiting = Talk(ipv6=chance.random() < 0.3), Count(), {}
    peers = [talk.peer.replace("2]", f"9:{n}]").replace(".2:", f".{n + 100}:") for n in range(6)]
    for _ in range(chance.randrange(50, 400)):
        talk.wait(chance.choice([1, 50, 500, 5000, 200_000]))
        path = peer, talk.vni = chance.choice(peers), chance.choice([0, 0, 0, 5])
        what = chance.random()
        if what < 0.4:
            send_data(talk, count, path, chance)
        elif what < 0.55 and path not in waiting:
            waiting[path] = talk.now
            count.pings[path] += 1
            talk.ask(peer)
        elif what < 0.9 and path in waiting:
            us = talk.now - waiting.pop(path)
            count.round_trips[(*path, us)] += us <= 5_000_000
            talk.answered(peer)
        else:
            talk.vni = 0
            chance.choice([talk.send, talk.hear])(chance.choice(payloads.FOREIGN), peer)
    count.round_trips = +count.round_trips
    return talk.packets, chance.choice(LINKS), count


def send_data(talk, count, path, chance):
    """A tunnel packet, now and then seen twice."""
    size, way = 32 + 16 * chance.randrange(90), chance.choice(["rx", "tx"])
    (talk.hear if way == "rx" else talk.send)(payloads.data(chance.randrange(5), size), path[0])
    count.bytes[(*path, way)] += size + 8 * bool(talk.vni)
    if chance.random() < 0.05:
        when, *packet = talk.packets[-1]
        talk.packets.append((when + 2, *packet))
        talk.wait(2)

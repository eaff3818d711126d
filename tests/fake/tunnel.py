#!/usr/bin/python3
"""The tunnel of a fake tailnet: the device tailscale0, in which each peer is as far away as its round trip says.

    tunnel.py OWN       makes the devices in this network namespace and prints `ready`; then each line of stdin is a JSON object
                        of the machines that can be reached, by their addresses (Peer.way); at its end they are gone
    tunnel.py --try     ends with 0 if that is possible here

The peers' servers and clients run in the same namespace, under a second address: 10.x.y.z for the tailnet's 100.x.y.z.
What the kernel sends to a peer comes out of tailscale0, waits for half a round trip, and goes into a second device
with the first number of both its addresses changed; the answer goes the other way. What tailscaled would make of it is on
the device eth0 (underlay.py).
"""
import contextlib
import fcntl
import heapq
import json
import os
import random
import select
import struct
import subprocess
import sys
import time

from underlay import DATA_MOST, PING_S, TICK_S, Underlay

DEVICE, FAR_DEVICE, MTU = "tailscale0", "peers0", 1280     # a device without an address is not captured
NEAR, FAR = 100, 10
CREATE, NO_LINK_HEADER = 0x400454ca, 0x1001    # TUNSETIFF; IFF_TUN | IFF_NO_PI
TCP = 6
JITTER = 0.04       # of the time on the way, on average
NEAR_PLACE, UNDER_PLACE = 0, 2      # in Tunnel.places


def far(address):
    """Where a machine's servers listen and its clients start."""
    return f"{FAR}.{address.partition('.')[2]}"


def namespace():
    """The words that start a program in a network namespace of its own, if a tunnel can be made there; else none."""
    for words in (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"]):
        try:
            subprocess.run([*words, sys.executable, os.path.abspath(__file__), "--try"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return words
    return []


def enter():
    """Starts this program again with --tunnel in a network namespace of its own; returns if none can be made here."""
    if words := namespace():
        os.execvp(words[0], [*words, sys.executable, sys.argv[0], "--tunnel", *sys.argv[1:]])


def make_device(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, CREATE, struct.pack("16sH22x", name.encode(), NO_LINK_HEADER))
    return device


def ip(line):
    subprocess.run(["ip", *line.split()], check=True, stdout=sys.stderr)


def make(own):
    """Both devices and the ways into them."""
    devices = [make_device(name) for name in (DEVICE, FAR_DEVICE)]
    ip("link set lo up")
    for name in (DEVICE, FAR_DEVICE):
        ip(f"link set {name} addrgenmode none")     # no address of its own accord: that it has before it is up
        ip(f"link set {name} mtu {MTU} up")
    ip(f"addr add {own}/32 dev {DEVICE}")
    ip(f"route add {NEAR}.64.0.0/10 dev {DEVICE}")
    ip(f"route add local {FAR}.0.0.0/8 dev lo")
    ip(f"route add {far(own)}/32 dev {FAR_DEVICE} table local")
    return devices


def with_checksum(packet, at, change):
    """Adds to a one's complement checksum's sum."""
    total = (0xffff - int.from_bytes(packet[at:at + 2], "big") + change) % 0xffff
    packet[at:at + 2] = (0xffff - total).to_bytes(2, "big")


def moved(packet):
    """The same packet between the other addresses; b"": it is no TCP, and goes nowhere."""
    if packet[0] >> 4 != 4 or packet[9] != TCP:
        return b""
    header, first = (packet[0] & 15) * 4, FAR if packet[12] == NEAR else NEAR
    change = (2 * first - packet[12] - packet[16]) << 8
    packet[12] = packet[16] = first
    with_checksum(packet, 10, change)
    with_checksum(packet, header + 16, change)
    return packet


class Tunnel:
    """What waits on its way, and where it goes; a place is one of both devices or that of the underlay."""

    def __init__(self, own):
        self.devices = make(own)
        self.underlay = Underlay(make_device, ip)
        self.places = [*self.devices, self.underlay.device]
        self.own = bytes(map(int, own.split(".")[1:]))
        self.ways_s, self.due = {}, {}      # of half a round trip; when the latest packet of a way arrives
        self.waiting, self.number = [], 0
        self.next_ping = self.next_tick = time.monotonic()

    def learn(self, line):
        told = {bytes(map(int, address.split(".")[1:])): one for address, one in json.loads(line).items()}
        self.ways_s = {peer: one["ms"] / 2000 for peer, one in told.items()}
        self.underlay.learn({peer: one for peer, one in told.items() if one["where"]})

    def send(self, place, peer, packet, half_trips=1):
        """The packet arrives there when its time is over, and after those before it."""
        way_s = half_trips * self.ways_s[peer] * (1 + JITTER * random.expovariate(1))
        self.due[place, peer] = max(self.due.get((place, peer), 0), time.monotonic() + way_s)
        self.number += 1
        heapq.heappush(self.waiting, (self.due[place, peer], self.number, place, peer, packet))

    def take(self, device, packet):
        """What came out of a device of the tunnel goes to the other one."""
        hosts = bytes(packet[13:16]), bytes(packet[17:20])
        peer = hosts[hosts[0] == self.own]
        packet = moved(packet)
        if not packet or peer not in self.ways_s:
            return
        self.send(1 - device, peer, packet)
        if device == NEAR_PLACE and (way := self.underlay.ways.get(peer)):
            self.underlay.send(way, way.data(len(packet)))

    def take_datagram(self, packet):
        """What left by the underlay: only a ping is answered."""
        if answer := self.underlay.pong(packet):
            self.send(UNDER_PLACE, *answer, half_trips=2)

    def arrive(self, place, peer, packet):
        if place == NEAR_PLACE and (way := self.underlay.ways.get(peer)):
            os.write(self.places[UNDER_PLACE], self.underlay.arriving(way, way.data(len(packet))))
        os.write(self.places[place], packet)

    def tick(self):
        """Sends what is due, and says how long nothing will be."""
        now = time.monotonic()
        while self.waiting and self.waiting[0][0] <= now:
            _, _, *arrival = heapq.heappop(self.waiting)
            self.arrive(*arrival)
        if now >= self.next_ping:
            self.next_ping = now + PING_S
            self.underlay.ping()
        if now >= self.next_tick:
            self.next_tick = now + TICK_S
            self.other_traffic()
        first = min(self.next_ping, self.next_tick, *(one[0] for one in self.waiting[:1]))
        return max(0, first - time.monotonic())

    def other_traffic(self):
        for way in self.underlay.ways.values():
            received, sent = way.other_traffic(TICK_S)
            for _ in range(received):
                os.write(self.places[UNDER_PLACE], self.underlay.arriving(way, way.data(DATA_MOST)))
            for _ in range(sent):
                self.underlay.send(way, way.data(DATA_MOST))

    def run(self, lines):
        while True:
            ready, _, _ = select.select([*self.places, self.underlay.socket, lines], [], [], self.tick())
            for number, device in enumerate(self.devices):
                if device in ready:
                    self.take(number, bytearray(os.read(device, 65536)))
            if self.underlay.device in ready:
                self.take_datagram(os.read(self.underlay.device, 65536))
            if self.underlay.socket in ready:
                self.underlay.socket.recv(65536)
            if lines in ready:
                line = lines.readline()
                if not line:
                    return
                self.learn(line)


class Started:
    """A tunnel that runs as a program of its own: what else this one does makes no packet late."""

    def __init__(self, own):
        self.process = subprocess.Popen([sys.executable, os.path.abspath(__file__), own], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise OSError("no tunnel can be made here: it needs a network namespace of its own and /dev/net/tun")

    def tell(self, reachable):
        self.process.stdin.write(json.dumps(reachable) + "\n")
        self.process.stdin.flush()

    def close(self):
        self.process.communicate()


def main():
    try:
        run(sys.argv[1])
    except (OSError, subprocess.CalledProcessError) as why:
        sys.exit(f"tunnel: {why}")


def run(own):
    if own == "--try":
        make("100.64.0.1")
        return
    with contextlib.suppress(PermissionError):      # a busy machine makes no packet late
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    tunnel = Tunnel(own)
    print("ready", flush=True)
    tunnel.run(open(0, "rb", buffering=0))      # unbuffered: select() sees what readline() has not read


if __name__ == "__main__":
    main()

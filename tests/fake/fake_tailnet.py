#!/usr/bin/python3
"""A fake tailnet: tailscaled's LocalAPI on a unix socket and some twenty peers' servers on loopback.

    fake_tailnet.py --scenario FILE --dir DIR [--speed X] [--tunnel] [--peers N --endpoints N --black-holes N]

It makes DIR/ts.sock, DIR/ca.crt and DIR/config (a configuration of tsllm-top), prints `ready`, plays the scenario
(scenario.py says how one is written) from the first question to tailscaled on, and ends with SIGTERM, SIGINT or the
end of its stdin, taking away what it made. Every peer has an address of its own in 127.0.0.0/8; a second fake beside
the first takes another network.
With --tunnel, in a network namespace of its own, peers have a tailnet's addresses, and their round trips (tunnel.py).
"""
import argparse
import asyncio
import os
import resource
import shutil
import signal
import socket
import sys
import threading
import traceback

from actor import Trouble
from certificates import Certificates
from doors import Listener
from scenario import Scenario
from tailnet import NETWORKS, Peer
import tunnel

USERSPACE_HOP = 128     # added to an address' third number where only the daemon may dial it


def claim_network():
    """A network of 127.0.0.0/8 that no other fake uses; the claim holds while the socket lives."""
    for network in NETWORKS:
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0tsllm-fake-{network}")
            return network, claim
        except OSError:
            claim.close()
    raise Trouble("no network of 127.0.0.0/8 is free")


class Fake:
    def __init__(self, arguments, network):
        self.folder, self.speed = os.path.abspath(arguments.dir), arguments.speed
        self.scenario = Scenario(network, self.path("ts.sock"), arguments.tunnel)
        with open(arguments.scenario, encoding="utf-8") as file:
            self.scenario.read(file.read(), arguments.scenario)
        self.scenario.add_crowd(arguments.peers, arguments.endpoints, arguments.black_holes)
        self.daemon = self.scenario.daemon
        self.daemon.dialed = self.dialed
        self.daemon.rejected = self.rejected
        self.made_folder = not os.path.isdir(self.folder)
        self.listeners, self.tunnel = [], None

    def path(self, name):
        return os.path.join(self.folder, name)

    def make(self):
        os.makedirs(self.folder, exist_ok=True)
        if self.scenario.tailnet.has_tunnel:
            self.tunnel = tunnel.Started(self.scenario.tailnet.own.address)
        certificates = Certificates(self.path("certificates"))
        shutil.copy(self.path("certificates/ca.crt"), self.path("ca.crt"))
        self.write("config", self.scenario.configuration(self.folder))
        for door in self.keyed_doors():
            self.write(f"{door.name}.key", door.key_text + "\n")
            os.chmod(self.path(f"{door.name}.key"), 0o600)
        ports = {}
        for door in self.scenario.doors.values():
            ports.setdefault((door.peer, door.port), []).append(door)
            if door.kind == "https" and door.certificate_kind != "absent":
                certificates.context(door.peer.fqdn, door.certificate_kind)     # now: it takes a while
            if door.backend_port:
                self.listeners.append(Listener("127.0.0.1", door.backend_port, "raw", [door], certificates))
        for (peer, port), doors in ports.items():
            kinds = {door.kind for door in doors}
            if len(kinds) > 1:
                raise Trouble(f"port {port} of {peer.name} is both {' and '.join(sorted(kinds))}")
            address = self.dialed(peer, port)[0]
            self.listeners.append(Listener(address, port, kinds.pop(), doors, certificates))

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def keyed_doors(self):
        return [door for door in self.scenario.doors.values() if door.is_pinned and door.key_text]

    def take_away(self):
        shutil.rmtree(self.path("certificates"), ignore_errors=True)
        for name in ("ts.sock", "ca.crt", "config", *(f"{door.name}.key" for door in self.keyed_doors())):
            if os.path.lexists(self.path(name)):
                os.unlink(self.path(name))
        if self.made_folder:
            os.rmdir(self.folder)

    def dialed(self, peer, port):
        """Where a peer's port is found: elsewhere when only the daemon may dial it."""
        if self.daemon.has_tun or peer is self.scenario.tailnet.own:
            return peer.bound, port
        first, second, third, last = peer.address.split(".")
        return f"{first}.{second}.{int(third) + USERSPACE_HOP}.{last}", port

    def rejected(self):
        own = self.scenario.tailnet.own
        return [f"{own.address}:40000 > {door.peer.address}:{door.port}"
                for door in self.scenario.doors.values() if door.answer.absence == "acl"]

    def settle(self):
        for listener in self.listeners:
            listener.settle()
        if self.tunnel:
            self.tunnel.tell({peer.address: peer.way() for peer in self.scenario.tailnet.peers.values() if peer.is_reachable})

    async def once_asked(self, story):
        """Time begins with the first question to tailscaled, however long a slow machine takes to come to it."""
        if self.daemon.is_wanted:
            await self.daemon.asked.wait()
        await story()

    async def play(self):
        """Carries out the events when their hour comes."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        for seconds, actor, pairs in self.scenario.events:
            await asyncio.sleep(start + seconds / self.speed - loop.time())
            actor.obey(pairs)
            if isinstance(actor, Peer):
                self.scenario.tailnet.changed(actor)
                self.daemon.tell_path(actor)
            self.settle()
            await self.daemon.settle()

    async def run(self):
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(say_trouble)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        threading.Thread(target=wait_for_end, args=(loop, stop), daemon=True).start()
        self.scenario.tailnet.members()     # rendered before somebody waits for them
        self.settle()
        await self.daemon.settle()
        print("ready", flush=True)
        timeline = asyncio.ensure_future(self.once_asked(self.play))
        chats = [asyncio.ensure_future(self.once_asked(client.chat)) for client in self.scenario.clients]
        ended = asyncio.ensure_future(stop.wait())
        await asyncio.wait((timeline, ended), return_when=asyncio.FIRST_COMPLETED)
        if timeline.done():
            timeline.result()
        await ended
        for chat in chats:
            chat.cancel()
        for listener in self.listeners:
            listener.close()
        if self.tunnel:
            self.tunnel.close()


def say_trouble(loop, context):
    """asyncio itself stumbles over a connection that is lost while it shuts its TLS down."""
    why = context.get("exception")
    frames = traceback.extract_tb(why.__traceback__) if why else []
    if not (isinstance(why, AttributeError) and frames and frames[-1].filename == asyncio.sslproto.__file__):
        loop.default_exception_handler(context)


def wait_for_end(loop, stop):
    """Reads stdin to its end: whoever started us has gone or wants us gone."""
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(stop.set)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", required=True, metavar="FILE")
    parser.add_argument("--dir", required=True, metavar="DIR")
    parser.add_argument("--speed", type=float, default=1, metavar="X", help="the scenario's seconds in one")
    parser.add_argument("--tunnel", action="store_true", help="peers are as far away as they say; in a network namespace")
    parser.add_argument("--peers", type=int, default=0, metavar="N", help="plain peers besides")
    parser.add_argument("--endpoints", type=int, default=0, metavar="N", help="pinned plain servers besides")
    parser.add_argument("--black-holes", type=int, default=0, metavar="N", help="how many of them swallow SYNs")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    fake = None
    try:
        network, _claim = claim_network()
        fake = Fake(arguments, network)
        fake.make()
        asyncio.run(fake.run())
        return 0
    except (Trouble, OSError) as why:
        print(f"fake_tailnet: {why}", file=sys.stderr)
        return 1
    finally:
        if fake:
            fake.take_away()


if __name__ == "__main__":
    sys.exit(main())

"""Clients of the servers: programs on the tailnet's machines that chat with a raw door, at fixed times.

This machine's capture helper sees its own packets only, so one end of each is this machine: a peer uses a door of
`admin`, or `admin` a door of a peer. The client's end is bound to its machine's address, so that the packets on the
loopback say who it is. The helper watches the loopback at the ports of this machine's mounts (`backend`) alone.
"""
import asyncio

from actor import Actor, Trouble, command
import streams
import tunnel


class Client(Actor):
    """One program: it asks for a streamed answer, reads it to its end, and asks again when it is time."""

    def __init__(self, peer, door):
        own = peer.tailnet.own
        if (peer is own) == (door.peer is own):
            raise Trouble("one end of a client's connection is this machine, admin, the other is not")
        if door.kind != "raw" or not door.pace[0]:
            raise Trouble(f"a client uses a raw door that streams: {door.name} does not")
        self.peer, self.door = peer, door
        self.period_s, self.count, self.first_s = 20.0, 100, 1.0

    # ---- words of the scenario

    @command
    def every(self, seconds: float):
        self.period_s = seconds

    @command
    def tokens(self, count: int):
        """How many it asks for."""
        self.count = count

    @command
    def after(self, seconds: float):
        """When it asks for the first time."""
        self.first_s = seconds

    # ---- what it does

    @property
    def is_able(self):
        return all(peer.is_reachable for peer in (self.peer, self.door.peer))

    @property
    def address(self):
        """Where it finds the door: in a tunnel, a peer finds this machine on the far side."""
        tailnet, there = self.peer.tailnet, self.door.peer.address
        return tunnel.far(there) if tailnet.has_tunnel and self.door.peer is tailnet.own else there

    async def chat(self):
        """Asks at its times; one that falls into a long answer is left out."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self.first_s
        while True:
            await asyncio.sleep(due - loop.time())
            if self.is_able:
                await self.ask()
            due += self.period_s * (1 + max(0, loop.time() - due) // self.period_s)

    def note(self, sent, read):
        """What the other machine's path carried, as this one sees it."""
        if self.peer is self.peer.tailnet.own:
            self.door.peer.exchanged(read, sent)
        else:
            self.peer.exchanged(sent, read)

    async def ask(self):
        writer = None
        try:
            reader, writer = await asyncio.open_connection(
                self.address, self.door.port, local_addr=(self.peer.bound, 0))
            question = streams.question(self.door.peer.fqdn, self.count)
            writer.write(question)
            self.note(len(question), 0)
            while data := await reader.read(65536):
                self.note(0, len(data))
        except OSError:
            pass        # the door is closed: it tries again when it is time
        finally:
            if writer:
                writer.close()

"""Doors to servers: raw ports and the mounts of `tailscale serve`.

A door belongs to a peer and has an answer: a recording, a fault, or no server at all. Doors of one peer and port
(the mounts of one served port) share a listener, which opens, closes or swallows connections as they and the
peer's fate demand.
"""
import asyncio
import os
import socket
import struct
import time

from actor import Actor, Trouble, command, one_of
from certificates import KINDS as CERTIFICATES
from faults import FAULTS
from models import Replacements
from recordings import Counters, Recording, grown
import streams
import wire

KINDS = ("raw", "https", "http", "tcp")
# Answers that are no answers: nothing listens behind; nothing listens; a SYN is swallowed, by whom we are not told
# or, says the daemon's log, by an ACL.
ABSENCES = ("dead", "refused", "black-hole", "acl")
PLAIN = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))
BAD_REQUEST = wire.head(["HTTP/1.0 400 Bad Request"]) + b"Client sent an HTTP request to an HTTPS server.\n"
TLS_ALERT_INTERNAL = bytes((21, 3, 3, 0, 2, 2, 80))
TLS_HANDSHAKE = b"\x16"
IDLE_S = 5      # llama-server and uvicorn close an idle connection then; serve keeps it
FOREIGN_HOST, LOCAL_NAMES = "ollama-0.17.4/host-check", ("localhost", "127.0.0.1")


class Answer:
    """What is behind a door: a recording, a fault or nothing."""

    def __init__(self, word):
        self.absence = word if word in ABSENCES else ""
        self.fault = FAULTS.get(word)
        self.recording = None
        if not self.absence and not self.fault:
            try:
                self.recording = Recording(word)
            except ValueError as why:
                raise ValueError(f"{why}, nor a fault of that name: {', '.join((*ABSENCES, *FAULTS))}") from None

    @property
    def is_dead(self):
        return self.absence in ("dead", "refused") or bool(self.recording and self.recording.is_refused)


def door_kind(word):
    return one_of(word, KINDS)


def certificate_kind(word):
    return one_of(word, (*CERTIFICATES, "absent"))


class Door(Actor):
    """One door: where it is, what is behind it, and what `tailscale serve` was told about it."""

    def __init__(self, name, peer, kind, port, mount, answer, replacements=None):
        self.name, self.peer, self.kind, self.port, self.mount = name, peer, door_kind(kind), port, mount
        self.answer, self.keyed, self.counters = Answer(answer), None, Counters()
        self.certificate_kind = "good"
        self.delay_ms = self.work_per_s = 0.0
        self.work_since = 0.0
        self.pace = 0.0, 0.0
        self.is_pinned = self.has_host_check = self.is_funnel = self.is_foreground = self.is_insecure = False
        self.backend_port, self.backend_path, self.key_text = 0, "", ""
        self.replacements, self.own_replacements = replacements or Replacements(), ()

    # ---- words of the scenario

    @command
    def recording(self, answer: Answer):
        """Answers from tests/recordings/NAME, from now on. After `die` or another server it is a new process."""
        if not (self.answer.recording and answer.recording and self.answer.recording.folder == answer.recording.folder):
            self.counters = Counters()
        self.answer = answer

    @command
    def fault(self, answer: Answer):
        self.answer = answer

    @command
    def die(self):
        self.answer = Answer("dead")

    @command
    def says(self, new, old):
        """NEW where its recordings say OLD, from now on: the name of another model."""
        self.own_replacements = ((old.encode(), new.encode()),)

    @command
    def pinned(self):
        """Named in the configuration."""
        self.is_pinned = True

    @command
    def certificate(self, kind: certificate_kind):
        self.certificate_kind = kind

    @command
    def host_check(self):
        """As an Ollama that is bound to localhost: 403 to any other name."""
        self.has_host_check = True

    @command
    def key(self, text, recording: Recording):
        """With this key, given in the configuration too, the answers are those of another recording."""
        self.key_text, self.keyed = text, recording

    @command
    def delay(self, ms: float):
        self.delay_ms = ms

    @command
    def works(self, per_s: float):
        """The counters in its metrics grow."""
        self.work_per_s, self.work_since = per_s, time.time()

    @command
    def streams(self, tokens_per_s: float, first_token_ms: float):
        """A completion that is to be streamed comes at that pace, the first token after so many ms."""
        self.pace = tokens_per_s, first_token_ms

    @command
    def backend(self, port: int):
        """A mount of this machine, with its server on that port of 127.0.0.1 (a second fake's: 10 further)."""
        if self.peer is not self.peer.tailnet.own or self.kind == "raw":
            raise Trouble("only a served door of this machine has a backend")
        self.backend_port = self.peer.tailnet.port(port) + 10 * self.peer.tailnet.place

    @command
    def onto(self, path):
        """Mounted on this path of its server."""
        self.backend_path = path

    @command
    def insecure(self):
        """Mounted as https+insecure:// although its server speaks plain HTTP."""
        self.is_insecure = True

    @command
    def funnel(self):
        self.is_funnel = True

    @command
    def foreground(self):
        self.is_foreground = True

    # ---- what it does

    def same_process(self, other):
        self.counters, self.pace = other.counters, other.pace

    @property
    def url(self):
        scheme = "https" if self.kind == "https" else "http"
        return f"{scheme}://{self.peer.fqdn}:{self.port}{self.mount.rstrip('/')}"

    def change(self, body):
        """The recorded body as this door says it."""
        if self.work_per_s:
            body = grown(body, self.work_per_s, time.time() - self.work_since, self.pace)
        body = self.counters.work.added(self.counters.keep(body))
        for old, new in self.own_replacements:
            body = body.replace(old, new)
        return self.replacements.change(body, self.name)

    def inside(self, path):
        """The path as the server behind the mount sees it."""
        return self.backend_path + "/" + path[len(self.mount):].lstrip("/")

    async def respond(self, request, path, reader, writer):
        """Answers one request; true: the connection goes on."""
        answer = self.answer        # as it was when asked, whatever happens meanwhile
        await asyncio.sleep((self.peer.wait_ms + self.delay_ms) / 1000)
        if answer.absence:
            return False
        if answer.fault:
            return await answer.fault(request, reader, writer)
        if self.pace[0] and (wanted := streams.asked(request)) and (recorded := answer.recording.stream(path)):
            script = streams.Script(recorded)
            await streams.stream(script, wanted, writer, self.pace, self.counters.work)
            return script.is_chunked
        if self.has_host_check and request.host not in LOCAL_NAMES:
            found = Recording(FOREIGN_HOST).play("/root-host-foreign")
        else:
            is_keyed = self.keyed and request.headers.get("authorization") == f"Bearer {self.key_text}"
            found = (self.keyed if is_keyed else answer.recording).play(path, self.change)
        writer.write(found.data)
        if found.absence == "silent":
            await writer.drain()
            await reader.read()
        return not found.absence and not found.is_last


class Listener:
    """One address and port, with the doors behind it."""

    def __init__(self, address, port, kind, doors, certificates):
        self.address, self.port, self.kind, self.doors = address, port, kind, doors
        self.certificates = certificates
        self.mode, self.socket, self.fillers = "closed", None, []
        self.tasks = set()

    @property
    def peer(self):
        return self.doors[0].peer

    def wanted_mode(self):
        answers = [door.answer for door in self.doors]
        absences = {answer.absence for answer in answers}
        if not self.peer.is_reachable or absences & {"black-hole", "acl"}:
            return "swallowing"
        if absences == {"refused"} or self.kind == "raw" and answers[0].is_dead:
            return "closed"
        return "open"

    def settle(self):
        """Brings the port into the state that its doors and its peer demand."""
        mode = self.wanted_mode()
        if mode == self.mode:
            return
        self.close()
        self.mode = mode
        if mode == "closed":
            return
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.setblocking(False)
        try:
            self.socket.bind((self.address, self.port))
        except OSError as why:
            raise Trouble(f"door {self.doors[0].name}: {self.address}:{self.port}: {os.strerror(why.errno)}") from None
        self.socket.listen(0 if mode == "swallowing" else 128)
        if mode == "swallowing":
            self.fill()
        else:
            self.keep(self.accept())

    def fill(self):
        """Takes all places of the backlog, so that the kernel drops every further SYN."""
        for _ in range(2):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex((self.address, self.port))
            self.fillers.append(filler)

    def close(self):
        for task in list(self.tasks):
            task.cancel()
        for one in [*self.fillers, *filter(None, [self.socket])]:
            one.close()
        self.socket, self.fillers, self.mode = None, [], "closed"

    def keep(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def accept(self):
        while True:
            connection, _ = await asyncio.get_running_loop().sock_accept(self.socket)
            self.keep(self.serve(connection))

    async def serve(self, connection):
        """One connection from its first byte to its last."""
        writer = None
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.kind == "tcp" and self.doors[0].answer.is_dead:
                return
            tls, refusal = await self.greet(connection) if self.kind == "https" else (None, b"")
            if refusal:
                await asyncio.get_running_loop().sock_sendall(connection, refusal)
                return
            reader, writer = await wire.take(connection, tls)
            await self.converse(reader, writer)
        except OSError:
            pass
        finally:
            (writer or connection).close()

    async def greet(self, connection):
        """Looks at the first bytes of a TLS port: the TLS side to use, or the bytes of a refusal.

        By hand, because asyncio loses the alert when a handshake fails."""
        await readable(connection)
        hello = connection.recv(4096, socket.MSG_PEEK)
        if not hello.startswith(TLS_HANDSHAKE):
            return None, BAD_REQUEST if hello else b""
        name, kind = self.peer.fqdn, self.doors[0].certificate_kind
        asks_for_us = struct.pack(">BH", 0, len(name)) + name.encode() in hello
        if kind == "absent" or not asks_for_us:
            connection.recv(4096)
            return None, TLS_ALERT_INTERNAL
        return self.certificates.context(name, kind), b""

    async def converse(self, reader, writer):
        patience_s = IDLE_S if self.kind in ("raw", "tcp") else None
        while request := await wire.read_request(reader, patience_s):
            if not await self.respond(request, reader, writer) or request.wants_close:
                return
            await writer.drain()

    async def respond(self, request, reader, writer):
        if self.kind in ("raw", "tcp"):
            return await self.doors[0].respond(request, request.path, reader, writer)
        door = self.mounted(request)
        if not door:
            writer.write(wire.answer("404 Not Found", PLAIN, b"404 page not found\n"))
        elif door.answer.is_dead or door.is_insecure:
            writer.write(wire.answer("502 Bad Gateway"))
        else:
            return await door.respond(request, door.inside(request.path), reader, writer)
        return True

    def mounted(self, request):
        """The door of the longest mount; a name is wanted, and under TLS it was in the handshake."""
        if self.kind == "http" and request.host not in (self.peer.fqdn, self.peer.name):
            return None
        fitting = (door for door in self.doors if (request.path + "/").startswith(door.mount.rstrip("/") + "/"))
        return max(fitting, key=lambda door: len(door.mount), default=None)


async def readable(connection):
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(connection, lambda: ready.done() or ready.set_result(None))
    try:
        await ready
    finally:
        loop.remove_reader(connection)

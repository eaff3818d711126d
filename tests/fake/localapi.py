"""tailscaled's LocalAPI: HTTP on a unix socket, told from the tailnet."""
import asyncio
import contextlib
import hashlib
import json
import os
import re
import time

from actor import Actor, command, one_of
import tailnet
import underlay
import wire

STATES = ("NoState", "InUseOtherUser", "NeedsLogin", "NeedsMachineAuth", "Stopped", "Starting", "Running")
OUR_HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; script-src 'none'; "
                                "script-src-elem 'none'; script-src-attr 'none'"),
    ("Tailscale-Cap", "142"), ("Tailscale-Version", tailnet.STATUS["Version"]),
    ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"))
JSON = (*OUR_HEADERS, ("Content-Type", "application/json"))
TEXT = (*OUR_HEADERS, ("Content-Type", "text/plain; charset=utf-8"))
USERMETRICS = tailnet.recorded("usermetrics.txt")
DERPMAP = tailnet.recorded("derpmap.json")
PREFS = {"ControlURL": "https://controlplane.tailscale.com", "RouteAll": False, "ExitNodeID": "", "CorpDNS": True}
NEEDS_LOGIN = tailnet.recorded("status-needs-login.json")
WANTS_STATE, WANTS_HEALTH, WANTS_STATUS, WANTS_WIREGUARD = 2, 128, 16384, 262144


def indented(value):
    return json.dumps(value, indent="\t", ensure_ascii=False).encode() + b"\n"


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def backend_state(word):
    return one_of(word, STATES)


def on_or_off(word):
    return one_of(word, ("on", "off")) == "on"


class Daemon(Actor):
    """tailscaled on this machine. `gone` takes its socket away, `restart` for a second."""

    def __init__(self, net, path):
        self.net, self.path = net, path
        self.asked = asyncio.Event()        # once, at least
        self.backend, self.auth_url, self.warnings = "Running", "", []
        self.has_tun, self.has_control, self.has_magicdns = True, True, True
        self.is_frozen = self.is_operator = False
        self.mode = 0o666
        self.serve_config, self.serve_file = (lambda: None), None      # as it is now
        self.services = {}
        self.prefs, self.prefs_take_s = dict(PREFS), 0
        self.lock = {"Enabled": False}
        self.rejected = lambda: []      # the flows an ACL rejects, for the log
        self.dialed = lambda peer, port: (peer.address, port)
        self.watchers, self.tasks = set(), set()
        self.server = None
        self.is_wanted, self.is_restarting = True, False

    # ---- words of the scenario

    @command
    def state(self, name: backend_state):
        self.backend = name
        self.tell({"State": STATES.index(name)})

    @command
    def login(self, url):
        self.auth_url = url

    @command
    def health(self, *words):
        self.warnings = [" ".join(words)] if words else []

    @command
    def tun(self, switch: on_or_off):
        """`tun off`, from the start, is userspace networking: only a dial through the daemon reaches a peer."""
        self.has_tun = switch

    @command
    def control(self, switch: on_or_off):
        self.has_control = switch

    @command
    def magicdns(self, switch: on_or_off):
        self.has_magicdns = switch

    @command
    def pref(self, name, switch: on_or_off):
        """`pref RouteAll on`: as `tailscale set` would."""
        self.prefs[name] = switch

    @command
    def headscale(self, url):
        """The control server is that one, and none of Tailscale's."""
        self.prefs["ControlURL"] = url

    @command
    def prefs_take(self, seconds: float):
        self.prefs_take_s = seconds

    @command
    def locked(self, key):
        """Tailnet lock is on, and this node, which has that key, is not signed."""
        self.lock = {"Enabled": True, "NodeKey": key, "NodeKeySigned": False, "FilteredPeers": None}

    @command
    def operator(self):
        """The user may read the daemon's log."""
        self.is_operator = True

    @command
    def serves(self, path, domain="${TS_CERT_DOMAIN}"):
        """What that file says, with DOMAIN where the start of the Tailscale container puts one."""
        with open(path, encoding="utf-8") as file:
            self.serve_file = json.loads(file.read().replace("${TS_CERT_DOMAIN}", domain))

    @command
    def denied(self):
        """The socket may not be opened (but by root)."""
        self.mode = 0o600

    @command
    def frozen(self):
        self.is_frozen = True

    @command
    def gone(self):
        self.is_wanted = False

    @command
    def back(self):
        self.is_wanted, self.is_frozen = True, False

    @command
    def restart(self):
        self.is_wanted, self.is_restarting = False, True

    # ---- the socket

    async def settle(self):
        """Opens or closes the socket as wanted."""
        if self.is_wanted and not self.server:
            self.server = await asyncio.start_unix_server(self.converse, self.path)
            os.chmod(self.path, self.mode)
        if not self.is_wanted and self.server:
            self.server.close()
            self.server = None
            with contextlib.suppress(FileNotFoundError):     # since Python 3.13 close() does it
                os.unlink(self.path)
            for task in list(self.tasks):
                task.cancel()
        if self.is_restarting:
            self.is_restarting = False
            task = asyncio.ensure_future(self.come_back())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def come_back(self):
        await asyncio.sleep(1)
        self.is_wanted = True
        await self.settle()

    async def converse(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        try:
            while request := await wire.read_request(reader):
                self.asked.set()
                if self.is_frozen:
                    await reader.read()
                    return
                if not await self.respond(request, reader, writer) or request.wants_close:
                    return
                await writer.drain()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self.tasks.discard(asyncio.current_task())
            writer.close()

    async def respond(self, request, reader, writer):
        """Answers one request; false: the connection is used up."""
        name = request.path.removeprefix("/localapi/v0/")
        if request.headers.get("host", "") not in ("", "local-tailscaled.sock") or \
                {"origin", "referer"} & set(request.headers):
            writer.write(wire.answer("403 Forbidden", TEXT, b"invalid localapi request\n"))
        elif (request.method, name) in STREAMS:
            await STREAMS[request.method, name](self, request, reader, writer)
            return False
        elif (request.method, name) in ANSWERS:
            await asyncio.sleep(self.prefs_take_s if name == "prefs" else 0)
            writer.write(ANSWERS[request.method, name](self, request))
        else:
            writer.write(wire.answer("404 Not Found", TEXT, b"404 not found\n"))
        return True

    # ---- plain answers

    def status_head(self):
        """The status but for its peers."""
        if self.backend == "NeedsLogin":
            return dict(NEEDS_LOGIN, AuthURL=self.auth_url)
        own, is_running = self.net.own, self.backend == "Running"
        told = dict(tailnet.STATUS, BackendState=self.backend, AuthURL=self.auth_url, TUN=self.has_tun,
                    TailscaleIPs=own.addresses, MagicDNSSuffix=self.net.suffix, CertDomains=[own.fqdn])
        told["Self"] = dict(told["Self"], ID=own.id, NodeID=own.number, PublicKey=own.key, HostName=own.name,
                            DNSName=own.fqdn + ".", UserID=own.user_id, TailscaleIPs=own.addresses, Relay=own.region,
                            AllowedIPs=[f"{own.addresses[0]}/32", f"{own.addresses[1]}/128"],
                            PeerAPIURL=[f"http://{own.address}:46590"], Online=is_running and self.has_control)
        if self.net.has_tunnel:
            told["Self"]["Addrs"] = ["%s:%d" % underlay.OWN]
        told["CurrentTailnet"] = {"Name": self.net.login.partition("@")[2], "MagicDNSSuffix": self.net.suffix,
                                  "MagicDNSEnabled": self.has_magicdns}
        told["Health"] = ["Tailscale is stopped."] if self.backend == "Stopped" else self.warnings
        told["User"] = {str(number): self.net.user(number) for number in self.net.users.values()}
        return told

    def status(self, request):
        told = self.status_head()
        if request.query.get("peers") == "false" or told["Peer"] is None:
            return wire.answer("200 OK", JSON, indented(dict(told, Peer=None)))
        before, after = indented(dict(told, Peer="@")).split(b'"@"')
        return wire.answer("200 OK", JSON, b"".join((before, b"{\n", self.net.members(), b"\n\t}", after)))

    def serve(self, _request):
        body = compact(self.serve_file or self.serve_config())
        return wire.answer("200 OK", (*JSON, ("Etag", hashlib.sha256(body).hexdigest())), body)

    def usermetrics(self, _request):
        for peer in self.net.peers.values():
            if peer.is_active:
                peer.count()
        text = USERMETRICS.replace('{type="warning"} 0', '{type="warning"} %d' % len(self.warnings))
        for kind, (rx, tx) in self.net.traffic.items():
            for way, total in (("inbound", rx), ("outbound", tx)):
                for unit, value in (("bytes", total), ("packets", total / 400)):
                    text = re.sub(r'(?m)^(tailscaled_%s_%s_total\{path="%s"\}) .*' % (way, unit, kind),
                                  r"\1 %d" % value, text)
        return wire.answer("200 OK", (*OUR_HEADERS, ("Content-Type", "text/plain; version=0.0.4")), text.encode())

    def offered_services(self, _request):
        return wire.answer("200 OK", JSON, compact(self.services) + b"\n")

    def preferences(self, _request):
        return wire.answer("200 OK", JSON, indented(self.prefs))

    def lock_status(self, _request):
        return wire.answer("200 OK", JSON, indented(self.lock))

    def derpmap(self, _request):
        return wire.answer("200 OK", JSON, indented(DERPMAP))

    def whois(self, request):
        address = request.query.get("addr", "")
        found = self.net.find(address) or self.net.find(address.rpartition(":")[0])
        if not found:
            return wire.answer("404 Not Found", TEXT, f"no match for IP:port {address}\n".encode())
        return wire.answer("200 OK", JSON, indented(found.whois()))

    def path_events(self, request):
        found = self.net.find(request.query.get("ip", ""))
        if not found:
            return wire.answer("404 Not Found", TEXT, b"no such peer\n")
        return wire.answer("200 OK", JSON, indented(found.path_events()))

    # ---- answers that take their time

    async def ping(self, request, reader, writer):
        """One round trip; a dead peer's ping ends only when the client gives up."""
        address = request.query.get("ip", "")
        peer = self.net.find(address)
        error = "no matching peer" if not peer else "peer's node key has expired" if peer.is_expired else ""
        if error:
            told = dict(tailnet.PING, IP=address, NodeIP="", NodeName="", Err=error, LatencySeconds=0, Endpoint="")
        elif not peer.is_reachable:
            await reader.read()
            return
        else:
            told = peer.ping(request.query.get("type", "disco"))
            await asyncio.sleep(told["LatencySeconds"])
        writer.write(wire.answer("200 OK", (*JSON, ("Connection", "close")), compact(told) + b"\n"))

    async def dial(self, request, reader, writer):
        """A TCP connection through the daemon: 101, then its bytes."""
        host, port = request.headers.get("dial-host", ""), request.headers.get("dial-port", "")
        peer = self.net.find(host)
        if not peer or not port.isdigit():
            writer.write(wire.answer("502 Bad Gateway", TEXT, f"resolve failure: {host}: no such host\n".encode()))
            return
        try:
            there_reader, there_writer = await asyncio.open_connection(*self.dialed(peer, int(port)))
        except OSError:
            told = f"dial failure: dial tcp {peer.address}:{port}: connect: connection refused\n"
            writer.write(wire.answer("502 Bad Gateway", TEXT, told.encode()))
            return
        writer.write(wire.head(["HTTP/1.1 101 Switching Protocols", "Upgrade: ts-dial", "Connection: upgrade"]))
        await asyncio.gather(wire.splice(reader, there_writer), wire.splice(there_reader, writer))

    async def log(self, _request, reader, writer):
        """The daemon's log: an ACL's rejections, one for each forbidden flow a second."""
        if not self.is_operator:
            writer.write(wire.answer("403 Forbidden", (*TEXT, ("Connection", "close")), b"logtap access denied\n"))
            return
        writer.write(stream_head())
        write_line(writer, {"text": "[logtap connected]\n"})
        while not reader.at_eof():
            for flow in self.rejected():
                write_line(writer, {"logtail": {"client_time": tailnet.stamp(time.time())},
                                    "text": f"open-conn-track: flow TCP {flow} rejected due to acl\n"})
            await writer.drain()
            await asyncio.sleep(1)

    async def watch(self, request, reader, writer):
        """The bus: what the mask asks for at first, then changes as they come."""
        mask = int(request.query.get("mask", "0"))
        writer.write(stream_head())
        first = {}
        if mask & WANTS_STATE:
            first["State"] = STATES.index(self.backend)
        if mask & WANTS_STATUS:
            peers = {p.key: p.status() for p in self.net.peers.values() if p.is_member}
            first["InitialStatus"] = dict(self.status_head(), Peer=peers)
        if mask & WANTS_HEALTH:
            first["Health"] = {"Warnings": None}
        if first:
            write_line(writer, notice(first))
        self.watchers.add((mask, writer))
        try:
            await reader.read()
        finally:
            self.watchers.discard((mask, writer))

    def tell(self, news, needs=0):
        """Says something on the bus to those who asked for such."""
        for mask, writer in self.watchers:
            if not needs or mask & needs:
                write_line(writer, notice(news))

    def tell_path(self, peer):
        self.tell({"PeerChangedPatch": [{"NodeID": peer.number, "Online": peer.is_online}]})
        state = "established" if peer.is_active else "none"
        self.tell({"PeerState": {peer.id: {"PeerWireGuardState": state,
                                           "PeerWireGuardStateAt": tailnet.stamp(time.time())}}}, WANTS_WIREGUARD)


def notice(news):
    told = dict.fromkeys(("Version", "ErrMessage", "LoginFinished", "State", "Prefs", "NetMap", "PeerState", "Engine",
                          "BrowseToURL", "DriveShares"))
    return dict(told, Version=tailnet.STATUS["Version"], **news)


def stream_head():
    lines = [f"{name}: {value}" for name, value in JSON]
    return wire.head(["HTTP/1.1 200 OK", *lines, f"Date: {wire.date()}", "Transfer-Encoding: chunked"])


def write_line(writer, value):
    writer.write(wire.chunk(compact(value) + b"\n"))


ANSWERS = {
    ("GET", "status"): Daemon.status,
    ("GET", "serve-config"): Daemon.serve,
    ("GET", "usermetrics"): Daemon.usermetrics,
    ("GET", "services"): Daemon.offered_services,
    ("GET", "prefs"): Daemon.preferences,
    ("GET", "tka/status"): Daemon.lock_status,
    ("GET", "derpmap"): Daemon.derpmap,
    ("GET", "whois"): Daemon.whois,
    ("GET", "debug-peer-endpoint-changes"): Daemon.path_events,
}
STREAMS = {
    ("POST", "ping"): Daemon.ping,
    ("POST", "dial"): Daemon.dial,
    ("GET", "logtap"): Daemon.log,
    ("GET", "watch-ipn-bus"): Daemon.watch,
}

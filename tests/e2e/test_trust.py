#!/usr/bin/python3
"""Who gets a question and who gets a key: attacks by the local network, by another tailnet, by another user."""
import contextlib
import json
import os
import re
import socket
import threading

import stage
from stage import KEY, SUFFIX, Server, Tailscaled, once, planted, status
from tap import main, test, until
from top import codes, endpoint, first

stage.enter(__file__)

GPU1, EVIL, LAN = "100.64.0.5", "100.64.0.66", "198.51.100.66"
SHORT, FULL, LONG = "http://gpu1:18080", f"http://gpu1.{SUFFIX}:18080", "http://llm.corp.example:18080"
OURS = status(("gpu1", GPU1))


def only_row(snapshot):
    assert len(snapshot["endpoints"]) == 1, snapshot["endpoints"]
    return snapshot["endpoints"][0]


@test
def a_machine_that_another_tailnet_shares_never_gets_the_key_of_a_short_name():
    stage.needed()
    evil = ("gpu1.tailbad.ts.net", EVIL)
    with Server(EVIL) as stranger, Server(GPU1) as ours:
        with Tailscaled(status(evil, ("gpu1", GPU1))):
            row = only_row(once(SHORT))
        assert ours.keys and set(ours.keys) == {KEY} and row["state"] == "ok", (ours.keys, row)
        assert row["peer"] == "gpu1" and not stranger.keys, (row, stranger.keys)
        with Tailscaled(status(evil)):
            row = only_row(once(SHORT))
        assert codes(row) == ["unknown-host"] and not row["peer"] and not stranger.keys, (row, stranger.keys)


@test
def by_its_full_name_it_gets_the_key_that_is_meant_for_it():
    stage.needed()
    with Server(EVIL) as other, Tailscaled(status(("gpu1.tailbad.ts.net", EVIL))):
        once("http://gpu1.tailbad.ts.net:18080")
    assert other.keys and set(other.keys) == {KEY}, other.keys


def strangers():
    """Whoever has the names and addresses of the tailnet in the network that this machine is in."""
    stage.hosts({"gpu1": LAN, f"gpu1.{SUFFIX}": LAN})
    return Server(LAN), Server(GPU1), Server("fd7a:115c:a1e0::5")


THEIRS = (SHORT, f"http://{GPU1}:18080", "http://[fd7a:115c:a1e0::5]:18080", FULL)


def nobody_is_asked(snapshot, servers, code):
    asked = [server.keys for server in servers]
    assert not any(asked), asked
    for row in snapshot["endpoints"]:
        assert codes(row) == [code], row
    assert len(snapshot["endpoints"]) == len(THEIRS)


@test
def without_tailscaled_nothing_is_asked_of_what_may_be_a_stranger_s():
    stage.needed()
    lan, four, six = strangers()
    with lan, four, six:
        snapshot = once(*THEIRS)
    nobody_is_asked(snapshot, (lan, four, six), "not-asked")
    assert {row["state"] for row in snapshot["endpoints"]} == {"unknown"}, snapshot["endpoints"]


@test
def nor_while_it_is_logged_out_or_stopped():
    stage.needed()
    for backend in ("NeedsLogin", "Stopped", "Starting"):
        lan, four, six = strangers()
        with lan, four, six, Tailscaled(status(backend=backend)):
            nobody_is_asked(once(*THEIRS), (lan, four, six), "not-asked")


@test
def nor_in_another_tailnet():
    stage.needed()
    lan, four, six = strangers()
    with lan, four, six, Tailscaled(status(("box", "100.64.0.9"), suffix="tailother.ts.net")):
        snapshot = once(*THEIRS[:3])
    assert not lan.keys and not four.keys and not six.keys, (lan.keys, four.keys, six.keys)
    assert all(codes(row) == ["unknown-host"] for row in snapshot["endpoints"]), snapshot["endpoints"]


@test
def nor_before_a_slow_tailscaled_has_answered():
    stage.needed()
    lan, four, six = strangers()
    with lan, four, six, Tailscaled(OURS, held=threading.Event()):
        nobody_is_asked(once(*THEIRS, deadline=2), (lan, four, six), "not-asked")


def is_troubled(snapshot):
    return any(verdict["severity"] == "down" for row in (snapshot, *snapshot["endpoints"]) for verdict in row["verdicts"])


def stops_asking(change):
    """A dashboard that asks a peer, until that happens; what is asked afterwards is nobody's to hear."""
    with Server(GPU1) as gpu1, Tailscaled(OURS) as daemon, stage.watching(SHORT, f"http://{GPU1}:18080") as snapshots:
        assert first(snapshots, lambda s: s["endpoints"] and all(r["state"] == "ok" for r in s["endpoints"]))
        change(daemon)
        assert first(snapshots, is_troubled), "it was not noticed"
        before = len(gpu1.keys)
        for _ in range(8):
            last = next(snapshots)
        assert len(gpu1.keys) == before, gpu1.keys[before:]
        daemon.told, daemon.held = OURS, None
        assert first(snapshots, lambda s: s["status"] == "ok"), last
        assert first(snapshots, lambda s: len(gpu1.keys) > before), "it does not go on"


@test
def a_running_dashboard_stops_at_once_when_the_node_is_logged_out():
    stage.needed()
    stops_asking(lambda daemon: setattr(daemon, "told", status(backend="NeedsLogin")))


@test
def and_when_it_is_logged_in_to_another_tailnet():
    stage.needed()
    stops_asking(lambda daemon: setattr(daemon, "told", status(("box", "100.64.0.9"), suffix="tailother.ts.net")))


class Leaving(list):
    """Keys, the first of which is answered only when the node is known to be in another tailnet."""

    def __init__(self, daemon):
        super().__init__()
        self.daemon = daemon

    def append(self, key):
        super().append(key)
        if len(self) == 1:
            self.daemon.told, before = status(("box", "100.64.0.9"), suffix="tailother.ts.net"), self.daemon.statuses
            until(lambda: self.daemon.statuses > before + 2)


@test
def what_was_to_be_asked_next_is_not_asked_once_the_address_is_nobody_s():
    stage.needed()
    with Server(GPU1) as gpu1, Tailscaled(OURS) as daemon:
        gpu1.keys = Leaving(daemon)
        with stage.watching(f"http://{GPU1}:18080") as snapshots:
            assert first(snapshots, lambda s: s["endpoints"] and codes(only_row(s)) == ["unknown-host"])
            assert not first(snapshots, lambda _: len(gpu1.keys) > 1, most=4), gpu1.keys


class Held(list):
    """Keys, none of which is answered before `let` is set."""

    def __init__(self):
        super().__init__()
        self.let = threading.Event()

    def append(self, key):
        super().append(key)
        self.let.wait(10)


def is_closed(wire):
    """Whether the other end has gone; it sends no more than it has."""
    try:
        return not wire.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


@test
def what_is_being_asked_is_broken_off_when_the_tailnet_stops():
    stage.needed()
    with Server(GPU1) as gpu1, Tailscaled(OURS) as daemon:
        gpu1.keys = Held()
        with stage.watching(f"http://{GPU1}:18080"):
            assert until(lambda: gpu1.keys, 10)
            daemon.told = status(backend="Stopped")
            is_broken_off = until(lambda: is_closed(gpu1.wires[0]), 4.5)     # by itself it would end after 5 s
            gpu1.keys.let.set()
        assert is_broken_off


@test
def a_key_goes_over_plain_http_to_a_peer_and_to_this_machine():
    stage.needed()
    with Server(GPU1) as gpu1, Server("127.0.0.1") as here, Tailscaled(OURS):
        once(FULL, f"http://{GPU1}:18080", "http://127.0.0.1:18080", "http://localhost:18080",
             "http://0.0.0.0:18080")
    assert set(gpu1.keys) == set(here.keys) == {KEY}, (gpu1.keys, here.keys)


@test
def outside_the_tailnet_only_where_the_configuration_says_so():
    stage.needed()
    stage.hosts({"llm.corp.example": LAN})
    for urls in ([LONG], [f"http://{LAN}:18080"]):
        with Server(LAN, wants_key=True) as lan, Tailscaled(OURS):
            row = only_row(once(*urls))
            assert lan.keys and set(lan.keys) == {""}, lan.keys
            assert row["state"] == "auth" and codes(row) == ["key-withheld"], row
            assert "plain-key = on" in row["verdicts"][0]["fix"], row
            row = only_row(once(*urls, more="plain-key = on"))
            assert KEY in lan.keys and row["state"] == "ok" and "key-withheld" not in codes(row), (lan.keys, row)


@test
def a_name_that_the_resolver_leads_into_the_tailnet_proves_no_machine():
    stage.needed()
    stage.hosts({"llm.corp.example": GPU1})
    with Server(GPU1, wants_key=True) as gpu1, Tailscaled(OURS):
        row = only_row(once(LONG))
        assert row["peer"] == "gpu1" and codes(row) == ["key-withheld"] and set(gpu1.keys) == {""}, (row, gpu1.keys)
    before = len(gpu1.keys)
    with Server(GPU1) as gpu1:
        assert only_row(once(LONG))["state"] == "unknown" and not gpu1.keys, (before, gpu1.keys)


@test
def nor_is_it_asked_where_nobody_of_the_tailnet_has_that_address():
    stage.needed()
    stage.hosts({"llm.corp.example": EVIL})
    with Server(EVIL) as stranger:
        with Tailscaled(OURS):
            row = only_row(once(LONG, more="plain-key = on"))
        assert codes(row) == ["unknown-host"] and not stranger.keys, (row, stranger.keys)
        row = only_row(once(LONG, more="plain-key = on"))
        assert codes(row) == ["not-asked"] and not stranger.keys, (row, stranger.keys)


@test
def nor_by_the_names_of_a_tailnet_with_a_domain_of_its_own():
    """Nothing in them tells that they are a tailnet's; and a node that was logged out does not say it."""
    stage.needed()
    suffix = "tailnet.corp.example"
    name = f"gpu1.{suffix}"
    with Server(LAN) as lan, Server(GPU1) as gpu1, Tailscaled(status(("gpu1", GPU1), suffix=suffix)) as daemon:
        stage.hosts({name: LAN})
        with stage.watching(f"http://{name}:18080") as snapshots:
            assert first(snapshots, is_well)
            daemon.told = status(backend="NeedsLogin", suffix="")
            assert first(snapshots, is_troubled)
            assert not first(snapshots, lambda _: lan.keys, most=8), lan.keys
            daemon.told = status(("gpu1", GPU1), suffix=suffix)
            assert first(snapshots, is_well)
    assert not lan.keys, lan.keys


MAPPED = "::ffff:100.64.0.66"  # the kernel dials it as IPv4


@test
def an_address_of_the_tailnet_in_the_clothes_of_ipv6_is_one():
    stage.needed()
    stage.hosts({"llm.corp.example": MAPPED})
    for url in (f"http://[{MAPPED}]:18080", "http://[::FFFF:6440:42]:18080", LONG):
        with Server(EVIL) as stranger:
            row = only_row(once(url, more="plain-key = on"))
            assert codes(row) == ["not-asked"] and not stranger.keys, (row, stranger.keys)
            with Tailscaled(OURS):
                row = only_row(once(url, more="plain-key = on"))
            assert codes(row) == ["unknown-host"] and not stranger.keys, (row, stranger.keys)
    with Server(GPU1) as gpu1, Tailscaled(OURS):
        row = only_row(once(f"http://[::ffff:{GPU1}]:18080"))
    assert row["peer"] == "gpu1" and set(gpu1.keys) == {KEY}, (row, gpu1.keys)


@test
def userspace_networking_without_a_way_through_tailscaled_leads_to_nobody():
    """There a plain connect to a peer's address leaves by the default route."""
    stage.needed()
    with open("/run/status", "w", encoding="utf-8") as file:
        json.dump({**OURS, "TUN": False}, file)
    with open("/run/tailscale-cli", "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\n[ "$1" = status ] && cat /run/status\n')
    os.chmod("/run/tailscale-cli", 0o755)
    with Server(GPU1) as gpu1:
        row = only_row(once(SHORT, words=("--tailscale", "/run/tailscale-cli")))
    assert row["peer"] == "gpu1" and row["state"] == "unknown" and not gpu1.keys, (row, gpu1.keys)


def mount_of(target):
    handlers = {"Handlers": {"/": {"Proxy": target}}}
    return {"TCP": {"443": {"HTTPS": True}}, "Web": {f"admin.{SUFFIX}:443": handlers}}


@test
def nor_does_a_mount_that_leads_to_the_same_server_show_another_way():
    stage.needed()
    theirs = f"http://{GPU1}:18080"
    for urls in ((theirs,), (SHORT,), ()):
        with Server(GPU1) as gpu1, Tailscaled({**OURS, "TUN": False}, serve=mount_of(theirs)) as daemon:
            with stage.watching(*urls) as snapshots:
                assert first(snapshots, lambda s: daemon.serve_asked > 2 and s["serve"] and endpoint(s, theirs))
        assert not gpu1.keys, (urls, gpu1.keys)


@test
def a_tailscaled_that_has_ended_is_known_to_whatever_the_command_says():
    """It may hang for as long as it likes."""
    stage.needed()
    with open("/run/hanging-cli", "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\nexec sleep 30\n")
    os.chmod("/run/hanging-cli", 0o755)
    with Server(GPU1) as gpu1, stage.watching(SHORT, words=("--tailscale", "/run/hanging-cli")) as snapshots:
        with Tailscaled(OURS) as daemon:
            assert first(snapshots, is_well)
        assert first(snapshots, is_troubled), "it was not noticed"
        before, asked = len(gpu1.keys), daemon.asked
        assert not first(snapshots, lambda _: len(gpu1.keys) > before, most=7), gpu1.keys[before:]
        assert daemon.asked == asked


# ---- what a server says

ECHOES = {
    "a debug page": (b"oops: Authorization: Bearer " + KEY.encode(), 500, {"Content-Type": "text/plain"}),
    "an error in JSON": (json.dumps({"error": {"message": f"no such key: {KEY}"}}).encode(), 500, {}),
    "a model's id": (json.dumps({"object": "list", "data": [{"id": f"x/{KEY}"}]}).encode(), 200, {}),
    "a model's id with escapes": (b'{"object": "list", "data": [{"id": "' + b"".join(
        b"\\u%04x" % byte for byte in KEY.encode()) + b'"}]}', 200, {}),
    "a header": (b"{}", 502, {"Server": f"proxy ({KEY})"}),
    "a redirect": (b"", 302, {"Location": f"/login/{KEY.replace('-', '%2D')}"}),
}


@test
def our_own_key_is_never_printed_whatever_a_server_does_with_it():
    stage.needed()
    servers = {what: Server(GPU1, 18080 + number, body=body, code=code, **headers)
               for number, (what, (body, code, headers)) in enumerate(ECHOES.items())}
    urls = [f"http://gpu1.{SUFFIX}:{server.port}" for server in servers.values()]
    said = ""
    with contextlib.ExitStack() as stack:
        for server in (*servers.values(), Tailscaled(OURS)):
            stack.enter_context(server)
        for words in (["--once"], ["--once", "--format", "json"], ["--once", "--format", "json", "--redact"],
                      ["--doctor"], ["--doctor", FULL], ["--pick", "x", "-v"]):
            ended = stage.top(*words, "--log", "/run/log", urls=urls)
            said += ended.stdout + ended.stderr
    with open("/run/log", encoding="utf-8") as log:
        said += log.read()
    os.unlink("/run/log")
    for what, server in servers.items():
        assert KEY in server.keys and f":{server.port}" in said, (what, server.keys)
    for secret in (KEY, KEY[3:], KEY.replace("-", "%2D")):
        assert secret not in said, re.findall(f".*{secret}.*", said)


@test
def nor_at_another_port_of_a_server_that_got_it():
    stage.needed()
    names = json.dumps({"object": "list", "data": [{"id": f"x/{KEY}"}]}).encode()
    with Server(GPU1) as gpu1, Server(GPU1, 18081, body=names) as other, Tailscaled(OURS):
        with stage.watching(SHORT, words=("--endpoint", "http://gpu1:18081")) as snapshots:
            assert first(snapshots, lambda _: len(other.keys) > 1)
            snapshot = first(snapshots, lambda s: endpoint(s, ":18081")["models"])
    assert set(gpu1.keys) == {KEY} and set(other.keys) == {""}, (gpu1.keys, other.keys)
    assert KEY not in json.dumps(snapshot) and "x/*" in json.dumps(snapshot), snapshot


# ---- the socket

PLANTED = ("/tmp/tailscaled.sock", "/tmp/tailscale/tailscaled.sock")


@test
def a_socket_that_another_user_planted_is_not_believed():
    stage.needed()
    for path in PLANTED:
        with Server(EVIL) as evil, planted(status(("gpu1", EVIL)), path):
            snapshot = once(SHORT)
            assert snapshot["status"] == "unknown" and not evil.keys, (snapshot["daemon"], evil.keys)
            told = " ".join(verdict["text"] for verdict in snapshot["verdicts"])
            assert path in told and "nobody" in told, told


@test
def whoever_names_it_believes_it_and_is_told_whose_it_is():
    stage.needed()
    with Server(GPU1) as gpu1, planted(OURS, PLANTED[0]):
        ended = stage.top("--once", "--socket", PLANTED[0], urls=[SHORT])
    assert set(gpu1.keys) == {KEY}, gpu1.keys
    assert ended.stderr.count("nobody") == 1, ended.stderr


@test
def a_socket_counts_by_who_answers_not_by_who_owns_the_file():
    stage.needed()
    with Server(EVIL) as evil, planted(status(("gpu1", EVIL)), PLANTED[0]):
        os.chown(PLANTED[0], 0, 0)
        snapshot = once(SHORT)
    assert snapshot["status"] == "unknown" and not evil.keys, (snapshot["daemon"], evil.keys)


@test
def a_link_counts_by_who_made_it():
    stage.needed()
    with Server(GPU1) as gpu1, Tailscaled(OURS, "/run/elsewhere.sock"):
        os.symlink("/run/elsewhere.sock", PLANTED[0])
        os.chown(PLANTED[0], stage.NOBODY, stage.NOBODY, follow_symlinks=False)
        once(SHORT)
        assert not gpu1.keys, gpu1.keys
        os.unlink(PLANTED[0])
        os.symlink("/run/elsewhere.sock", PLANTED[0])
        once(SHORT)
        assert set(gpu1.keys) == {KEY}, gpu1.keys
        os.unlink(PLANTED[0])


def is_well(snapshot):
    return snapshot["status"] == "ok" and any(row["state"] == "ok" for row in snapshot["endpoints"])


@test
def a_dashboard_does_not_move_to_a_planted_socket_and_is_back_with_its_daemon():
    stage.needed()
    with Server(GPU1), Server(EVIL) as evil, planted(status(("gpu1", EVIL)), PLANTED[0]):
        with stage.watching(SHORT) as snapshots:
            with Tailscaled(OURS):
                assert first(snapshots, is_well)
            assert first(snapshots, lambda s: s["status"] == "unknown", most=20)
            with Tailscaled(OURS):
                assert first(snapshots, is_well, most=12), "it is not back within six seconds"
                assert not evil.keys, evil.keys


def asks(daemon, snapshots, most=12):
    before = daemon.asked
    return first(snapshots, lambda _: daemon.asked > before + 2, most=most)


@test
def the_usual_socket_is_gone_back_to_from_another_one():
    stage.needed()
    with Tailscaled(OURS, PLANTED[0]) as other, stage.watching(words=("--passive",)) as snapshots:
        assert asks(other, snapshots)
        with Tailscaled(OURS) as usual:
            assert asks(usual, snapshots)
            before = other.asked
            assert asks(usual, snapshots) and other.asked <= before + 1, other.asked - before
        assert asks(other, snapshots), "it does not move on again"


main()

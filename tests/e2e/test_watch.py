#!/usr/bin/python3
"""The whole program over a while: what it goes on asking, and what it stops."""
import contextlib
import os
import socket
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import main, test
from top import a_cli, codes, endpoint, first, watching

RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "recordings", "tailscale")
STATUS = b'{"Version": "1.0", "BackendState": "Running", "TUN": true, "Self": {"ID": "n1"}, "Peer": null}'


def state_of(snapshot, part):
    return next((row["state"] for row in snapshot["endpoints"] if part in row["url"]), "")


def said_of(snapshot, part):
    return " ".join(verdict["text"] for row in snapshot["endpoints"] if part in row["url"]
                    for verdict in row["verdicts"])


@test
def the_daemon_s_own_memory_tells_how_old_a_pong_is():
    scenario = """
daemon magicdns off
config discover = all
config ports = 21434, 18080, 18090
config capture = off
peer gpu1 linux direct 10.99.0.11:41641
door gpu1:ollama raw 21434 ollama-0.17.4/loaded-idle pinned
"""
    with FakeTailnet(scenario) as fake, watching(fake=fake) as snapshots:
        def path(snapshot):
            return next((row["path"] for row in snapshot["peers"] if row["name"] == "gpu1"), {})
        found = first(snapshots, lambda snapshot: path(snapshot).get("pong_source"))
        assert found and path(found)["pong_source"] == "daemon" and path(found)["pong_age_ms"] < 10000, found
        assert found["capture"]["state"] == "off"


RELAYED = """
daemon magicdns off
config discover = off
config capture = off
peer gpu2 linux derp fra rtt 1
door gpu2:ollama raw 21434 ollama-0.17.4/loaded-idle pinned
"""


def has_path(snapshot):
    return any(row["path"]["kind"] == "derp" and codes(row) for row in snapshot["peers"] if row["name"] == "gpu2")


@test
def netcheck_is_run_once_while_a_server_is_relayed_and_tells_that_udp_is_blocked():
    with open(os.path.join(RECORDED, "netcheck.json"), encoding="utf-8") as file:
        report = file.read().replace('"UDP": true', '"UDP": false')
    with FakeTailnet(RELAYED) as fake, a_cli(f"echo complaint >&2\ncat <<'END'\n{report}\nEND") as (cli, said), \
            watching("--tailscale", cli, fake=fake) as snapshots:
        found = first(snapshots, lambda snapshot: "udp-blocked" in codes(snapshot))
        later = [next(snapshots) for _ in range(6)][-1]
        with open(said, encoding="utf-8") as file:
            runs = file.read().splitlines()
        socket_option = f"--socket={fake.socket}"
    assert found and found["daemon"]["net"]["udp"] is False, found and found["daemon"]
    row = next(row for row in later["peers"] if row["name"] == "gpu2")
    assert row["path"]["reason"] == "udp-blocked-here", row["path"]
    assert runs == [f"{socket_option} netcheck --format=json"], runs


@test
def without_the_cli_or_with_an_old_one_whois_alone_tells_the_reason():
    for script in ("exit 1", "echo nonsense", "yes"):
        with FakeTailnet(RELAYED) as fake, a_cli(script) as (cli, _), \
                watching("--tailscale", cli, fake=fake) as snapshots:
            found = first(snapshots, has_path)
            last = [next(snapshots) for _ in range(4)][-1]
        row = next(row for row in last["peers"] if row["name"] == "gpu2")
        assert found and row["path"]["reason"] == "udp-blocked-there", (script, row["path"])
        assert "net" not in last["daemon"], script


@test
def peers_are_asked_nothing_while_tailscale_is_stopped():
    scenario = """
daemon magicdns off
config discover = all
config ports = 21434, 18080, 18090
peer gpu1 linux direct 10.99.0.11:41641
door gpu1:ollama raw 21434 ollama-0.17.4/loaded-idle pinned
at 3 daemon state Stopped
at 15 daemon state Running
"""
    with FakeTailnet(scenario) as fake, watching(fake=fake) as snapshots:
        assert first(snapshots, lambda snapshot: state_of(snapshot, "gpu1") == "ok")
        stopped = first(snapshots, lambda snapshot: snapshot["daemon"].get("backend_state") == "Stopped")
        last = [next(snapshots) for _ in range(12)][-1]
        assert last["daemon"]["backend_state"] == "Stopped"
        assert last["ledger"]["requests"] - stopped["ledger"]["requests"] <= 1, "what was in flight may end"
        assert first(snapshots, lambda snapshot: snapshot["ledger"]["requests"] > last["ledger"]["requests"])


@test
def a_found_server_is_followed_to_the_machine_that_has_its_name_now():
    scenario = """
daemon magicdns off
config discover = all
config ports = 21434
peer box linux direct 10.99.0.11:41641
peer new linux direct 10.99.0.12:41641 offline 1h
door box:old raw 21434 ollama-0.17.4/loaded-idle
door new:llm raw 21434 ollama-0.17.4/loaded-idle
at 3 box named gone offline
at 3 box:old die
at 3 new named box online
"""
    with FakeTailnet(scenario) as fake, watching(fake=fake) as snapshots:
        found = first(snapshots, lambda snapshot: state_of(snapshot, "box.") == "ok")
        before = endpoint(found, "box.")["peer_id"]
        moved = first(snapshots, lambda snapshot: state_of(snapshot, "box.") == "ok" and
                      endpoint(snapshot, "box.")["peer_id"] != before)
    assert moved and endpoint(moved, "box.")["peer"] == "box"


@test
def a_pinned_mount_is_pinned_even_where_tailscale_starts_after_us():
    scenario = """
daemon magicdns off state Stopped
door admin:chat http 18080 / html backend 28090 pinned
at 3 daemon state Running
"""
    with FakeTailnet(scenario) as fake, watching(fake=fake) as snapshots:
        judged = first(snapshots, lambda snapshot: state_of(snapshot, "admin") not in ("", "unknown"))
    assert judged and endpoint(judged, "admin")["pinned"], judged


@test
def an_own_mount_whose_engine_was_replaced_keeps_its_row_and_a_page_from_the_start_is_left_alone():
    scenario = """
daemon magicdns off
door admin:chat http 18080 / llama-server-0.5.0/ready-idle backend 28090
door admin:wiki http 18081 / html backend 28091
at 3 admin:chat fault html
"""
    with FakeTailnet(scenario) as fake, watching(fake=fake) as snapshots:
        assert first(snapshots, lambda snapshot: state_of(snapshot, "18080") == "ok")
        asked = first(snapshots, lambda snapshot: "for /v1/models)" in said_of(snapshot, "18080"))
    assert asked and "replaced" in codes(endpoint(asked, "18080")) and not state_of(asked, "18081"), asked


@test
def an_own_mount_that_is_led_to_a_page_on_purpose_is_left_alone_with_it():
    scenario = """
daemon magicdns off
door admin:chat http 18080 / llama-server-0.5.0/ready-idle backend 28090
door admin:wiki http 18081 / html backend 28091
at 3 admin:chat fault html
at 3 admin:chat backend 28091
"""
    with FakeTailnet(scenario) as fake, watching(fake=fake) as snapshots:
        assert first(snapshots, lambda snapshot: state_of(snapshot, "18080") == "ok")
        assert first(snapshots, lambda snapshot: not state_of(snapshot, "18080"), 90), "the wiki is called a fault"


class SlowDaemon:
    """Its status takes a while, and its bus has news all the time."""

    def __init__(self, path):
        self.pauses, self.answered = [], 0.0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(8)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.answer, args=[self.listener.accept()[0]], daemon=True).start()

    def answer(self, wire):
        with wire, contextlib.suppress(OSError):
            request = wire.recv(65536)
            wire.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            while b"/watch-ipn-bus" in request:
                wire.sendall(b"{}\n")
                time.sleep(0.02)
            if b"/v0/status" in request:
                self.pauses.append(time.monotonic() - self.answered)
                time.sleep(0.5)
                self.answered = time.monotonic()
                wire.sendall(STATUS)


@test
def a_daemon_that_answers_slowly_is_not_asked_without_a_pause_for_its_news():
    with tempfile.TemporaryDirectory() as folder:
        daemon = SlowDaemon(f"{folder}/ts.sock")
        with watching("--socket", f"{folder}/ts.sock",
                      environment=dict(os.environ, XDG_CONFIG_HOME=folder, XDG_STATE_HOME=folder)) as snapshots:
            assert first(snapshots, lambda _: len(daemon.pauses) >= 5)
        daemon.listener.close()
    assert min(daemon.pauses) > 0.3, daemon.pauses


if __name__ == "__main__":
    main()

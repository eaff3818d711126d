#!/usr/bin/python3
"""Recordings: what was watched is shown again, without asking anybody."""
import datetime
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from capturing import ROOT, needs, only_root
from tap import Skipped, main, test
from terminal import Terminal
from top import TOP, top

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake", "demo.scenario")
MAKER = os.path.join(os.path.dirname(DEMO), "record_demo.py")
RECORDING = os.path.join(ROOT, "tui", "share", "demo.tsllm")
NOBODY = """
daemon magicdns off
config period = 3600
"""


def said(snapshot):
    """States and codes of all rows."""
    rows = [(row.get("url") or row["name"], row["state"], [verdict["code"] for verdict in row["verdicts"]])
            for part in ("endpoints", "peers") for row in snapshot[part]]
    return sorted(rows)


def record(folder, words=(), count=12, last=signal.SIGTERM, scenario=DEMO):
    """Watches the demo with --record; the file, and the snapshots that it printed."""
    path = os.path.join(folder, "a.tsllm")
    with FakeTailnet(path=scenario) as fake:
        command = [TOP, "--config", fake.config, "--socket", fake.socket, "--watch", "--period", "0.5", "--record", path, *words]
        child = subprocess.Popen(command, env=fake.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        snapshots = [json.loads(child.stdout.readline()) for _ in range(count)]
        child.send_signal(last)
        child.stdout.close()
        complaints = child.stderr.read().decode()
        child.stderr.close()
        child.wait(timeout=10)
    return path, snapshots, complaints


def chats(snapshots):
    """Who had a first token, and in which direction."""
    return {(flow["peer"], flow["direction"]) for snapshot in snapshots for flow in snapshot["flows"] if flow.get("ttft_ms")}


def replay(path, *words):
    return top("--replay", path, *words, environment=dict(os.environ, TZ="UTC"))


def by_time(snapshots):
    return {snapshot["taken_at"]: snapshot for snapshot in snapshots}


def at_the_time_of(snapshot, again):
    """What a replay shows then. A period ends with a snapshot, or with an observation just before it: then it is what
    the replay shows before and after alike; None if that differs."""
    at = snapshot["taken_at"]
    if at in again:
        return again[at]
    before, after = max((one for one in again if one < at), default=""), min((one for one in again if one > at), default="")
    return again[after] if before and after and said(again[before]) == said(again[after]) else None


@test
def a_replay_shows_what_the_live_run_showed():
    with tempfile.TemporaryDirectory() as folder:
        path, live, complaints = record(folder)
        assert not complaints, complaints
        assert os.stat(path).st_mode & 0o777 == 0o600
        ended = replay(path, "--watch")
        again = by_time(map(json.loads, ended.out.splitlines()))
        both = [(snapshot, other) for snapshot in live if (other := at_the_time_of(snapshot, again))]
        assert len(both) >= 5 and not ended.errors, (list(by_time(live)), list(again), ended.errors)
        for one, other in both:
            assert said(one) == said(other), (one["taken_at"], said(one), said(other))
            assert (one["source"], other["source"]) == ("live", "replay")
        assert len(said(both[-1][0])) > 20


@test
def a_moment_is_printed_in_every_form():
    with tempfile.TemporaryDirectory() as folder:
        path, live, _ = record(folder)
        at = live[-3]["taken_at"]
        once = replay(path, "--once", "--format", "json", "--at", at)
        assert once.status == 2 and once.json["source"] == "replay" and once.json["taken_at"] <= at, once.errors
        last = replay(path, "--format", "json").json["taken_at"]
        assert last > once.json["taken_at"], last
        assert "relayed" in replay(path, "--doctor", "gpu3", "--at", at).out
        assert "REPLAY 20" in replay(path).out
        redacted = replay(path, "--watch", "--redact", "--at", at).out
        assert redacted and "gpu3" not in redacted and "tail4c1d" not in redacted
        clock = replay(path, "--once", "--format", "json", "--at", at[11:19]).json["taken_at"]
        assert clock[:19] <= at[:19], (clock, at)


@test
def a_piece_is_not_written_into_what_it_is_cut_from():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.tsllm")
        shutil.copy(RECORDING, path)
        os.chmod(path, 0o600)
        os.symlink(path, path + "-link")
        size = os.path.getsize(path)
        for whole, piece in ((path, path), (path, path + "-link"), (folder, path), (folder, os.path.join(folder, "new.tsllm"))):
            cut = replay(whole, "--record", piece)
            assert cut.status == 64 and "is a part of the recording" in cut.errors, (whole, piece, cut)
        assert os.path.getsize(path) == size and sorted(os.listdir(folder)) == ["a.tsllm", "a.tsllm-link"]


@test
def a_piece_is_cut_out():
    with tempfile.TemporaryDirectory() as folder:
        path, live, _ = record(folder, count=16)
        piece, at, until = os.path.join(folder, "piece.tsllm"), live[5]["taken_at"], live[-3]["taken_at"]
        cut = replay(path, "--at", at, "--until", until, "--record", piece)
        assert (cut.status, cut.out, cut.errors) == (0, "", ""), cut.errors
        whole = by_time(map(json.loads, replay(path, "--watch").out.splitlines()))
        part = by_time(map(json.loads, replay(piece, "--watch").out.splitlines()))
        assert 3 <= len(part) < len(whole) and max(part) <= until, (sorted(part), sorted(whole))
        assert said(part[max(part)]) == said(whole[max(part)])


@test
def a_killed_program_loses_little_and_the_next_goes_on():
    with tempfile.TemporaryDirectory() as folder:
        path, live, _ = record(folder, last=signal.SIGKILL)
        shown = [json.loads(line)["taken_at"] for line in replay(path, "--watch").out.splitlines()]
        assert shown and shown[-1] >= live[-3]["taken_at"], (shown, live[-1]["taken_at"])
        with open(path, "ab") as file:
            file.truncate(os.path.getsize(path) - 5)
        _, more, complaints = record(folder)
        assert "incomplete and were cut off" in complaints, complaints
        again = [json.loads(line)["taken_at"] for line in replay(path, "--watch").out.splitlines()]
        assert again[:len(shown) - 2] == shown[:-2] and again[-1] >= more[-3]["taken_at"], (shown, again)


@test
def what_cannot_be_recorded_or_replayed_is_said():
    with tempfile.TemporaryDirectory() as folder:
        foreign, missing = os.path.join(folder, "notes"), os.path.join(folder, "missing", "a.tsllm")
        with open(foreign, "w", encoding="utf-8") as file:
            file.write("my notes\n")
        for words, part in ((("--replay", foreign, "--once"), "is no recording of tsllm-top"),
                            (("--replay", missing, "--once"), "No such file or directory"),
                            (("--record", missing, "--once"), "No such file or directory"),
                            (("--record", foreign, "--once"), "is no recording of tsllm-top"),
                            (("--at", "14:00"), "goes with --replay"),
                            (("--replay", foreign, "--at", "soon"), "is no time like"),
                            (("--replay", foreign, "--forget"), "which asks nothing")):
            ended = top(*words)
            assert ended.status == 64 and part in ended.errors, (words, ended.status, ended.errors)
        with open(foreign, encoding="utf-8") as file:
            assert file.read() == "my notes\n"


@test
def a_directory_is_recorded_to_and_replayed():
    with tempfile.TemporaryDirectory() as folder:
        scenario, store = os.path.join(folder, "scenario"), os.path.join(folder, "not", "yet")
        with open(scenario, "w", encoding="utf-8") as file:
            file.write(f"{NOBODY}config record = {store}\n")
        for _ in range(2):
            path, *_ = record(folder, ("--no-capture",), 4, scenario=scenario)
            os.unlink(path)
        assert not os.path.exists(store), "--record goes first"
        with FakeTailnet(path=scenario) as fake:
            child = subprocess.Popen([TOP, "--config", fake.config, "--socket", fake.socket, "--watch", "--period", "0.5"],
                                     env=fake.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            for _ in range(4):
                child.stdout.readline()
            child.terminate()
            child.stdout.close()
            child.wait(timeout=10)
            assert top("--once", fake=fake).status in (0, 1, 2, 3)
        files = os.listdir(store)
        assert len(files) == 1 and files[0].endswith(".tsllm"), files
        assert [stat.S_IMODE(os.stat(path).st_mode) for path in (store, os.path.dirname(store))] == [0o700, 0o700]
        with open(os.path.join(store, "diary.tsllm"), "w", encoding="utf-8") as file:
            file.write("my diary")
        ended = replay(store, "--format", "json")
        assert ended.json["source"] == "replay" and "diary.tsllm' is no recording of tsllm-top" in ended.errors, ended.errors


@test
def a_recording_that_cannot_begin_is_said_before_the_screen_opens():
    with tempfile.TemporaryDirectory() as folder:
        notes = os.path.join(folder, "notes")
        with open(notes, "w", encoding="utf-8") as file:
            file.write("my notes\n")
        with FakeTailnet(f"{NOBODY}config record = {notes}/store\n") as fake:
            with open(fake.config, encoding="utf-8") as file:
                line = next(at for at, text in enumerate(file, 1) if text.startswith("record"))
            why = f"{fake.config}:{line}: cannot create the directory '{notes}': Not a directory"
            for words, said in (((), why),
                                (("--record", notes), f"--record: '{notes}' is no recording of tsllm-top"),
                                (("--replay", notes), f"--replay: '{notes}' is no recording of tsllm-top")):
                with Terminal(fake, 160, 24, *words) as terminal:
                    assert os.waitstatus_to_exitcode(terminal.wait()) == 64, (words, terminal.text())
                    assert terminal.received.decode().split("\r\n") == [f"tsllm-top: {said}", ""], terminal.received
            ended = top("--headless", "--listen", f"unix:{folder}/s", fake=fake)
            assert ended.status == 64 and why in ended.errors, ended.errors
            assert top("--once", fake=fake).status in (0, 1, 2, 3), "--once records nothing"


@test
def a_restart_shows_what_was_before_it():
    with tempfile.TemporaryDirectory() as folder:
        scenario = f"""
            daemon magicdns off
            config period = 0.5
            config record = {folder}
            peer gpu1 linux direct 192.168.1.11:41641 rtt 2
            door gpu1:llama raw 28080 llama-server-0.5.0/ready-idle pinned
            at 2 gpu1:llama die
            """
        with FakeTailnet(scenario) as fake:
            with Terminal(fake, 120, 40) as terminal:
                assert terminal.shows("down") and terminal.quiet(), terminal.text()
                terminal.press("6")
                assert terminal.shows("ok → down: "), terminal.text()
                terminal.press("Q")
                terminal.wait()
            with open(os.path.join(folder, "20000101-000000.tsllm"), "w", encoding="utf-8") as file:
                file.write("my diary")
            with Terminal(fake, 120, 40) as terminal:
                assert terminal.shows("down"), terminal.text()
                terminal.press("6")
                assert terminal.shows("ok → down: "), terminal.text()
                assert terminal.shows("20000101-000000.tsllm' is no recording of tsllm-top"), terminal.text()
                terminal.press("Q")
                terminal.wait()
            assert len(os.listdir(folder)) == 3, os.listdir(folder)


@test
def the_demo_has_a_stall_a_relay_an_eviction_and_what_packets_show():
    ended = top("--demo", "--watch", "--format", "json", environment=dict(os.environ, TZ="UTC"))
    snapshots = [json.loads(line) for line in ended.out.splitlines()]
    assert not ended.errors and len(snapshots) > 190, (len(snapshots), ended.errors)
    codes = {code for snapshot in snapshots for _, _, found in said(snapshot) for code in found}
    assert {"relayed", "host-offline", "evicted", "engine-stalled"} <= codes, codes
    assert "engine-stalled" not in {code for _, _, found in said(snapshots[-1]) for code in found}, "it recovers"
    assert {("laptop", "in"), ("tower", "in"), ("studio", "in"), ("nas", "in"), ("gpu2", "out")} == chats(snapshots)
    assert os.path.getsize(RECORDING) < 200_000


@test
def the_demo_s_peers_are_as_far_away_as_their_paths_say():
    snapshot = top("--demo", "--format", "json", environment=dict(os.environ, TZ="UTC")).json
    peers = {peer["name"]: peer for peer in snapshot["peers"]}
    assert all(peer["addresses"][0].startswith("100.") for peer in peers.values()), "it was recorded without a tunnel"
    for name, least in (("cloud", 97), ("gpu3", 44), ("gpu4", 26), ("edge", 21)):
        path = peers[name]["path"]
        assert path["rtt_ms"] >= least, path
        assert all(row["latency"].get("connect_ms", least) >= least for row in snapshot["endpoints"] if row["peer"] == name), name
    assert peers["gpu1"]["path"]["rtt_ms"] < 5, peers["gpu1"]


@test
def the_recording_of_the_demo_is_made_anew_with_its_clients():
    only_root("capture")
    needs("unshare", "ip")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "demo.tsllm")
        subprocess.run(["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, MAKER, "--top", TOP,
                        "--seconds", "20", path], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60)
        snapshots = [json.loads(line) for line in replay(path, "--watch").out.splitlines()]
    capture = snapshots[-1]["capture"]
    if capture["state"] != "running":
        raise Skipped(f"packets are not captured here: {capture['state']}")
    assert {("laptop", "in"), ("tower", "in"), ("studio", "in"), ("gpu2", "out")} == chats(snapshots)


@test
def plots_know_what_came_before_the_moment_that_was_asked_for():
    end = datetime.datetime.fromisoformat(json.loads(replay(RECORDING, "--format", "json").out)["taken_at"][:19])
    at = f"{end - datetime.timedelta(minutes=4):%Y-%m-%dT%H:%M:%SZ}"
    with FakeTailnet(NOBODY) as fake, Terminal(fake, 120, 36, "--replay", RECORDING, "--at", at) as terminal:
        assert terminal.shows("all traffic, received") and terminal.shows("⣿" * 10), terminal.text()
        assert "nothing is known" not in terminal.text(), terminal.text()
        terminal.press("q")


@test
def the_screen_moves_in_time():
    with tempfile.TemporaryDirectory() as folder, FakeTailnet(NOBODY) as fake:
        path, live, _ = record(folder, count=16)
        with Terminal(fake, 120, 30, "--replay", path, variables={"TZ": "UTC"}) as terminal:
            def clock():
                words = terminal.text().splitlines()[0].split()
                return words[words.index("REPLAY") + 2]
            assert terminal.shows("REPLAY"), terminal.text()
            terminal.press("p")
            assert terminal.shows("paused"), terminal.text()
            terminal.press("}")
            assert terminal.shows(" end"), terminal.text()
            end = clock()
            for _ in range(4):
                terminal.press(",")
            assert terminal.comes_to(lambda: clock() < end) and terminal.shows("paused"), (clock(), end)
            terminal.press("+")
            terminal.press("p")
            assert terminal.shows("×2") or terminal.shows(" end"), terminal.text()
            for key in "rPS":
                terminal.press("g")
                terminal.press(key)
                assert terminal.shows("not in a replay"), (key, terminal.text())
            terminal.press("{")
            terminal.press("e")
            assert terminal.shows("paused") or terminal.shows(" end"), terminal.text()
            terminal.press("q")


if __name__ == "__main__":
    sys.exit(main())

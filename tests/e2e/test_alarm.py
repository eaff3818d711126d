#!/usr/bin/python3
"""What happens is told: in the event log, to the user's command, and by the terminal."""
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import main, test
from telling import TELLS, logged, read, told
from terminal import Terminal
from top import codes, first, top, watching

FLEET = """
daemon magicdns off
config discover = off
config capture = off
config event-log = {folder}/events
peer gpu1 linux direct 10.99.0.11:41641
door gpu1:ollama raw 21434 ollama-0.17.4/loaded-idle pinned
door gpu1:other raw 21435 ollama-0.17.4/loaded-idle pinned
"""


def is_down(snapshot, port="21434"):
    return any("not-listening" in codes(row) for row in snapshot["endpoints"] if port in row["url"])


@test
def a_server_that_stops_is_told_to_the_command_and_stands_in_the_event_log():
    with tempfile.TemporaryDirectory() as folder:
        scenario = FLEET + "config " + TELLS + "at 3 gpu1:ollama die\n"
        with FakeTailnet(scenario.format(folder=folder)) as fake, \
                watching("--log", f"{folder}/log", fake=fake) as snapshots:
            assert first(snapshots, is_down)
            assert first(snapshots, lambda _: told(folder) and "grumbled" in read(f"{folder}/log"))
        found, log, lines = told(folder), read(f"{folder}/log"), logged(folder)
        mode = os.stat(f"{folder}/events").st_mode & 0o777
    assert len(found) == 1, found
    assert found[0]["TSLLM_CODE"] == "not-listening" and found[0]["TSLLM_SEVERITY"] == "down", found
    assert found[0]["TSLLM_PREVIOUS_SEVERITY"] == "info" and found[0]["TSLLM_PEER"] == "gpu1", found
    assert found[0]["TSLLM_URL"].endswith(":21434") and found[0]["TSLLM_RUN_ON"] == "gpu1", found
    assert found[0]["TSLLM_HOST"] == "admin" and "nothing listens" in found[0]["TSLLM_SENTENCE"], found
    assert [line[2] for line in lines] == ["started", "not-listening", "ended"], lines
    assert all(len(line) == 6 for line in lines) and lines[1][1] == "down" and lines[1][3] == "gpu1", lines
    assert mode == 0o600, oct(mode)
    assert "on-change: said" in log and "on-change: grumbled" in log and "down not-listening http" in log, log


@test
def a_host_that_goes_offline_is_one_line_and_one_message():
    with tempfile.TemporaryDirectory() as folder:
        scenario = FLEET + "config " + TELLS + "at 4 gpu1 offline\n"
        with FakeTailnet(scenario.format(folder=folder)) as fake, watching(fake=fake) as snapshots:
            assert first(snapshots, lambda _: told(folder), most=100)
            for _ in range(6):
                next(snapshots)
        found, lines = told(folder), logged(folder)
    assert len(found) == 1 and found[0]["TSLLM_WHO"] == "gpu1", found
    assert found[0]["TSLLM_CODE"] == "host-offline" and found[0]["TSLLM_SERVERS"] == "2", found
    assert [line[2] for line in lines] == ["started", "host-offline", "ended"], lines
    assert lines[1][3:] == ["gpu1", "-", "went offline: 2 servers with it"], lines


@test
def what_stands_at_the_start_is_not_told_nor_is_anything_by_once():
    with tempfile.TemporaryDirectory() as folder:
        scenario = (FLEET + "config " + TELLS).replace("21434 ollama-0.17.4/loaded-idle", "21434 dead").format(folder=folder)
        with FakeTailnet(scenario) as fake:
            with watching(fake=fake) as snapshots:
                assert first(snapshots, is_down)
                for _ in range(8):
                    next(snapshots)
            assert [line[2] for line in logged(folder)] == ["started", "ended"]
            os.unlink(f"{folder}/events")
            assert top("--once", fake=fake).status == 2
            assert not told(folder) and not os.path.exists(f"{folder}/events"), os.listdir(folder)


@test
def a_full_disk_costs_the_event_log_alone():
    with tempfile.TemporaryDirectory() as folder:
        scenario = FLEET.replace("{folder}/events", "/dev/full") + "config " + TELLS + "at 3 gpu1:ollama die\n"
        with FakeTailnet(scenario.format(folder=folder)) as fake, \
                watching("--log", f"{folder}/log", fake=fake) as snapshots:
            assert first(snapshots, is_down)
            assert first(snapshots, lambda _: told(folder))
        log = read(f"{folder}/log")
    assert log.count("cannot write the event log '/dev/full': No space left on device") == 1, log


@test
def a_command_that_is_not_there_is_said_at_the_start():
    with FakeTailnet("config on-change = /nowhere/tell x\n" + FLEET.format(folder="/tmp")) as fake:
        ended = top("--once", fake=fake)
    assert "on-change: cannot run '/nowhere/tell': No such file or directory" in ended.errors, ended.errors


@test
def the_terminal_rings_and_notifies():
    wanted = b"\x1b]9;tsllm-top: nothing listens"
    with tempfile.TemporaryDirectory() as folder:
        scenario = "config bell = on\nconfig notify = on\n" + FLEET + "at 4 gpu1:ollama die\n"
        with FakeTailnet(scenario.format(folder=folder)) as fake, \
                Terminal(fake, 100, 24, "--period", "0.5") as terminal:
            assert terminal.shows("gpu1")
            assert b"\x07" not in terminal.received
            assert terminal.shows("not-listening", 20), terminal.text()
            terminal.read(0.5)
            assert terminal.received.count(wanted) == 1, terminal.received[-2000:]
            assert re.search(re.escape(wanted) + rb"[^\x07]*\x07\x07", terminal.received)
            terminal.press("q")
            terminal.wait()
            assert terminal.is_restored()
            assert "\tended\t" in read(f"{folder}/events")


main()

#!/usr/bin/python3
"""The program and a helper beside it that plays packets: what it is told to look for, and what becomes of its lines."""
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

import stage
from fake import FakeTailnet
from tap import main, test
from top import TOP, first, watching

INSTALLED = "/usr/local/bin/tsllm-capture"
SCENARIO = """
daemon magicdns off
config discover = all
config ports = 21434, 18080, 18090
peer gpu1 linux direct 10.99.0.11:41641
peer gpu2 linux derp
door gpu1:ollama raw 21434 ollama-0.17.4/loaded-idle pinned
"""
PLAYER = r"""#!/usr/bin/python3
import sys, time
with open(sys.argv[0] + ".arguments", "a") as file:
    print(*sys.argv[1:], file=file)
def say(word, **fields):
    print(word, *(f"{key}={value}" for key, value in fields.items()), flush=True)
path = {"local": "10.99.0.10:41641", "remote": "10.99.0.11:41641", "vni": 0}
say("hello", protocol=1, version="0.0")
say("device", name="eth7", link="EN10MB")
say("novelty", from_the="future")
print("rtt at=soon", flush=True)
for number in range(1, 100):
    now = int(time.time() * 1e6)
    say("rtt", at=now, method="disco", us=260, **path)
    say("path", at=now, rx_bytes=1000 * number, tx_bytes=10 * number, pings=number, pongs=number, lost=0, **path)
    say("flow", at=now, client="GPU1", server="[SELF]:11434", connections=1, open=1, up_bytes=100 * number,
        down_bytes=900 * number, exchanges=number)
    say("stats", at=now, received=number, dropped=0, paths=1, flows=1)
    time.sleep(0.2)
"""

FAILS = PLAYER.split("for number in")[0] + r"""
start = time.time()
while time.time() < start + 3.5:
    say("rtt", at=int(time.time() * 1e6), method="disco", us=260, **path)
    time.sleep(0.2)
now = time.time()
with open(sys.argv[0] + ".missed", "w") as file:
    file.write(str(now))
say("miss", at=int(now * 1e6), sent=int(now * 1e6) - 400000, **path)
time.sleep(30)
"""


def test_beside(function):
    """A test of the helper beside the program, before which an installed one goes."""
    if not os.path.exists(INSTALLED):
        return test(function)

    def skipped():
        pass
    skipped.__name__ = f"{function.__name__} # SKIP {INSTALLED} is installed, and goes before"
    return test(skipped)


@contextlib.contextmanager
def beside(helper):
    """A copy of the program, with that script in the place of tsllm-capture; None: with none."""
    with tempfile.TemporaryDirectory() as folder:
        top = shutil.copy(TOP, folder)
        path = os.path.join(folder, "tsllm-capture")
        if helper is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(helper)
            os.chmod(path, 0o755)
        yield top, path


def once(fake, top):
    return json.loads(subprocess.run([top, "--once", "--format", "json", "--config", fake.config, "--socket", fake.socket],
                                     env=fake.environment, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                                     timeout=30).stdout)


@test_beside
def a_path_that_begins_to_fail_is_printed_before_the_period_ends():
    with FakeTailnet(SCENARIO) as fake, beside(FAILS) as (top, path):
        with watching("--period", "3", fake=fake, program=top) as snapshots:
            told = first(snapshots, lambda snapshot: any(
                verdict["code"] == "path-failing" for peer in snapshot["peers"] for verdict in peer["verdicts"]), 4)
        seen = time.time()
        with open(path + ".missed", encoding="utf-8") as file:
            assert seen - float(file.read()) < 1.2, told["taken_at"]


@test_beside
def what_the_helper_plays_is_in_the_snapshot():
    with FakeTailnet(SCENARIO) as fake, beside(None) as (top, path):
        peers = {peer["name"]: peer["addresses"][1] for peer in once(fake, top)["peers"]}
        with open(path, "w", encoding="utf-8") as file:
            file.write(PLAYER.replace("GPU1", peers["gpu1"]).replace("SELF", peers["admin"]))
        os.chmod(path, 0o755)
        with watching(fake=fake, program=top) as snapshots:
            found = first(snapshots, lambda snapshot: snapshot["flows"] and snapshot["flows"][0].get("rx_bytes_per_s"))
        assert found["capture"]["state"] == "running" and found["capture"]["devices"] == ["eth7"], found["capture"]
        way = next(peer["path"] for peer in found["peers"] if peer["name"] == "gpu1")
        assert (way["rtt_source"], way["rtt_ms"], way["pong_source"]) == ("disco", 0.26, "capture"), way
        assert way["rx_bytes_by_path"]["direct"] >= 1000 and way["rx_bytes_by_path"]["peer_relay"] == 0, way
        flow = found["flows"][0]
        assert (flow["peer"], flow["direction"], flow["service"], flow["active"]) == ("gpu1", "in", "llm", True), flow
        assert flow["tx_bytes"] == 9 * flow["rx_bytes"], flow
        with open(path + ".arguments", encoding="utf-8") as file:
            assert file.read().splitlines() == ["-d 10.99.0.1:8441"]


@test_beside
def a_helper_without_the_right_is_told_with_the_command_that_grants_it():
    with FakeTailnet(SCENARIO) as fake, beside("#!/bin/sh\nexit 77\n") as (top, path), \
            watching(fake=fake, program=top) as snapshots:
        found = first(snapshots, lambda snapshot: snapshot["capture"]["state"] != "off")
        assert found["capture"]["state"] == "no-permission", found["capture"]
        sudo = next((f"{name} " for name in ("sudo", "doas") if shutil.which(name)), "")
        assert found["capture"]["fix"] == f"{sudo}setcap cap_net_raw+ep {path}", found["capture"]
        assert found["status"] != "unknown"


@test_beside
def without_a_helper_all_else_works():
    with FakeTailnet(SCENARIO) as fake, beside(None) as (top, _), watching(fake=fake, program=top) as snapshots:
        found = first(snapshots, lambda snapshot: snapshot["capture"]["state"] == "missing" and snapshot["endpoints"])
        assert found and found["endpoints"][0]["url"] and not found["flows"]


@test_beside
def a_map_of_derp_servers_that_was_refused_is_not_asked_for_with_every_status():
    told = stage.status()
    told["Self"]["Relay"] = "fra"
    with tempfile.TemporaryDirectory() as folder, stage.Tailscaled(told, path=f"{folder}/socket") as daemon, \
            beside("#!/bin/sh\nexit 77\n") as (top, _), \
            watching("--config", "/dev/null", "--socket", daemon.path, environment=os.environ, program=top) as snapshots:
        assert first(snapshots, lambda _: daemon.statuses > 6)
        assert daemon.maps_asked == 1


@test_beside
def it_is_not_started_where_nobody_wants_it():
    for words, is_once in [(("--no-capture",), False), ((), True)]:
        with FakeTailnet(SCENARIO) as fake, beside("#!/bin/sh\n: > \"$0.ran\"\nexit 77\n") as (top, path):
            if is_once:
                assert once(fake, top)["capture"] == {"state": "off"}
            else:
                with watching(*words, fake=fake, program=top) as snapshots:
                    assert all(snapshot["capture"] == {"state": "off"} for _, snapshot in zip(range(5), snapshots))
            assert not os.path.exists(path + ".ran")


if __name__ == "__main__":
    main()

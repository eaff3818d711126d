#!/usr/bin/python3
"""No Tailscale on this machine, or none that runs: its own servers are found and judged all the same, and nobody else
is asked."""
import json
import os

import stage
from stage import Server, Tailscaled, status, top
from tap import main, test
from top import codes

stage.enter(__file__)

NOWHERE = ("--socket", "/run/no/such.sock")
OLLAMA, LLAMA_SWAP = 11434, 9292
PEER = "100.64.0.5"


def seen(*words, discover="mine"):
    done = top("--once", "--format", "json", *NOWHERE, *words, discover=discover)
    assert done.stderr == "", done.stderr
    return json.loads(done.stdout), done.returncode


@test
def a_server_of_this_machine_is_found_and_judged():
    stage.needed()
    with Server("127.0.0.1", OLLAMA):
        snapshot, code = seen()
    assert [(row["url"], row["state"], row["found_by"]) for row in snapshot["endpoints"]] == \
        [(f"http://127.0.0.1:{OLLAMA}", "ok", "port")], snapshot["endpoints"]
    assert codes(snapshot) == ["tailscaled-missing"], snapshot["verdicts"]
    assert (snapshot["status"], code) == ("unknown", 3), (snapshot["status"], code)


@test
def so_is_one_that_listens_on_v6_alone():
    stage.needed()
    with Server("::1", OLLAMA):
        snapshot, _ = seen()
    assert [(row["url"], row["state"]) for row in snapshot["endpoints"]] == [(f"http://[::1]:{OLLAMA}", "ok")], \
        snapshot["endpoints"]


@test
def and_one_on_a_port_that_peers_are_seldom_asked_for():
    stage.needed()
    with Server("127.0.0.1", LLAMA_SWAP):
        snapshot, _ = seen()
    assert [row["url"] for row in snapshot["endpoints"]] == [f"http://127.0.0.1:{LLAMA_SWAP}"], snapshot["endpoints"]


@test
def a_port_of_no_family_is_left_alone():
    stage.needed()
    with Server("127.0.0.1", 6379) as redis:
        snapshot, _ = seen()
    assert not snapshot["endpoints"] and not redis.paths, (snapshot["endpoints"], redis.paths)


@test
def with_discovery_off_or_passive_it_is_not_asked():
    stage.needed()
    with Server("127.0.0.1", OLLAMA) as server:
        assert not seen(discover="off")[0]["endpoints"]
        assert not seen("--passive")[0]["endpoints"]
    assert not server.paths, server.paths


@test
def people_see_the_trouble_and_the_server():
    stage.needed()
    with Server("127.0.0.1", OLLAMA):
        text = " ".join(top("--once", *NOWHERE, discover="mine").stdout.split())
        doctor = top("--doctor", *NOWHERE, discover="mine")
        one = top("--doctor", f"http://127.0.0.1:{OLLAMA}", *NOWHERE, discover="mine")
    assert "● ok here" in text and "local" in text and "tailscaled-missing" in text, text
    assert f"http://127.0.0.1:{OLLAMA} ● ok" in " ".join(doctor.stdout.split()) and doctor.returncode == 3, doctor.stdout
    assert "Nothing is broken" in one.stdout and one.returncode == 0, one.stdout


@test
def pick_picks_it():
    stage.needed()
    with Server("127.0.0.1", OLLAMA):
        done = top("--pick", "qwen3", *NOWHERE, discover="mine")
    assert (done.stdout, done.returncode) == (f"http://127.0.0.1:{OLLAMA}/v1\n", 0), (done.stdout, done.stderr)


@test
def nothing_of_the_tailnet_is_asked_while_tailscale_is_stopped():
    stage.needed()
    with Server(PEER, OLLAMA) as peer, Server("127.0.0.1", OLLAMA), \
            Tailscaled(status(("gpu1", PEER), backend="Stopped")):
        done = top("--once", "--format", "json", discover="all")
    snapshot = json.loads(done.stdout)
    assert [row["url"] for row in snapshot["endpoints"]] == [f"http://127.0.0.1:{OLLAMA}"], snapshot["endpoints"]
    assert snapshot["endpoints"][0]["state"] == "ok" and codes(snapshot) == ["tailscale-stopped"], snapshot
    assert not peer.paths, peer.paths


@test
def that_it_is_not_installed_is_said_with_the_way_to_get_it():
    stage.needed()
    os.environ["PATH"], before = "/nonexistent", os.environ["PATH"]
    try:
        with stage.configured() as (words, environment):
            done = stage.run_in(words[:2], environment)
    finally:
        os.environ["PATH"] = before
    verdict = json.loads(done.stdout)["verdicts"][0]
    assert verdict["code"] == "tailscaled-missing" and "and no `tailscale` command" in verdict["text"], verdict
    assert verdict["fix"].startswith("install Tailscale (https://tailscale.com/download)"), verdict


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Engines over half a minute: what works is told with its figures, what only answers is told to be stalled."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import main, test
from top import TOP, endpoint

SCENARIO = """
daemon magicdns off
peer gpu1 linux direct 10.99.0.11:41641
peer gpu2 linux direct 10.99.0.12:41641
peer gpu3 linux direct 10.99.0.13:41641
peer nas linux direct 10.99.0.14:41641
door gpu1:works raw 18000 vllm-0.32.0-cpu/queue pinned works 50
door gpu2:stopped raw 18001 vllm-0.32.0-cpu/engine-sigstop pinned
door gpu3:wedged raw 18080 llama-server-0.5.0/wedged-after-sigterm pinned
door nas:cold raw 21434 ollama-0.17.4/models-unloaded pinned
"""


def codes(snapshot, part):
    return [verdict["code"] for verdict in endpoint(snapshot, part).get("verdicts", [])]


def snapshots_until(fake, is_enough, most=100):
    words = [TOP, "--watch", "--period", "0.5", "--config", fake.config, "--socket", fake.socket]
    child = subprocess.Popen(words, env=fake.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
    seen = []
    try:
        for _, line in zip(range(most), child.stdout):
            seen.append(json.loads(line))
            if is_enough(seen[-1]):
                break
    finally:
        child.terminate()
        child.stdout.close()
        assert child.wait(timeout=10) in (0, 1, 2, 3)
    return seen


@test
def an_engine_that_works_is_told_from_two_that_only_answer():
    with FakeTailnet(SCENARIO) as fake:
        seen = snapshots_until(fake, lambda s: "engine-stalled" in codes(s, "18001") and
                               "engine-stalled" in codes(s, "18080"))
    last = seen[-1]
    assert "engine-stalled" in codes(last, "18001"), endpoint(last, "18001")
    assert "engine-stalled" in codes(last, "18080"), endpoint(last, "18080")
    assert endpoint(last, "18001")["state"] == endpoint(last, "18080")["state"] == "stalled"
    assert last["status"] == "down"
    works = endpoint(last, "18000")
    assert works["state"] == "busy" and "engine-stalled" not in codes(last, "18000"), works
    assert works["engine"]["running"] == 2 and works["engine"]["tokens_per_s"] > 10, works["engine"]
    assert 0 <= works["engine"]["kv_cache"] <= 1, works["engine"]
    assert "cold" in codes(last, "21434") and endpoint(last, "21434")["state"] == "ok"
    assert all("restarted" not in codes(snapshot, part) for snapshot in seen for part in ["18000", "18001", "21434"])


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""A machine that sleeps: what is said to wake it, and that nothing is sent for it."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import main, test
from top import once

MAC = "3c:7c:3f:1e:88:a0"
FLEET = """
daemon magicdns off
config discover = off
config capture = off
peer gpu1 linux offline 3h
peer gpu2 linux direct 10.99.0.12:41641
"""


def verdict_of(config, *words):
    """What is said of gpu1, the only one that is offline; the address of this machine; the snapshot."""
    with FakeTailnet(FLEET) as fake:
        with open(fake.config, "a", encoding="utf-8") as file:
            file.write(config)
        snapshot = once(fake, *words).json
        verdicts = [one for peer in snapshot["peers"] for one in peer["verdicts"] if one["code"] == "host-offline"]
        return verdicts[0], snapshot["peers"][0]["addresses"][0], snapshot


@test
def a_machine_with_a_mac_address_is_woken_through_one_on_its_network():
    verdict, address, snapshot = verdict_of(f"[peer GPU1]\nmac = {MAC}\n")
    assert verdict["run"] == f"curl -fsS -d mac={MAC} http://{address}:46590/v0/wol" and not verdict.get("run_on"), verdict
    assert verdict["hint"].startswith("this machine, which seems to be on the same network"), verdict
    assert set(snapshot["ledger"]["by_cost"]) <= {"free"} and not snapshot["endpoints"], snapshot["ledger"]


@test
def without_it_there_is_no_command():
    for config in ("", f"[peer gpu2]\nmac = {MAC}\n"):
        verdict, _, _ = verdict_of(config)
        assert not verdict.get("run") and verdict["hint"] == "wake gpu1, or start Tailscale on it", verdict


@test
def a_mac_address_is_no_text_for_strangers():
    verdict, _, _ = verdict_of(f"[peer gpu1]\nmac = {MAC}\n", "--redact")
    assert "mac=MAC http://" in verdict["run"] and MAC not in str(verdict), verdict


if __name__ == "__main__":
    main()

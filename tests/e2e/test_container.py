#!/usr/bin/python3
"""What is shipped for containers: the serve configuration as this program reads it, and whether the Containerfile is one that
`make packages-check` can carry out, which makes and runs the image."""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests/fake"), os.path.join(ROOT, "tests"), os.path.join(ROOT, "tests/packages")]

from containerfile import WORDS, instructions
from fake import FakeTailnet
from tap import main, test
from top import codes, once

SHIPPED = os.path.join(ROOT, "tui/share/container")
SERVE = os.path.join(SHIPPED, "serve.json")
NAME = "admin.tail4c1d.ts.net"


def served(domain=""):
    with FakeTailnet(f"daemon magicdns off serves {SERVE} {domain}\n") as fake:
        return once(fake, "--passive").json["serve"]


@test
def what_the_container_serves_is_v1_alone_and_the_metrics_and_nothing_by_funnel():
    mounts = served(NAME)
    assert [(row["host"], row["port"], row["protocol"], row["mount"], row["target"], row["funnel"]) for row in mounts] == [
        (NAME, 443, "https", "/v1", "http://127.0.0.1:11434/v1", False),
        (NAME, 9877, "https", "/", "http://127.0.0.1:9877", False)], mounts
    assert not any(codes(row) for row in mounts), mounts


@test
def as_it_stands_in_the_file_it_is_unexpanded():
    mounts = served()
    assert [codes(row) for row in mounts] == [["unexpanded-config"], ["unexpanded-config"]], mounts


@test
def every_instruction_can_be_carried_out_and_what_is_copied_is_there():
    with open(os.path.join(SHIPPED, "Containerfile"), encoding="utf-8") as file:
        told = instructions(file.read())
    assert {word for word, _ in told} <= WORDS.keys(), told
    copied = [name for word, rest in told if word == "COPY" and "--from=" not in rest for name in rest.split()[:-1]]
    assert "Makefile" in copied and all(os.path.exists(os.path.join(ROOT, name)) for name in copied), copied


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""What this program or this machine lacks is told as that, and never as a fault of a server."""
import json
import resource
import subprocess

import stage
from stage import Server, Tailscaled, once, status
from tap import main, test
from top import codes

stage.enter(__file__)

GPU1 = "100.64.0.5"
OURS = status(("gpu1", GPU1))


def few_files(count):
    """So many for the child, soft and hard."""
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def fleet(count, files, deadline=8):
    """A snapshot of so many servers that are well, by a program that may have few files open."""
    servers = [Server(GPU1, 18000 + number) for number in range(count)]
    urls = [f"http://gpu1:{server.port}" for server in servers]
    with Tailscaled(OURS):
        try:
            for server in servers:
                server.__enter__()
            with stage.configured(*urls) as (given, environment):
                ended = subprocess.run(["/run/tsllm-top", *given, "--once", "--format", "json", "--deadline", str(deadline)],
                                       env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                       timeout=60, check=False, preexec_fn=few_files(files))
        finally:
            for server in servers:
                server.__exit__()
    return json.loads(ended.stdout)


@test
def few_files_make_it_slower_and_no_server_bad():
    stage.needed()
    for files in (64, 40):
        snapshot = fleet(60, files)
        states = {row["state"] for row in snapshot["endpoints"]}
        assert len(snapshot["endpoints"]) == 60 and states <= {"ok", "unknown"}, (files, states)
        assert sum(row["state"] == "ok" for row in snapshot["endpoints"]) >= 30, (files, snapshot["verdicts"])


@test
def a_silent_resolver_leaves_pinned_servers_as_rows_that_are_not_known_yet():
    stage.needed()
    with open("/run/resolv.conf", "w", encoding="utf-8") as file:
        file.write("nameserver 127.0.0.99\n")
    stage.command("mount", "--bind", "/run/resolv.conf", "/etc/resolv.conf")
    urls = [f"http://llm{number}.corp.example:8080" for number in range(5)]
    with stage.silent_udp("127.0.0.99", 53), Tailscaled(OURS):
        snapshot = once(*urls, deadline=2)
    assert [row["url"] for row in snapshot["endpoints"]] == urls, snapshot["endpoints"]
    for row in snapshot["endpoints"]:
        assert row["state"] == "unknown" and codes(row) == ["name-pending"], row


main()

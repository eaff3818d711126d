#!/usr/bin/python3
"""A real tailnet on this machine: tailscaled in network namespaces, without the internet.

    lab.py up                       brings one up and says how to look at it
    lab.py check --top PROGRAM      brings one up, runs the table of tests against it, takes it away
    lab.py nightly --top PROGRAM    the same, with the tests that take longer
    lab.py newest --top PROGRAM     as check, with the newest tailscaled that the module proxy has
    lab.py down                     takes away what `up` brought, and what a killed `check` left
"""
import argparse
import signal
import sys

import check
import programs
import rows
import tailnet
import world


def up(arguments):
    lab = tailnet.Tailnet(programs.build()).__enter__()
    print(f"the lab is up: {lab.world.folder}\n")
    for host in lab.hosts.values():
        print(f"  {host.address:12} {host.fqdn}")
    print(f"\nip netns exec {lab.world.name}-admin {arguments.top} --socket={lab.admin.socket} --ca-file={lab.ca}")
    return 0


def down(_arguments):
    for folder in world.abandoned():
        world.clear(folder)
        print(f"gone: {folder}")
    return 0


def run_check(arguments):
    try:
        built, reason = programs.build_newest() if arguments.what == "newest" else (programs.build(), "")
        if reason:
            check.skip(f"no newer tailscaled: {reason}")
            return 0
        return check.check(arguments.top, arguments.only,
                           rows.ROWS + rows.NIGHTLY if arguments.what == "nightly" else rows.ROWS, built)
    except world.Trouble as why:
        print(f"Bail out! {why}")
        check.sum_up(0, 1, 0)
        return 1


def end(number, _frame):
    """Whatever ends the driver ends it by an exception, so that it cleans up; a second time is too late to ask."""
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("up", "check", "nightly", "newest", "down"))
    parser.add_argument("--top", default="./tsllm-top")
    parser.add_argument("only", nargs="*", help="only the rows whose name holds one of these words")
    arguments = parser.parse_intermixed_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    reason = programs.why_not()
    if reason and arguments.what != "down":
        check.skip(reason)
        return 0
    return {"up": up, "check": run_check, "nightly": run_check, "newest": run_check, "down": down}[arguments.what](arguments)


if __name__ == "__main__":
    sys.exit(main())

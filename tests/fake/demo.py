#!/usr/bin/python3
"""Shows tsllm-top against the fake tailnet; where there is no terminal, one snapshot of it.

Ends with 0 when the program's exit status is the one that the scenario deserves. Seen live, any honest status is.
"""
import argparse
import os
import signal
import subprocess
import sys

from fake import FakeTailnet
import tunnel

SCENARIO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo.scenario")
MEANINGS = {0: "all is well", 1: "something is degraded", 2: "something is down", 3: "it cannot tell"}


def deserved(path):
    with open(path, encoding="utf-8") as file:
        lines = (line.split() for line in file)
        return next(int(words[1]) for words in lines if words[:1] == ["deserves"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--top", required=True, metavar="PROGRAM")
    parser.add_argument("--scenario", default=SCENARIO, metavar="FILE")
    parser.add_argument("--tunnel", action="store_true", help="in this network namespace, which is its own")
    parser.add_argument("words", nargs="*", metavar="WORD", help="after --: what the program is started with besides")
    arguments = parser.parse_args()
    if not arguments.tunnel:
        tunnel.enter()
    is_live = sys.stdin.isatty() and sys.stdout.isatty()
    words = arguments.words or ([] if is_live else ["--once"])
    with FakeTailnet(path=arguments.scenario, tunnel=arguments.tunnel) as fake:
        command = [arguments.top, "--config", fake.config, "--socket", fake.socket, *words]
        signal.signal(signal.SIGINT, lambda *_: None)   # a Ctrl-C is for the program, which does not inherit this
        status = subprocess.run(command, env=fake.environment, check=False).returncode
    wanted = range(4) if is_live or arguments.words else (deserved(arguments.scenario),)
    print(f"tsllm-top ended with {status}: {MEANINGS.get(status, 'that is no status it should have')}")
    if status not in wanted:
        print(f"That is not what the scenario deserves: {' or '.join(map(str, wanted))}")
    return 0 if status in wanted else 1


if __name__ == "__main__":
    sys.exit(main())

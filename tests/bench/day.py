#!/usr/bin/python3
"""What 24 hours of history cost: FILE, whose last day is the one before now, is replayed at full speed, and read back by a
program that watches 20 HTTPS endpoints; then the memory of each is read."""
import argparse
import math
import os
import shutil
import sys
import tempfile

from bench import HTTPS, FakeTailnet, Top
from terminal import Terminal

SECONDS, TRIES = 2, 300
IS_READ = "read back what was recorded before"
LIMIT_MB = 24


def say(what, it):
    resident, dirty = it.memory_mb()
    print(f"{what}: {resident:.1f} MB resident (at most {LIMIT_MB}), {dirty:.1f} MB Private_Dirty; {it.cpu_ms() / 1000:.1f} s of a core",
          flush=True)
    return resident <= LIMIT_MB


def replay(program, file):
    """From event to event, to the end: nothing is faster, and all of it is taken into history."""
    with tempfile.NamedTemporaryFile("w") as config, Terminal([program, "--config", config.name, "--replay", file]) as it:
        it.shows(rb"REPLAY")
        for _ in range(TRIES):
            it.press(b"e")
            if not math.isnan(it.shows(rb"\bend\b", SECONDS)):
                break
        it.press(b"7")
        it.read(1)
        return say("24 h of 20 peers and 20 engines replayed", it)


def is_in(text, path):
    if not os.path.exists(path):
        return False
    with open(path, encoding="utf-8") as file:
        return text in file.read()


def read_back(program, file):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(file, os.path.join(folder, "20000101-000000.tsllm"))
        log = os.path.join(folder, "log")
        with FakeTailnet(f"{HTTPS}\nconfig record = {folder}") as fake, Terminal([*Top(program, fake).command, "--log", log], fake.environment) as it:
            while not is_in(IS_READ, log):
                it.read(SECONDS)
            return say("the same read back, while 20 more are watched and recorded", it)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--top", required=True, metavar="PROGRAM")
    parser.add_argument("file", metavar="FILE")
    options = parser.parse_args()
    program = os.path.abspath(options.top)
    return not all([replay(program, options.file), read_back(program, options.file)])


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""same_code.py OLD NEW [--renamed FILE]: whether two builds hold the same code, whatever their files are called.

A commit that only moves or renames leaves the code and the data of every object as they were. OLD and NEW are build directories
(build/plain of two checkouts, built with the same compiler and flags); FILE lists renamed symbols, "old new" a line.
Prints each object that has no equal on the other side, and ends with 1 if there is one.
"""
import argparse
import collections
import glob
import os
import re
import subprocess
import sys

ROOMS = ("probes", "tui", "capture")
KEPT = re.compile(r"^\.(text|rodata|data|bss|init_array)")


def sections(path):
    listing = subprocess.run(["objdump", "-h", path], capture_output=True, text=True, check=True).stdout
    return [name for name in re.findall(r"^\s*\d+ (\S+)", listing, re.M) if KEPT.match(name)]


def content(path, renamed):
    """Disassembly with relocations, and the bytes of the data, without the name of the file."""
    wanted = [word for name in sections(path) for word in ("-j", name)]
    text = ""
    for flags in (["-dr"], ["-s"]):
        dump = subprocess.run(["objdump", *flags, *wanted, path], capture_output=True, text=True, check=True).stdout
        if flags == ["-s"]:
            dump = "\n".join(part for part in dump.split("Contents of section ") if not part.startswith(".text"))
        text += dump.replace(path, "")
    text += subprocess.run(["objdump", "-r", *wanted, path], capture_output=True, text=True, check=True).stdout.replace(path, "")
    if renamed:
        text = re.sub(r"\b(" + "|".join(map(re.escape, renamed)) + r")\b", lambda found: renamed[found.group(1)], text)
    # What aligns columns and pads with the length of a name says nothing.
    return re.sub(r"[ \t]+", " ", text)


def objects(build, renamed):
    found = collections.defaultdict(list)
    for room in ROOMS:
        for path in glob.glob(f"{build}/{room}/**/*.o", recursive=True):
            found[content(path, renamed)].append(os.path.relpath(path, build))
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--renamed", help="renamed symbols, 'old new' a line")
    arguments = parser.parse_args()
    renamed = {}
    if arguments.renamed:
        with open(arguments.renamed) as file:
            renamed = dict(line.split() for line in file if line.strip())
    old, new = objects(arguments.old, renamed), objects(arguments.new, {})
    count, differ = sum(map(len, old.values())), 0
    if not count:
        sys.exit(f"no objects in {arguments.old}: build it first")
    for text in sorted(set(old) | set(new), key=lambda text: (old.get(text) or new.get(text))):
        if len(old.get(text, [])) != len(new.get(text, [])):
            differ += 1
            print(f"old {' '.join(old.get(text, ['-']))}   new {' '.join(new.get(text, ['-']))}")
    print(f"{count} objects, {differ} without an equal")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()

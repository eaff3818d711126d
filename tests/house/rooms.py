#!/usr/bin/env python3
"""rooms.py BUILD: the rooms of the house, who calls whom between them, and what is wrong with it.

A room is a folder. By what includes what (the sources) and by what calls what (the symbols of the objects in BUILD, build/plain
say), a room may use itself and what is below it, and no files call each other in a circle. Prints the arrows between rooms, then
what breaks either rule, and ends with 1 if anything does. tests/e2e/test_tree.py asks for the same.
"""
import collections
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# What a room may use: itself, the rooms named here, and what those may use.
BELOW = {
    "capture": [],
    "probes/base": [],
    "probes/model": ["probes/base"],
    "probes/io": ["probes/model"],
    "probes/ledger": ["probes/model"],
    "probes/recording": ["probes/ledger"],
    "probes/verdicts": ["probes/ledger"],
    "probes/take": ["probes/verdicts"],
    "probes/report": ["probes/verdicts"],
    "probes/servers": ["probes/io"],
    "probes/tailscaled": ["probes/io", "probes/ledger"],
    "probes/packets": ["probes/tailscaled"],
    "probes/endpoints": ["probes/servers", "probes/tailscaled"],
    "probes": ["probes/endpoints", "probes/packets", "probes/take", "probes/report", "probes/recording"],
    "tui/term": ["probes/model"],
    "tui/table": ["tui/term"],
    "tui/views": ["tui/table", "probes/report"],
    "tui/ui": ["tui/views"],
    "tui/out": ["tui/ui"],
    "tui": ["tui/ui", "tui/out", "probes"],
}

def below(room):
    """All that a room may use."""
    return {room}.union(*(below(other) for other in BELOW[room]))


def sources():
    return sorted(path for top in ("probes", "tui", "capture")
                  for path in glob.glob(f"{top}/**/*.[ch]", root_dir=ROOT, recursive=True))


def includes(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return re.findall(r'^\s*#include "([^"]+)"', file.read(), re.M)


def calls(build):
    """For each file, the files whose symbols it uses, with those symbols."""
    home, wanted = {}, collections.defaultdict(set)
    for source in sources():
        path = os.path.join(build, source[:-2] + ".o")
        if not source.endswith(".c") or not os.path.exists(path):
            continue
        listing = subprocess.run(["nm", "-g", path], capture_output=True, text=True, check=True).stdout
        for line in listing.splitlines():
            kind, symbol = line.split()[-2:]
            if kind == "U":
                wanted[source].add(symbol)
            elif symbol != "main":
                home[symbol] = source
    used = collections.defaultdict(lambda: collections.defaultdict(set))
    for source, symbols in wanted.items():
        for symbol in symbols:
            if home.get(symbol, source) != source:
                used[source][home[symbol]].add(symbol)
    return used


def circles(graph):
    """Sets of files that reach each other (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph.get(node, ()):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for node in list(graph):
        if node not in index:
            visit(node)
    return found


def wrong_includes():
    return [f"{path} includes {included}" for path in sources() for included in includes(path)
            if os.path.dirname(included) not in below(os.path.dirname(path)) and included != "capture/wire.h"]


def wrong_calls(used):
    return [f"{path} uses {', '.join(sorted(symbols))} of {other}"
            for path, others in sorted(used.items()) for other, symbols in sorted(others.items())
            if os.path.dirname(other) not in below(os.path.dirname(path))]


def wrong_circles(used):
    found = []
    for circle in circles({path: list(others) for path, others in used.items()}):
        found.append("a circle: " + " ".join(circle))
        found += [f"    {path} -> {other}: {', '.join(sorted(used[path][other]))}"
                  for path in circle for other in circle if used[path].get(other)]
    return found


def main():
    used = calls(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build/plain"))
    if not used:
        sys.exit(__doc__)
    arrows = collections.defaultdict(int)
    for path, others in used.items():
        for other, symbols in others.items():
            if os.path.dirname(path) != os.path.dirname(other):
                arrows[os.path.dirname(path), os.path.dirname(other)] += len(symbols)
    for room in BELOW:
        print(f"{room:20}", " ".join(f"{other}({count})" for (here, other), count in sorted(arrows.items()) if here == room))
    wrong = wrong_includes() + wrong_calls(used) + wrong_circles(used)
    print("\n".join(wrong))
    print(f"{len(sources())} files, {len(BELOW)} rooms, {len(arrows)} arrows between rooms, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

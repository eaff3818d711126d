#!/usr/bin/python3
"""Measures tsllm-top beside htop, btop and mtr, and as the tailnet grows. It judges nothing and never fails.

All in one run, each program in a terminal of 80 by 24; where several runs were made, their median is told. The
tailnet is the fake one, on this machine: it takes its part of the cores.
"""
import argparse
import contextlib
import itertools
import math
import os
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "fake"))

from fake import FakeTailnet
from terminal import Terminal

STARTS = 5
STEADY_S = 10
WARM_S = 4
NEIGHBOURS = {      # how each is made to refresh every 2 s, and what the last thing of its first screen is
    "htop": (["htop", "-d", "20"], rb"F10"),
    "btop": (["btop"], rb"\xe2\x95\xaf$"),
    "mtr": (["mtr", "-i", "2", "127.0.0.1"], rb"StDev"),
}
PEERS_SHOWN = rb"crowd\d"
SIZES = (10, 100, 1000, 10000)
BLACK_HOLES, CROWD, DEADLINE_S = 30, 300, 3
QUIET = "\n".join(f"peer crowd{n} linux idle" for n in range(20)) + "\nconfig period = 2"
HTTPS = "config period = 2\n" + "\n".join(
    f"peer crowd{n} linux direct 192.168.1.{n + 10}:41641 rtt {n + 1}\n"
    f"door crowd{n}:llm https 18443 / {('llama-server-0.5.0/ready-idle', 'ollama-0.17.4/loaded-idle')[n % 2]} pinned"
    for n in range(20))


class Top:
    """How tsllm-top is started on a fake tailnet."""

    def __init__(self, program, fake, *options):
        self.command = [program, "--config", fake.config, "--socket", fake.socket, *options]
        self.environment = fake.environment

    def terminal(self):
        return Terminal(self.command, self.environment)

    def once_ms(self, *options):
        """How long one look takes, and whether it ended by itself."""
        started = time.monotonic()
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run([*self.command, "--once", *options], env=self.environment, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20, check=False)
        return (time.monotonic() - started) * 1000


# ---- what is said

def figure(value):
    if value is None or math.isnan(value):
        return "–"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def median(values):
    known = [value for value in values if not math.isnan(value)]
    return statistics.median(known) if known else math.nan


def say_table(title, heads, rows):
    print(f"\n{title}")
    print(" " * 40 + "".join(f"{head:>11}" for head in heads))
    for label, values in rows:
        print(f"  {label:38}" + "".join(f"{figure(value):>11}" for value in values), flush=True)


# ---- beside its neighbours

def starts(make, pattern):
    """First byte and useful screen of one start."""
    with make() as terminal:
        return terminal.first_byte(), terminal.shows(pattern)


def steady(terminals):
    """Bytes per update, CPU, memory and threads of programs that run side by side."""
    warm_up(terminals, WARM_S)
    since = time.monotonic()
    before = {name: (it.cpu_ms(), it.wakes_of_others(), it.children_reaped()) for name, it in terminals.items()}
    warm_up(terminals, STEADY_S)
    seconds = time.monotonic() - since
    return {name: figures_of(it, since, seconds, *before[name]) for name, it in terminals.items() if not it.ended}


def warm_up(terminals, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for terminal in terminals.values():
            terminal.read(0.005)


def figures_of(it, since, seconds, cpu_ms, wakes, children):
    sizes = it.updates(since)
    resident, dirty = it.memory_mb()
    return {
        "bytes per update": median(sizes), "largest update, bytes": max(sizes, default=0),
        "bytes per second": sum(sizes) / seconds,
        "CPU, % of one core": (it.cpu_ms() - cpu_ms) / seconds / 10,
        "resident, MB": resident, "private and written to, MB": dirty, "threads": len(it.threads()),
        "wakes of other threads": it.wakes_of_others() - wakes,
        "page faults of ended children": it.children_reaped() - children,
    }


def compare(program):
    """The table of neighbours."""
    there = {name: made for name, made in NEIGHBOURS.items() if shutil.which(name)}
    with FakeTailnet(HTTPS) as fake, FakeTailnet(QUIET) as quiet, contextlib.ExitStack() as stack:
        makers = {"tsllm-top": (Top(program, fake).terminal, PEERS_SHOWN)}
        for name, (command, pattern) in there.items():
            makers[name] = (lambda command=command: Terminal(command)), pattern
        measured = {name: [] for name in makers}
        for _, name in itertools.product(range(STARTS), makers):
            measured[name].append(starts(*makers[name]))
        running = {name: stack.enter_context(make()) for name, (make, _) in makers.items()}
        running["quiet"] = stack.enter_context(Top(program, quiet).terminal())
        running["quiet"].read(0.3)
        running["quiet"].press(b"2")
        figures = steady(running)
    say_neighbours(list(makers), measured, figures)
    say_quiet(figures.get("quiet"))


def say_neighbours(names, measured, figures):
    rows = [(label, [median(run[i] for run in measured[name]) for name in names])
            for i, label in enumerate(("first byte, ms", "useful screen, ms"))]
    rows += [(label, [figures.get(name, {}).get(label, math.nan) for name in names]) for label in figures["tsllm-top"]]
    if "htop" in names:
        at = names.index("htop")
        rows = [(label, [*values, values[0] / values[at] if values[at] else math.nan]) for label, values in rows]
    say_table(f"Beside its neighbours: starts are medians of {STARTS}; then {STEADY_S} s, all side by side, each "
              "refreshing every 2 s.\ntsllm-top watches 20 HTTPS endpoints of 20 peers; its screen is useful when "
              "peers are on it,\nthe others' when their first one is whole.",
              [*names, "÷ htop"] if "htop" in names else names, rows)
    for name in NEIGHBOURS:
        if name not in names:
            print(f"  {name}: not here")


def say_quiet(figures):
    if figures:
        print(f"\nNothing changes (20 idle peers, no endpoint, {STEADY_S} s): "
              f"{figures['bytes per second'] * STEADY_S:.0f} bytes to the terminal, "
              f"{figures['CPU, % of one core']:.2f} % of one core")


# ---- one look

def look(program):
    with FakeTailnet(QUIET) as fake:
        top = Top(program, fake)
        ours = median(top.once_ms("--passive") for _ in range(STARTS))
    theirs = "not here"
    if shutil.which("tailscale"):
        def status():
            started = time.monotonic()
            subprocess.run(["tailscale", "status"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=20, check=False)
            return (time.monotonic() - started) * 1000
        theirs = f"{figure(median(status() for _ in range(STARTS)))} ms"
    print(f"\nOne look at 20 peers, median of {STARTS}: tsllm-top --once --passive {figure(ours)} ms, "
          f"tailscale status (of the real tailnet) {theirs}")


# ---- growth

def press_keys(terminal, seconds):
    """Latencies of keys that each change the view."""
    end, latencies = time.monotonic() + seconds, []
    for key in itertools.cycle((b"2", b"1")):
        if time.monotonic() > end or terminal.ended:
            return latencies
        terminal.read(0.037)        # in no step with anything
        latencies.append(terminal.press(key))


def grown(top, runs, seconds):
    """What a tailnet of some size costs."""
    useful = median(starts(top.terminal, PEERS_SHOWN)[1] for _ in range(runs))
    with top.terminal() as terminal:
        figures = steady_alone(terminal, seconds)
        latencies = press_keys(terminal, seconds)
    return {"useful screen, ms": useful, **figures, "keys pressed": len(latencies),
            "key to first byte, median ms": median(latencies), "key to first byte, worst ms": max(latencies)}


def steady_alone(terminal, seconds):
    terminal.read(WARM_S)
    since, cpu = time.monotonic(), terminal.cpu_ms()
    terminal.read(seconds)
    resident, dirty = terminal.memory_mb()
    return {"CPU, % of one core": (terminal.cpu_ms() - cpu) / (time.monotonic() - since) / 10,
            "resident, MB": resident, "private and written to, MB": dirty}


def grow(program):
    columns = {}
    for size in SIZES:
        with FakeTailnet("config period = 2", peers=size, endpoints=10) as fake:
            columns[f"{size:,}"] = grown(Top(program, fake), 3, 5)
    with FakeTailnet("config period = 2", peers=CROWD, endpoints=CROWD, black_holes=BLACK_HOLES) as fake:
        top = Top(program, fake)
        late = [top.once_ms(f"--deadline={DEADLINE_S}") - DEADLINE_S * 1000 for _ in range(2)]
        columns["300+300"] = grown(top, 3, 5)
    labels = list(columns["10"])
    say_table("Growth: peers of the tailnet, 10 of which serve; 300+300 are 300 peers that all serve, and "
              f"{BLACK_HOLES} of them\nswallow every packet. Useful screens are medians of 3; CPU over 5 s; keys over "
              "5 s more.", list(columns), [(label, [column[label] for column in columns.values()]) for label in labels])
    print(f"\n--once --deadline={DEADLINE_S} at these 300 endpoints ended {figure(median(late))} ms after its deadline, "
          f"at worst {figure(max(late))} ms (median of {len(late)}; the start of the process is in it)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--top", required=True, metavar="PROGRAM")
    program = os.path.abspath(parser.parse_args().top)
    for part in (compare, look, grow):
        try:
            part(program)
        except Exception as why:    # a measurement that went wrong is said and fails nothing
            print(f"\n{part.__name__}: could not be measured: {type(why).__name__}: {why}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

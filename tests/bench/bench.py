#!/usr/bin/python3
"""Measures tsllm-top beside htop, btop and mtr, and as the tailnet grows. It judges nothing and never fails.

All in one run of about two minutes, each program in a terminal of 80 by 24. The tailnet is the fake one, on this
machine: it takes its part of the cores, as does whatever else runs here, so that ratios say more than figures.
"""
import argparse
import contextlib
import functools
import itertools
import math
import os
import shutil
import statistics
import subprocess
import sys
import time

for beside in ("fake", "tailnet"):
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, beside))

import packets
import programs
import scrapes
from fake import FakeTailnet
from terminal import Terminal

STARTS = 5
WARM_S = 4
STEADY_S = 10
GROWN_WARM_S, GROWN_S = 3, 4
NEIGHBOURS = {      # how each is made to refresh every 2 s, and what the last thing of its first screen is
    "htop": (["htop", "-d", "20"], rb"F10"),
    "btop": (["btop"], rb"Cpu%"),
    "mtr": (["mtr", "-i", "2", "127.0.0.1"], rb"StDev"),
}
PEERS_SHOWN = rb"crowd\d"
DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "fake", "demo.scenario")
DEMO_SPEED = 4
SCRAPED, SCRAPES_NEW, SCRAPES = ((20, 20), (1000, 300)), 10, 100000
SIZES = (10, 100, 1000, 10000)
LOOKED_AT = (20, 1000)
BLACK_HOLES, CROWD, DEADLINE_S = 30, 300, 3
QUIET = "\n".join(f"peer crowd{n} linux idle" for n in range(20)) + "\nconfig period = 2"
HTTPS = "config period = 2\n" + "\n".join(
    f"peer crowd{n} linux direct 192.168.1.{n + 10}:41641 rtt {n + 1}\n"
    f"door crowd{n}:llm https 18443 / {('llama-server-0.5.0/ready-idle', 'ollama-0.17.4/loaded-idle')[n % 2]} pinned"
    for n in range(20))


class Top:
    """How tsllm-top is started on a fake tailnet."""

    def __init__(self, program, fake):
        self.command = [program, "--config", fake.config, "--socket", fake.socket]
        self.environment = fake.environment

    def terminal(self):
        return Terminal(self.command, self.environment)

    def once_ms(self, *options):
        return run_ms([*self.command, "--once", *options], self.environment)


def run_ms(command, environment=None):
    """How long a command takes, start and end included."""
    started = time.monotonic()
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=20, check=False)
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

def start(make, pattern):
    """First byte and useful screen of one start."""
    with make() as terminal:
        return terminal.first_byte(), terminal.shows(pattern)


def steady(terminals):
    """Bytes per update, CPU, memory and threads of programs that run side by side."""
    let_run(terminals, WARM_S)
    since = time.monotonic()
    before = {name: (it.cpu_ms(), it.wakes_of_others(), it.children_reaped()) for name, it in terminals.items()}
    let_run(terminals, STEADY_S)
    seconds = time.monotonic() - since
    return {name: figures_of(it, since, seconds, *before[name]) for name, it in terminals.items() if not it.ended}


def let_run(terminals, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for terminal in terminals.values():
            terminal.read(0.005)


def figures_of(it, since, seconds, cpu_ms, wakes, children):
    sizes = it.updates(since)
    resident, dirty = it.memory_mb()
    return {
        "updates": len(sizes), "bytes to the terminal": sum(sizes),
        "bytes per update, median": median(sizes), "bytes per update, largest": max(sizes, default=0),
        "CPU, % of one core": (it.cpu_ms() - cpu_ms) / seconds / 10,
        "resident, MB": resident, "Private_Dirty, MB": dirty, "threads": len(it.threads()),
        "wakes of other threads": it.wakes_of_others() - wakes,
        "page faults of ended children": it.children_reaped() - children,
    }


def compare(program):
    """The table of neighbours."""
    there = {name: made for name, made in NEIGHBOURS.items() if shutil.which(name)}
    with contextlib.ExitStack() as stack:
        fake, quiet, demo = (Top(program, stack.enter_context(made)) for made in (
            FakeTailnet(HTTPS), FakeTailnet(QUIET), FakeTailnet(path=DEMO, speed=DEMO_SPEED)))
        makers = {"tsllm-top": (fake.terminal, PEERS_SHOWN)}
        for name, (command, pattern) in there.items():
            makers[name] = functools.partial(Terminal, command), pattern
        measured = {name: [] for name in makers}
        for _, name in itertools.product(range(STARTS), makers):
            measured[name].append(start(*makers[name]))
        running = {name: stack.enter_context(make()) for name, (make, _) in makers.items()}
        running.update(quiet=stack.enter_context(quiet.terminal()), demo=stack.enter_context(demo.terminal()))
        running["quiet"].shows(b"admin")
        running["quiet"].press(b"2")
        figures = steady(running)
    say_neighbours(list(makers), measured, figures)
    say_updates(figures)


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
              [*names, "to htop"] if "htop" in names else names, rows)
    for name in NEIGHBOURS:
        if name not in names:
            print(f"  {name}: not here")


def say_updates(figures):
    quiet, demo = ({label: figure(value) for label, value in figures[name].items()} for name in ("quiet", "demo"))
    print(f"\nNothing changes (20 idle peers, {STEADY_S} s): {quiet['bytes to the terminal']} bytes to the terminal, "
          f"{quiet['CPU, % of one core']} % of one core")
    print(f"Much changes (the demo, {DEMO_SPEED} times as fast, {STEADY_S} s): {demo['updates']} updates, bytes: "
          f"median {demo['bytes per update, median']}, largest {demo['bytes per update, largest']}")


# ---- one look

def tailscale():
    """The command that is installed, or that of `make tailnet-check`; None: neither is there."""
    built = os.path.join(programs.folder(), "tailscale")
    return shutil.which("tailscale") or (built if os.path.exists(built) else None)


def look(program):
    command, columns = tailscale(), {}
    for size in LOOKED_AT:
        with FakeTailnet("config period = 2", peers=size, endpoints=10) as fake:
            top, ours, theirs = Top(program, fake), [], []
            for _ in range(STARTS):
                ours.append(top.once_ms("--passive"))
                theirs.append(run_ms([command, "--socket", fake.socket, "status"]) if command else math.nan)
        columns[f"{size:,}"] = {"tsllm-top --once --passive": median(ours), "tailscale status": median(theirs),
                                "tsllm-top to tailscale": median(ours) / median(theirs)}
    say_table(f"One look, in ms, medians of {STARTS}; peers of the tailnet", list(columns),
              [(label, [column[label] for column in columns.values()]) for label in next(iter(columns.values()))])
    if not command:
        print("  tailscale: not here")


# ---- growth

def press_keys(terminal, seconds):
    """Latencies of keys that each change the view."""
    end, latencies = time.monotonic() + seconds, []
    for key in itertools.cycle((b"2", b"1")):
        if time.monotonic() > end or terminal.ended:
            return latencies
        terminal.read(0.037)        # in no step with anything
        latencies.append(terminal.press(key))


def grown(top):
    """What a tailnet of some size costs."""
    useful = median(start(top.terminal, PEERS_SHOWN)[1] for _ in range(3))
    with top.terminal() as terminal:
        figures = steady_alone(terminal)
        latencies = press_keys(terminal, GROWN_S)
    plain, redacted = (median(top.once_ms("--passive", "--format=json", *words) for _ in range(3))
                       for words in ((), ("--redact",)))
    return {"useful screen, ms": useful, **figures, "JSON with --redact, × without": redacted / plain, "keys pressed": len(latencies),
            "key to first byte, median ms": median(latencies), "key to first byte, worst ms": max(latencies)}


def steady_alone(terminal):
    terminal.read(GROWN_WARM_S)
    since, cpu = time.monotonic(), terminal.cpu_ms()
    terminal.read(GROWN_S)
    resident, dirty = terminal.memory_mb()
    return {"CPU, % of one core": (terminal.cpu_ms() - cpu) / (time.monotonic() - since) / 10,
            "resident, MB": resident, "Private_Dirty, MB": dirty}


def grow(program):
    columns = {}
    for size in SIZES:
        with FakeTailnet("config period = 2", peers=size, endpoints=10) as fake:
            columns[f"{size:,}"] = grown(Top(program, fake))
    with FakeTailnet("config period = 2", peers=CROWD, endpoints=CROWD, black_holes=BLACK_HOLES) as fake:
        top = Top(program, fake)
        late = [top.once_ms(f"--deadline={DEADLINE_S}") - DEADLINE_S * 1000 for _ in range(3)]
        columns["300+300"] = grown(top)
    rows = [(label, [column[label] for column in columns.values()]) for label in columns["10"]]
    say_table("Growth: peers of the tailnet, 10 of which serve; 300+300 are 300 peers that all serve, and "
              f"{BLACK_HOLES} of them\nswallow every packet. Useful screens are medians of 3, CPU over {GROWN_S} s, "
              f"keys over {GROWN_S} s more.", list(columns), rows)
    print(f"\n--once --deadline={DEADLINE_S} at these 300 endpoints: gone {figure(median(late))} ms after it, at worst "
          f"{figure(max(late))}\n(median of {len(late)}; the start of the process is in it)")


# ---- packets

def read_packets(program):
    """What the capture helper takes for a large file."""
    measured = packets.measure(os.path.join(os.path.dirname(program), "tsllm-capture"))
    seconds, resident = measured["tsllm-capture"]
    print(f"\n{packets.PACKETS:,} packets from a file, mostly WireGuard's, median of {packets.TRIES}: tsllm-capture "
          f"{figure(seconds)} s, {figure(resident)} MB resident at its peak")
    if "tcpdump" in measured:
        print(f"tcpdump -w /dev/null takes {figure(measured['tcpdump'][0])} s, so that it takes "
              f"{figure(seconds / measured['tcpdump'][0])} times as long")
    else:
        print("tcpdump: not here")


# ---- scrapes

def scrape(program):
    """What a monitor costs, and whether its scrapes leave something in memory."""
    columns = {}
    for peers, endpoints in SCRAPED:
        with FakeTailnet("config period = 0.5", peers=peers, endpoints=endpoints) as fake, \
                scrapes.Listener(Top(program, fake).command, fake.environment) as listener:
            time.sleep(GROWN_WARM_S)
            renewed = [listener.renewed_ms() for _ in range(SCRAPES_NEW)]
            columns[f"{peers:,}+{endpoints:,}"] = {
                "/metrics, kB": len(listener.scraper.get("/metrics")) / 1000, "made anew, median ms": median(renewed),
                "made anew, worst ms": max(renewed), "resident, MB": listener.memory_mb()[0]}
    say_table("Scrapes of --listen, by peers and the endpoints among them", list(columns),
              [(label, [column[label] for column in columns.values()]) for label in next(iter(columns.values()))])
    with FakeTailnet(peers=20, endpoints=20) as fake, scrapes.Listener(Top(program, fake).command, fake.environment) as listener:
        begun = time.monotonic()
        grown = listener.grown_by_kb(SCRAPES, SCRAPES // 10)
        print(f"\n{SCRAPES:,} scrapes of /metrics, while a snapshot is taken each second: {figure(time.monotonic() - begun)} s, "
              f"Private_Dirty grew by {grown:.0f} kB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--top", required=True, metavar="PROGRAM")
    program = os.path.abspath(parser.parse_args().top)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before it began")
    for part in (compare, look, grow, read_packets, scrape):
        try:
            part(program)
        except Exception as why:    # a measurement that went wrong is said and fails nothing
            print(f"\n{part.__name__}: could not be measured: {type(why).__name__}: {why}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

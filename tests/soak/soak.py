#!/usr/bin/python3
"""Runs the dashboard and --watch side by side for a long time in a tailnet where nothing lasts; neither may grow.

    soak.py --top PROGRAM [--seconds S] [--seed N] [--samples FILE]

Engines die and come back, tailscaled too, machines leave and join (world.py), the capture helper is killed, and the
dashboard gets random keys and window sizes. The table at the end says what both programs used. The exit status is 1
if one of them grew by more than a tenth, and by more than figures.SLACK, from the 20th minute on (in a run of less
than 40 minutes: from a third of the time on), ended, or printed a line that is no JSON. The same seed gives the same
events, keys and sizes.
All is on the loopback, and in a network namespace of its own if root runs it.
"""
import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, os.pardir, name) for name in ("fake", "bench")]

import figures
import world
from fake import FakeTailnet
from process import Measured
from terminal import Terminal

INSIDE = "TSLLM_SOAK"
# All but those that end it, and S, which runs ssh. The last line is not clicked: it has hints for both.
KEYS = [*"123456789jkgG<>sI?hnNpyYrtvTPd\t\r ", "\x1b", "\x7f", "\x0c", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D",
        "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\x1b[Z", "/gpu1\r", "\\llama\r", "\\\x15\r", "/\u00e9\u4e2d\x1b",
        "\x1bOP", "\x1b[17~"]
HELPER_LIVES_S, KEY_EVERY_S, SIZE_EVERY_S, SAMPLE_EVERY_S = (20, 90), (0.2, 2), (5, 40), 1.0


def enter_namespace():
    """Starts this program anew in a network of its own; returns inside, and where there can be none."""
    if os.environ.get(INSIDE) or os.geteuid() or not shutil.which("unshare") or not shutil.which("ip"):
        return
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        return
    os.environ[INSIDE] = "1"
    script = 'ip link set lo up && exec "$0" "$@"'
    os.execvp("unshare", ["unshare", "--net", "sh", "-c", script, sys.executable, *sys.argv])


def end_cleanly(number, _frame):
    sys.exit(128 + number)


class Watch(Measured):
    """`--watch`, its lines read by a thread of ours and each of them parsed."""

    def __init__(self, command, environment):
        self.command, self.environment = command, environment
        self.lines, self.broken = 0, ""

    def __enter__(self):
        self.process = subprocess.Popen([*self.command, "--watch"], env=self.environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        return self

    def read(self):
        for line in self.process.stdout:
            try:
                json.loads(line)
                self.lines += 1
            except ValueError as why:
                self.broken = self.broken or f"line {self.lines + 1} is no JSON: {why}"

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(10)
        self.process.stdout.close()


class Every:
    """Whether it is time again: after random spans from that range."""

    def __init__(self, rng, span):
        self.rng, self.span = rng, span
        self.next = time.monotonic() + rng.uniform(*span)

    def is_due(self):
        if time.monotonic() < self.next:
            return False
        self.next += self.rng.uniform(*self.span)
        return True


class Soak:
    def __init__(self, programs, seconds, seed):
        self.programs, self.seconds = programs, seconds
        self.keys, self.sizes, self.deaths = (random.Random(f"{seed} {what}") for what in ("keys", "sizes", "deaths"))
        self.samples = {name: figures.Samples(seconds) for name in programs}
        self.counts = {"keys": 0, "sizes": 0, "helpers killed": 0}
        self.complaints = []
        self.last_lines = [24, 40]  # of the size before, which may still be drawn, and of this one

    def run(self):
        """Until the time is up or a program has ended."""
        start = sampled = time.monotonic()
        key, size = Every(self.keys, KEY_EVERY_S), Every(self.sizes, SIZE_EVERY_S)
        death = Every(self.deaths, HELPER_LIVES_S)
        while (now := time.monotonic()) - start < self.seconds:
            self.programs["dashboard"].read(0.05)
            if ended := [name for name, it in self.programs.items() if it.process.poll() is not None]:
                self.complaints += [f"{name} ended: status {self.programs[name].process.returncode}" for name in ended]
                return
            if key.is_due():
                self.press()
            if size.is_due():
                self.resize()
            if death.is_due():
                self.kill_helper()
            if now >= sampled:
                sampled += SAMPLE_EVERY_S
                for name, it in self.programs.items():
                    self.samples[name].add(now - start, figures.measure(it))

    def press(self):
        line = self.keys.choice([line for line in range(1, 41) if line not in self.last_lines])
        mouse = f"\x1b[<0;{self.keys.randint(1, 120)};{line}M"
        os.write(self.programs["dashboard"].master, self.keys.choice([*KEYS, mouse, mouse]).encode())
        self.counts["keys"] += 1

    def resize(self):
        small = self.sizes.randint(1, 12), self.sizes.randint(1, 60)
        usual = self.sizes.randint(20, 80), self.sizes.randint(60, 250)
        height, width = small if self.sizes.random() < 0.2 else usual
        self.programs["dashboard"].resize(height, width)
        self.last_lines = [self.last_lines[-1], height]
        self.counts["sizes"] += 1

    def kill_helper(self):
        """Of one of the two programs; each has no other child for longer than a moment."""
        children = self.programs[self.deaths.choice(list(self.programs))].children()
        for child in children[:1]:
            os.kill(child, signal.SIGKILL)
            self.counts["helpers killed"] += 1

    def judge(self):
        watch = self.programs["--watch"]
        if watch.broken:
            self.complaints.append(f"--watch: {watch.broken}")
        if not watch.lines:
            self.complaints.append("--watch: printed nothing")
        for name, samples in self.samples.items():
            self.complaints += [f"{name} grew: {what}" for what in samples.complaints()]


def install(program, folder):
    """The program with a helper of ours beside it; it is copied, because what is beside it is looked for there."""
    shutil.copy(program, os.path.join(folder, "tsllm-top"))
    helper = shutil.copy(os.path.join(HERE, "helper.py"), os.path.join(folder, "tsllm-capture"))
    os.chmod(helper, 0o755)
    return os.path.join(folder, "tsllm-top")


def environment(fake, name):
    """The two programs do not share what they remember."""
    return dict(fake.environment, XDG_STATE_HOME=os.path.join(fake.dir, "state", name),
                SOAK_NETWORK=fake.address("admin").rpartition(".0.")[0])


@contextlib.contextmanager
def world_of(scenario):
    """The fake tailnet, and a list for what was wrong with it: without it a soak says nothing."""
    complaints = []
    try:
        with FakeTailnet(scenario) as fake:
            yield fake, complaints
        if fake.complaints:
            complaints.append(f"the fake tailnet complains: {fake.complaints.strip()[-2000:]}")
    except subprocess.TimeoutExpired:
        complaints.append("the fake tailnet hung")


def soak(program, seconds, seed):
    """The soak, when it is over."""
    text = world.scenario(random.Random(f"{seed} world"), seconds)
    with tempfile.TemporaryDirectory(prefix="tsllm-soak-") as folder, world_of(text) as (fake, complaints):
        command = [install(program, folder), "--config", fake.config, "--socket", fake.socket, "--period", "1"]
        with Watch(command, environment(fake, "watch")) as watch, \
                Terminal(command, environment(fake, "dashboard")) as board:
            it = Soak({"dashboard": board, "--watch": watch}, seconds, seed)
            it.run()
        it.judge()
        complaints.extend(["the fake tailnet ended too early"] if fake.process.poll() is not None else [])
    it.complaints += complaints
    return it


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--top", required=True, metavar="PROGRAM")
    parser.add_argument("--seconds", type=float, default=1800, metavar="S")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--samples", metavar="FILE", help="where to write every sample, as JSON")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    enter_namespace()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_cleanly)
    print(f"soak: {arguments.seconds:g} s, seed {arguments.seed}", flush=True)
    it = soak(os.path.abspath(arguments.top), arguments.seconds, arguments.seed)
    if arguments.samples:
        with open(arguments.samples, "w", encoding="utf-8") as file:
            json.dump({name: samples.taken for name, samples in it.samples.items()}, file)
    print(*figures.table(it.samples, arguments.seconds), sep="\n")
    counts = {"lines of JSON": it.programs["--watch"].lines, **it.counts}
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    for complaint in it.complaints:
        print(f"FAILED: {complaint}")
    return 1 if it.complaints else 0


if __name__ == "__main__":
    sys.exit(main())

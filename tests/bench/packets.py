"""Measures tsllm-capture beside tcpdump: the same large file, read by both, in turn."""
import os
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "wire"))

import payloads
from pcap import ETHERNET, SNAPLEN, cut, framed, plain, save
from scenes_flows import stream
from talk import Talk

PACKETS, PEERS, STEP_US, TRIES = 2_000_000, 20, 5, 3
LOCAL = ["-l", "10.0.0.1", "-l", "100.64.0.1"]


def block():
    """A thousand frames: tunnel packets of all peers, both ways, a disco pair each, and a stream inside the tunnel."""
    talk = Talk()
    for number in range(840):
        peer = f"10.0.1.{number % PEERS}:41641"
        talk.hear(payloads.data(number % PEERS, 1312), peer) if number % 3 else talk.send(payloads.data(7, 96), peer)
    for number in range(PEERS):
        talk.ping(to=f"10.0.1.{number}:41641")
    inside = stream(count=55)[:1000 - len(talk.packets)]
    return [(frame, length) for _, frame, length in cut(framed(ETHERNET, plain(talk.packets + inside)), SNAPLEN)]


def write_large(file):
    """PACKETS frames, STEP_US from one to the next."""
    save(file, [])
    frames = [struct.pack("<II", len(frame), length) + frame for frame, length in block()]
    for first in range(0, PACKETS, len(frames)):
        at = 1_700_000_000_000_000 + first * STEP_US
        file.write(b"".join(struct.pack("<II", *divmod(at + number * STEP_US, 1_000_000)) + frame
                            for number, frame in enumerate(frames)))


def run(command):
    """Seconds, and the peak of its memory in MB, as far as it was seen before it ended."""
    started, peak = time.monotonic(), 0
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
            found = re.search(r"^VmHWM:\s*(\d+) kB", status.read(), re.M)
        peak = int(found[1]) if found else peak
        time.sleep(0.01)
    if process.returncode:
        raise OSError(f"{command[0]} ended with {process.returncode}")
    return time.monotonic() - started, peak / 1024


def measure(capture):
    """Medians of both programs: {name: (seconds, MB)}; tcpdump only where it is here."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        write_large(file)
        file.flush()
        os.chmod(file.name, 0o644)      # tcpdump lets go of its rights before it reads
        commands = {"tsllm-capture": [capture, "-r", file.name, *LOCAL]}
        if shutil.which("tcpdump"):
            commands["tcpdump"] = ["tcpdump", "-nr", file.name, "-w", "-"]
        tries = {name: [] for name in commands}
        for _ in range(TRIES):
            for name, command in commands.items():
                tries[name].append(run(command))
    return {name: tuple(statistics.median(values) for values in zip(*runs)) for name, runs in tries.items()}

"""Namespaces and processes, each of them taken away again.

Everything of one lab lives in one folder of the temporary directory, and its namespaces carry the folder's name.
The folder keeps the list of the processes that were started, so whoever finds it can take the lab away: the driver
that made it, or another one later.
"""
import contextlib
import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time

PREFIX = "tsllm-lab-"
NAMESPACES = "/run/netns"
FOREVER_S = 10


class Trouble(Exception):
    """A sentence for the person who ran the lab."""


def run(*words, **options):
    """Runs a command to its end; what it printed, or Trouble with what it complained."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
                          **options)
    if done.returncode:
        raise Trouble(f"{' '.join(words)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def until(wanted, what, seconds=20.0):
    """Waits until it comes true and returns what came; Trouble where it does not in that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, ValueError, KeyError):
            if came := wanted():
                return came
        time.sleep(0.05)
    raise Trouble(f"{what} within {seconds:.0f} s")


class World:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix=PREFIX)
        os.chmod(self.folder, 0o755)
        self.name = os.path.basename(self.folder)
        self.children = []

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    # ---- namespaces

    def namespace(self, name):
        """A new network namespace with a loopback."""
        run("ip", "netns", "add", f"{self.name}-{name}")
        run("ip", "-n", f"{self.name}-{name}", "link", "set", "lo", "up")

    def ip(self, name, *words):
        """`ip` in a namespace."""
        return run("ip", "-n", f"{self.name}-{name}", *words)

    def inside(self, name, *words):
        """The command that runs words in a namespace: its process becomes theirs."""
        return ["nsenter", f"--net={NAMESPACES}/{self.name}-{name}", *words]

    # ---- processes

    def start(self, name, words, log, **environment):
        """Starts words in a namespace and notes the process; its output goes to a log of the folder."""
        with open(self.path(log), "ab") as output:
            child = subprocess.Popen(self.inside(name, *words), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                     env={**os.environ, **environment}, start_new_session=True)
        self.children.append(child)
        with open(self.path("processes"), "a", encoding="ascii") as notes:
            notes.write(f"{child.pid} {born(child.pid)}\n")
        return child

    def stop(self, child):
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGCONT)
            child.kill()
        child.wait(FOREVER_S)

    def close(self):
        for child in self.children:
            if child.poll() is None:
                self.stop(child)
        clear(self.folder)


def born(pid):
    """When a process started, in ticks of the kernel: with its number, a name that is never given twice."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            state, *fields = file.read().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state == "Z" else fields[18]


def noted(folder):
    """The processes of a lab that still run."""
    with contextlib.suppress(OSError), open(os.path.join(folder, "processes"), encoding="ascii") as notes:
        for line in notes:
            pid, _, start = line.strip().partition(" ")
            if start and born(pid) == start:
                yield int(pid)


def clear(folder):
    """Takes away whatever a lab left: processes first, then namespaces, then the folder."""
    for pid in noted(folder):
        os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + FOREVER_S
    while list(noted(folder)) and time.monotonic() < end:
        time.sleep(0.05)
    for path in glob.glob(f"{NAMESPACES}/{os.path.basename(folder)}-*"):
        run("ip", "netns", "del", os.path.basename(path))
    shutil.rmtree(folder, ignore_errors=True)


def folders():
    """Every lab on this machine."""
    return sorted(glob.glob(os.path.join(tempfile.gettempdir(), PREFIX + "*")))

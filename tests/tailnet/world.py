"""Namespaces and processes, each of them taken away again.

What one lab keeps lives in one folder of the temporary directory, its namespaces carry the folder's name, and every
process it starts lives in one of them. So whoever finds the folder can take the lab away: the driver that made it, or
another one later.
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
END_S = 10


class Trouble(Exception):
    """A sentence for the person who ran the lab."""


def run(*words, **options):
    """Runs a command to its end; what it printed, or Trouble with what it complained."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
                          **options)
    if done.returncode:
        raise Trouble(f"{' '.join(words)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def carry_out(words, seconds, **options):
    """Runs a command that takes its time; nothing that it started outlives it, or who waits for it."""
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          start_new_session=True, **options) as child:
        try:
            said, _ = child.communicate(timeout=seconds)
        except BaseException:
            end_group(child)
            raise
    if child.returncode:
        raise Trouble(f"{' '.join(words)}: {said.strip()[-2000:] or child.returncode}")


def end_group(child):
    """Ends a process and what it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


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
        with open(self.path("driver"), "w", encoding="ascii") as file:
            file.write(str(os.getpid()))

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def read(self, path):
        with open(self.path(path), encoding="utf-8", errors="replace") as file:
            return file.read()

    # ---- namespaces

    def namespace(self, name):
        """A new network namespace with a loopback."""
        run("ip", "netns", "add", f"{self.name}-{name}")
        run("ip", "-n", f"{self.name}-{name}", "link", "set", "lo", "up")

    def remove(self, name):
        """A namespace and whatever runs in it."""
        end_namespace(f"{self.name}-{name}")

    def ip(self, name, *words):
        """`ip` in a namespace."""
        return run("ip", "-n", f"{self.name}-{name}", *words)

    def inside(self, name, *words):
        """The command that runs words in a namespace: its process becomes theirs."""
        return ["nsenter", f"--net={NAMESPACES}/{self.name}-{name}", *words]

    # ---- processes

    def start(self, name, words, log, **environment):
        """Starts words in a namespace; its output goes to a log of the folder."""
        with open(self.path(log), "ab") as output:
            return subprocess.Popen(self.inside(name, *words), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                    env={**os.environ, **environment}, start_new_session=True)

    def stop(self, child):
        end_group(child)
        child.wait(END_S)

    @contextlib.contextmanager
    def halted(self, pid):
        """A process takes everything and does nothing, for a while."""
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def close(self):
        clear(self.folder)


def inhabitants(namespace):
    return [int(pid) for pid in run("ip", "netns", "pids", namespace).split()]


def children(pid):
    """The processes that a process started, and that still run."""
    found = []
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        with open(path, encoding="ascii") as file:
            found += [int(child) for child in file.read().split()]
    return found


def end_namespace(namespace):
    end = time.monotonic() + END_S
    while (pids := inhabitants(namespace)) and time.monotonic() < end:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    run("ip", "netns", "del", namespace)


def clear(folder):
    """Takes away a lab: the processes in its namespaces, the namespaces, the folder."""
    time.sleep(0.1)     # a process that was started just now is there after a moment
    for path in glob.glob(f"{NAMESPACES}/{os.path.basename(folder)}-*"):
        end_namespace(os.path.basename(path))
    shutil.rmtree(folder, ignore_errors=True)


def is_tended(folder):
    """Whether the driver that made a lab still runs, and will take it away itself."""
    with contextlib.suppress(OSError), open(os.path.join(folder, "driver"), encoding="ascii") as file:
        with open(f"/proc/{int(file.read())}/cmdline", "rb") as command:
            return b"lab.py" in command.read()
    return False


def abandoned():
    """The labs on this machine that nobody will take away."""
    folders = glob.glob(os.path.join(tempfile.gettempdir(), PREFIX + "*"))
    return sorted(folder for folder in folders if not is_tended(folder))

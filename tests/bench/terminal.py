"""A program in a terminal of its own, watched: when which bytes came, and what the system says it costs."""
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time

from process import Measured

ROWS, COLUMNS = 24, 80
ESCAPES = re.compile(rb"\x1b(\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>78A-Z])")
SAME_UPDATE_S = 0.02        # bytes closer together than this belong to one update


class Terminal(Measured):
    """`with Terminal(argv) as it:` starts the program and ends it; `started` is just before that."""

    def __init__(self, argv, environment=None):
        self.argv, self.chunks, self.plain, self.ended = argv, [], b"", False
        self.folder = tempfile.TemporaryDirectory(prefix="tsllm-bench-")
        home = self.folder.name
        self.environment = dict(environment or os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8", HOME=home)
        if not environment:
            self.environment.update(XDG_CONFIG_HOME=home, XDG_STATE_HOME=home)

    def __enter__(self):
        self.master, slave = os.openpty()
        self.resize(ROWS, COLUMNS)
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.argv, env=self.environment, stdin=slave, stdout=slave, stderr=slave,
                                        start_new_session=True)
        os.close(slave)
        return self

    def __exit__(self, *_):
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(number)
                self.read(2, lambda: self.process.poll() is not None)
        self.process.wait()
        os.close(self.master)
        self.folder.cleanup()

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds, is_enough=lambda: False):
        """Takes what comes until it is enough, at most so long; whether it was enough."""
        end = time.monotonic() + seconds
        while not is_enough():
            left = end - time.monotonic()
            if left <= 0 or (self.ended and self.process.poll() is not None):
                return is_enough()
            if self.ended:
                time.sleep(0.01)
            elif select.select([self.master], [], [], min(left, 0.1))[0]:
                self.take()
        return True

    def take(self):
        try:
            data = os.read(self.master, 65536)
        except OSError:         # nobody holds the other end any more
            data = b""
        if not data:
            self.ended = True
            return
        self.chunks.append((time.monotonic(), len(data)))
        self.plain = self.plain[-65536:] + ESCAPES.sub(b"", data)

    def first_byte(self, seconds=5):
        """Milliseconds from the start; NAN where none came."""
        came = self.read(seconds, lambda: self.chunks)
        return (self.chunks[0][0] - self.started) * 1000 if came else float("nan")

    def shows(self, pattern, seconds=5):
        """Milliseconds from the start until the pattern was on the screen."""
        came = self.read(seconds, lambda: re.search(pattern, self.plain))
        return (self.chunks[-1][0] - self.started) * 1000 if came else float("nan")

    def press(self, key, seconds=3):
        """Milliseconds from writing a key to the next byte out; the update before is let through first."""
        while select.select([self.master], [], [], SAME_UPDATE_S)[0] and not self.ended:
            self.take()
        seen, pressed = len(self.chunks), time.monotonic()
        os.write(self.master, key)
        came = self.read(seconds, lambda: len(self.chunks) > seen)
        return (self.chunks[seen][0] - pressed) * 1000 if came else float("nan")

    def updates(self, since):
        """The sizes of the updates that came after a moment."""
        sizes, last = [], 0
        for when, size in self.chunks:
            if when < since:
                continue
            if when - last > SAME_UPDATE_S:
                sizes.append(0)
            sizes[-1] += size
            last = when
        return sizes

"""tsllm-top on a terminal of our own: a pty whose other end is an emulator that can be read."""
import fcntl
import os
import pty
import resource
import select
import signal
import struct
import termios
import time

import pyte

from tap import Skipped
from top import TOP

KEYS = {"down": "\x1b[B", "up": "\x1b[A", "enter": "\r", "escape": "\x1b", "f10": "\x1b[21~"}


class Stream(pyte.ByteStream):
    """With the scrolling of a region and the repeating of a character, which xterm has and pyte does not."""
    csi = dict(pyte.ByteStream.csi, S="scroll_up", T="scroll_down", b="repeat")
    events = pyte.ByteStream.events | {"scroll_up", "scroll_down", "repeat"}


class Screen(pyte.Screen):
    last = ""

    def draw(self, data):
        super().draw(data)
        self.last = data[-1:]

    def repeat(self, count=1):
        self.draw(self.last * (count or 1))

    def scroll_up(self, count=1):
        self.scroll(self.index, self.margins.bottom if self.margins else self.lines - 1, count)

    def scroll_down(self, count=1):
        self.scroll(self.reverse_index, self.margins.top if self.margins else 0, count)

    def scroll(self, move, edge, count):
        cursor, self.cursor.y = self.cursor.y, edge
        for _ in range(count or 1):
            move()
        self.cursor.y = cursor


class Terminal:
    """`with Terminal(fake, 80, 24) as terminal:` starts the program; what it sends is counted and emulated."""

    def __init__(self, fake, width=80, height=24, *words, term="xterm-256color", locale="C.UTF-8", folder=None, files=None, variables=None):
        self.screen = Screen(width, height)
        self.stream = Stream(self.screen)
        self.received = b""
        self.status = None
        environment = dict(fake.environment, TERM=term, LC_ALL=locale)
        environment.pop("SSH_CONNECTION", None)
        environment.pop("TMUX", None)
        environment.update(variables or {})
        words = [TOP, "--config", fake.config, "--socket", fake.socket, *words]
        try:
            self.child, self.tty = pty.fork()
        except OSError as why:
            raise Skipped(f"no pseudo-terminal can be had here: {why}") from why
        if not self.child:
            if folder:
                os.chdir(folder)
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
            os.execvpe(words[0], words, environment)
        self.resize(width, height)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            self.kill(signal.SIGKILL)
        os.close(self.tty)

    def announce(self, width, height):
        """Tells the program a size, and goes on emulating the old one."""
        fcntl.ioctl(self.tty, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def resize(self, width, height):
        self.announce(width, height)
        self.screen.resize(height, width)

    def read(self, seconds):
        """Takes in what comes within that time; the number of bytes."""
        before, end = len(self.received), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.tty], [], [], left)[0]:
                break
            try:
                part = os.read(self.tty, 65536)
            except OSError:
                break
            if not part:
                break
            self.received += part
            self.stream.feed(part)
        return len(self.received) - before

    def text(self):
        return "\n".join(self.screen.display)

    def comes_to(self, condition, seconds=30):
        """Whether that holds in the end, of what is on the screen."""
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            self.read(0.05)
        return condition()

    def shows(self, wanted, seconds=30):
        """Whether the screen comes to hold this."""
        return self.comes_to(lambda: wanted in self.text(), seconds)

    def loses(self, unwanted, seconds=30):
        """Whether the screen comes to hold this no more."""
        return self.comes_to(lambda: unwanted not in self.text(), seconds)

    def press(self, *keys):
        for key in keys:
            os.write(self.tty, KEYS.get(key, key).encode())

    def quiet(self, seconds=0.5, tries=20):
        """Waits until nothing is sent for that long; false: it never is."""
        return any(not self.read(seconds) for _ in range(tries))

    def kill(self, number):
        os.kill(self.child, number)
        self.wait()

    def wait(self, seconds=5):
        """Its wait status; the terminal is read until it is gone."""
        end = time.monotonic() + seconds
        while self.status is None and time.monotonic() < end:
            self.read(0.05)
            child, status = os.waitpid(self.child, os.WNOHANG)
            if child:
                self.status = status
                self.read(0.2)      # what it sent last
        return self.status

    def is_restored(self):
        """The alternate screen left, the cursor shown, the mouse off, the line editor back."""
        flags = termios.tcgetattr(self.tty)[3]
        after = self.received[self.received.rfind(b"\x1b[?1049h"):]
        return b"\x1b[?1049l" in after and flags & termios.ICANON and flags & termios.ECHO and \
            after.rfind(b"\x1b[?25h") >= after.rfind(b"\x1b[?25l")

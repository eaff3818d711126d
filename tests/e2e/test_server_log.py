#!/usr/bin/python3
"""The log of a server of this machine: found by its process, printed, followed, and shown on a page."""
import contextlib
import os
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import main, test, until
from terminal import Terminal
from top import TOP, top

PEERS = """
daemon magicdns off
config discover = off
config capture = off
peer gpu1 linux direct 10.99.0.11:41641
door gpu1:ollama raw 21434 ollama-0.17.4/loaded-idle pinned
"""

# A server that says that it is Ollama, and logs a line for each that comes to its standard input.
SERVER = """
import http.server, sys, threading
ANSWERS = {"/": b"Ollama is running", "/api/version": b'{"version":"0.17.4"}', "/api/ps": b'{"models":[]}',
           "/api/tags": b'{"models":[]}', "/v1/models": b'{"object":"list","data":[]}'}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = ANSWERS.get(self.path, b"{}")
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
for line in sys.stdin:
    print(line, end="", file=sys.stderr, flush=True)
"""


class Server:
    """`errors` is where its messages go: a file, a pipe, or what subprocess takes."""

    def __init__(self, errors):
        self.child = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=errors, text=True)
        self.url = f"http://127.0.0.1:{self.child.stdout.readline().strip()}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.communicate()

    def log(self, *lines):
        for line in lines:
            self.child.stdin.write(line + "\n")
        self.child.stdin.flush()


@contextlib.contextmanager
def a_server_with_a_file():
    """A server, the path of its log, and a home directory without state."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "server.log")
        with open(path, "a", encoding="utf-8") as file, Server(file) as server:
            yield server, path, dict(os.environ, HOME=folder, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder)


def holds(path, text):
    with open(path, encoding="utf-8") as file:
        return text in file.read()


@test
def the_last_lines_are_printed_with_the_sentence_of_a_known_error_and_without_keys():
    with a_server_with_a_file() as (server, path, environment):
        server.log(*(f"line {number}" for number in range(200)), "cudaMalloc failed: out of memory",
                   "got Bearer abcDEF1234567890", "\x1b[31mred\x1b[0m \x07")
        assert until(lambda: holds(path, "red"))
        done = top("--server-log", server.url, environment=environment)
    lines = done.out.splitlines()
    assert done.status == 0 and path in done.errors, done.errors
    assert lines[0] == "line 103" and lines[96] == "line 199", lines[:3]
    assert lines[97] == "cudaMalloc failed: out of memory" and lines[98].startswith("  = the GPU has too little"), lines[97:]
    assert lines[99:] == ["got Bearer ****************", "red \\x07"], lines[99:]


@test
def a_log_is_followed_through_a_rotation_until_the_program_is_ended():
    with a_server_with_a_file() as (server, path, environment):
        server.log("first")
        with tempfile.NamedTemporaryFile() as out:
            child = subprocess.Popen([TOP, "--server-log", server.url, "--follow"], stdout=out, env=environment,
                                     stderr=subprocess.DEVNULL)
            assert until(lambda: holds(out.name, "first\n"))
            server.log("second")
            assert until(lambda: holds(out.name, "second\n"))
            os.rename(path, path + ".1")
            with open(path, "w", encoding="utf-8") as file:
                file.write("third\n")
            assert until(lambda: holds(out.name, "third\n"))
            child.send_signal(signal.SIGTERM)
            assert child.wait(timeout=10) == 0
            with open(out.name, encoding="utf-8") as file:
                assert file.read() == "first\nsecond\nthird\n"


@test
def a_log_that_goes_nowhere_says_so():
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, HOME=folder, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder)
        with Server(subprocess.DEVNULL) as server:
            nowhere = top("--server-log", server.url, environment=environment)
        gone = top("--server-log", server.url, environment=environment)
    assert nowhere.status == 3 and not nowhere.out and "its output goes to /dev/null" in nowhere.errors, nowhere.errors
    assert gone.status == 3 and not gone.out and "nothing listens on port" in gone.errors, gone.errors


@test
def a_peers_log_is_read_there():
    with FakeTailnet(PEERS) as fake:
        done = top("--server-log", f"http://{fake.address('gpu1')}:21434", fake=fake)
    assert done.status == 3 and not done.out, done.out
    assert "the log is on gpu1" in done.errors and "ssh -t gpu1" in done.errors and "journalctl -u ollama" in done.errors, done.errors


@test
def a_page_follows_the_log_and_closes():
    with FakeTailnet(PEERS) as fake, tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "log"), "a", encoding="utf-8") as file, Server(file) as server:
            server.log("a first line")
            with Terminal(fake, 100, 30, "--endpoint", server.url) as terminal:
                assert terminal.shows(server.url.rsplit(":", 1)[1]), terminal.text()
                terminal.press("/", server.url.rsplit(":", 1)[1], "enter", "enter")
                assert terminal.shows("base URL for clients"), terminal.text()
                terminal.press("l")
                assert terminal.shows("a first line") and f"{folder}/log" in terminal.text(), terminal.text()
                server.log("a second line: CUDA out of memory")
                assert terminal.shows("a second line") and terminal.shows("= the GPU has too little"), terminal.text()
                terminal.press("escape")
                assert terminal.shows("base URL for clients"), terminal.text()
                terminal.press("q", "q")
                assert terminal.wait() is not None and terminal.is_restored()


@test
def what_contradicts_itself_is_refused():
    for words, why in ((("--follow",), "goes with --server-log"),
                       (("--server-log", "http://a", "--once", "--format", "json"), "not together with another output"),
                       (("--server-log", "http://a", "--watch"), "not together"),
                       (("--server-log", "nonsense"), "is no URL"),
                       (("--server-log", "http://a", "--redact"), "goes with"),
                       (("--server-log", "http://a", "--demo"), "a recording has no log")):
        done = top(*words)
        assert done.status == 64 and why in done.errors, (words, done.errors)


if __name__ == "__main__":
    main()

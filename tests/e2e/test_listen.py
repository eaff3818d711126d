#!/usr/bin/python3
"""--listen: what it answers, whom it refuses, and what a hostile client can do to it: nothing."""
import contextlib
import hashlib
import http.client
import itertools
import json
import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from capturing import IS_SANITIZED
from fake import FakeTailnet
from tap import Skipped, main, test, until
from top import TOP

PORT = 19877
SMALL = """
daemon magicdns off
config discover = off
config capture = off
peer gpu1 linux direct 10.99.0.11:41641 rtt 0.4 rate 900000
door gpu1:ollama raw 21434 ollama-0.17.4/loaded-idle pinned
door gpu1:llama raw 18080 llama-server-0.5.0/ready-idle pinned
"""


def get(path, host="localhost", method="GET", **headers):
    """Status, headers and body."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    try:
        connection.request(method, path, headers={"Host": host, **headers})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def raw(text, seconds=10):
    """All that comes for these bytes."""
    with socket.create_connection(("127.0.0.1", PORT), timeout=seconds) as wire:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            wire.sendall(text)
        got = b""
        with contextlib.suppress(ConnectionResetError, TimeoutError):
            while part := wire.recv(65536):
                got += part
    return got


@contextlib.contextmanager
def listening(*words, address=str(PORT), environment=None, scenario=SMALL):
    with FakeTailnet(scenario) as fake:
        child = subprocess.Popen([TOP, "--config", fake.config, "--socket", fake.socket, "--headless", "--listen", address, *words],
                                 env={**fake.environment, **(environment or {})}, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            if address == str(PORT):
                assert until(is_well, 20), "it does not answer"
            yield child
        finally:
            child.terminate()
            said = child.communicate(timeout=10)[0]
        assert child.returncode in (0, 1, 2, 3) and said == "", (child.returncode, said)


def is_well():
    try:
        return get("/healthz")[0] == 200
    except OSError:
        return False


def answers_at(path):
    """The socket is there before it answers."""
    with socket.socket(socket.AF_UNIX) as wire, contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
        wire.settimeout(10)
        wire.connect(path)
        wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return wire.recv(1000).startswith(b"HTTP/1.1 ")
    return False


def memory(child):
    """What it wrote to, in kB."""
    with open(f"/proc/{child.pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(number) for number in re.findall(r"^Private_Dirty: +(\d+)", file.read(), re.M))


def descriptors(child):
    return len(os.listdir(f"/proc/{child.pid}/fd"))


@test
def there_are_four_pages_and_no_others():
    with listening("--period", "1"):
        assert until(lambda: b'server="ollama"' in get("/metrics")[2] and b"llama-server" in get("/sd")[2])
        types = {path: get(path)[1]["Content-Type"] for path in ("/metrics", "/snapshot.json", "/sd", "/healthz")}
        snapshot = json.loads(get("/snapshot.json?x=y")[2])
        targets = json.loads(get("/sd")[2])
        assert get("/healthz")[2] == b"ok\n"
        head, whole = get("/sd", method="HEAD"), get("/sd")
        missing = [get(path)[0] for path in ("/", "/metrics/", "//metrics", "/../etc/passwd", "/%2e%2e/metrics", "/METRICS")]
    assert types == {"/metrics": "text/plain; version=0.0.4; charset=utf-8", "/snapshot.json": "application/json",
                     "/sd": "application/json", "/healthz": "text/plain; charset=utf-8"}, types
    assert snapshot["schema_version"] == 1 and len(snapshot["endpoints"]) == 2, snapshot
    assert [target["targets"] for target in targets] == [["gpu1.tail4c1d.ts.net:18080"]], targets
    assert targets[0]["labels"]["__metrics_path__"] == "/metrics" and targets[0]["labels"]["__meta_tsllm_server"] == "llama-server"
    assert head[0] == 200 and head[2] == b"" and head[1]["Content-Length"] == str(len(whole[2])), head
    assert missing == [404] * 6, missing


@test
def a_scrape_gets_what_was_taken_before_and_asks_nobody():
    with listening("--period", "60"):
        first = get("/metrics")[2]
        assert all(get("/metrics")[2] == first for _ in range(50))
        assert b"tsllm_snapshot_timestamp_seconds" in first


@test
def scrapes_leave_nothing_in_memory():
    """`make bench` does it 100,000 times."""
    if IS_SANITIZED:
        raise Skipped("sanitizers keep freed memory for a while; they find leaks by themselves")
    def scrape(times):
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
        for _ in range(times):
            connection.request("GET", "/metrics", headers={"Host": "localhost"})
            assert connection.getresponse().read().startswith(b"# HELP")
        connection.close()
    with listening("--period", "1") as child:
        assert until(lambda: b'server="ollama"' in get("/metrics")[2], 20)
        sizes = []
        for _ in range(5):      # what else it takes meanwhile, as it starts up, it takes once
            scrape(1000)
            sizes.append(memory(child))
        assert min(after - before for before, after in itertools.pairwise(sizes)) < 64, sizes


@test
def a_host_that_is_not_this_machine_is_refused():
    with listening("--period", "1"):
        good = ["localhost", f"localhost:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT}", "[::1]:80", "admin", "ADMIN.tail4c1d.ts.net",
                "admin.tail4c1d.ts.net:443"]
        bad = ["evil.example", f"evil.example:{PORT}", "localhost.evil.example", "gpu1", "gpu1.tail4c1d.ts.net", "127.0.0.1.evil.example",
               "admin@evil.example", "localhost/x", "", "100.100.100.100"]
        assert until(lambda: get("/sd", host="admin")[0] == 200, 20)
        assert [host for host in good if get("/sd", host=host)[0] != 200] == []
        assert [host for host in bad if get("/sd", host=host)[0] == 200] == []
        assert raw(b"GET /sd HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n").split()[1] in (b"400", b"403")
        assert raw(b"GET /sd HTTP/1.0\r\n\r\n").split()[1] in (b"400", b"403")
        refused = get("/metrics", host="evil.example", Origin="http://evil.example")
        assert b"tsllm" not in refused[2] and not any("access-control" in name.lower() for name in refused[1]), refused


@test
def redacted_pages_have_no_names_and_its_own_name_still_reaches_it():
    with listening("--period", "1", "--redact"):
        assert until(lambda: get("/sd", host="admin.tail4c1d.ts.net")[0] == 200, 20)
        assert until(lambda: b'server="ollama"' in get("/metrics")[2], 20)
        for path in ("/metrics", "/snapshot.json", "/sd"):
            assert not re.search(rb"gpu1|tail4c1d", get(path)[2]), path


@test
def no_request_is_smuggled_behind_another():
    smuggled = b"GET /sd HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with listening("--period", "1"):
        for head in (b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(smuggled), b"Content-Length: %d\r\n" % len(smuggled),
                     b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: xchunked\r\n", b"Content-Length: 0\r\nContent-Length: 5\r\n",
                     b"Content-Length: -1\r\n", b"Content-Length : 5\r\n"):
            got = raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n" + smuggled, 12)
            assert b"HTTP/1.1 200" not in got and b"targets" not in got, (head, got[:300])
            assert not got or got.split()[1] in (b"400", b"403", b"501"), (head, got[:300])
        assert raw(b"POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello").split()[1] == b"405"
        assert get("/metrics", method="DELETE")[0] == 405 and get("/metrics", method="OPTIONS")[0] == 405
        assert is_well()


@test
def nonsense_and_endless_headers_change_nothing():
    with listening("--period", "1") as child:
        assert until(lambda: b'server="ollama"' in get("/metrics")[2], 20)
        before = memory(child)
        for bytes_ in (b"\0" * 5000, b"\x16\x03\x01\x02\x00\x01\x00", b"GET " + b"/" * 100000 + b" HTTP/1.1\r\n\r\n", b"GET /sd HTTP/9.9\r\n\r\n",
                       b"GET /sd HTTP/1.1\r\n" + b"X: " + b"y" * 100000, b"GET /sd HTTP/1.1\r\n" + b"a: b\r\n" * 20000 + b"\r\n",
                       b"\r\n" * 10000, b"GET\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
            got = raw(bytes_, 0.5)
            assert b"tsllm_" not in got and not got.startswith(b"HTTP/1.1 200"), (bytes_[:40], got[:200])
        assert until(is_well, 20)
        assert memory(child) < before + 1000 or IS_SANITIZED, (before, memory(child))


@test
def a_thousand_connections_and_slow_readers_change_nothing_in_memory():
    with listening("--period", "1") as child:
        assert until(lambda: b'server="ollama"' in get("/metrics")[2], 20)
        before, files = memory(child), descriptors(child)
        wires = []
        for number in range(1000):
            wire = socket.socket()
            wire.setblocking(False)
            wire.connect_ex(("127.0.0.1", PORT))
            wires.append(wire)
            if number % 3 == 0:     # slow: asks and does not read; else silent, as a port scan
                with contextlib.suppress(OSError):
                    wire.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(1.5)
        during, held = memory(child), descriptors(child)
        for wire in wires:
            wire.close()
        assert until(is_well, 20), "it does not answer any more"
        assert held <= files + 32, (files, held)
        assert max(during, memory(child)) < before + 2000 or IS_SANITIZED, (before, during, memory(child))
        assert until(lambda: descriptors(child) <= files + 1, 20), (files, descriptors(child))


@test
def a_unix_socket_is_for_its_user_and_goes_with_the_program():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        for _ in range(2):
            with listening("--period", "1", address=f"unix:{path}") as child:
                assert until(lambda: os.path.exists(path) and stat.S_IMODE(os.stat(path).st_mode) == 0o600, 10)
                assert until(lambda: answers_at(path), 10), path
                second = subprocess.run([TOP, "--headless", "--listen", f"unix:{path}"], stdin=subprocess.DEVNULL, capture_output=True,
                                        text=True, timeout=10, check=False)
                assert second.returncode == 71 and "Address already in use" in second.stderr, second
                assert child.poll() is None
            assert not os.path.exists(path)
            abandoned = socket.socket(socket.AF_UNIX)    # the next one finds a socket that nobody listens at
            abandoned.bind(path)
            abandoned.close()
        with open(path + "-file", "w", encoding="utf-8") as file:
            file.write("mine")
        refused = subprocess.run([TOP, "--headless", "--listen", f"unix:{path}-file"], stdin=subprocess.DEVNULL, capture_output=True,
                                 text=True, timeout=10, check=False)
        assert refused.returncode == 71 and os.path.getsize(path + "-file") == 4, refused


@test
def an_address_that_cannot_be_listened_at_is_said():
    with socket.create_server(("127.0.0.1", PORT)):
        for address, why in ((str(PORT), "Address already in use"), ("0", "expected a port"), ("0.0.0.0:80", "expected a port"),
                             ("70000", "expected a port"), ("unix:", "no path"), ("unix:/nowhere/x", "No such file"), ("x", "expected a port")):
            ended = subprocess.run([TOP, "--headless", "--listen", address], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                   timeout=10, check=False)
            assert ended.returncode == 71 and why in ended.stderr and f"cannot listen at '{address}'" in ended.stderr, ended


@test
def the_configuration_can_say_where_and_the_option_wins():
    scenario = SMALL + f"config listen = {PORT}\n"

    def ended(fake, *words):
        return subprocess.run([TOP, "--config", fake.config, "--socket", fake.socket, *words], env=fake.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=20, check=False)
    with FakeTailnet(scenario) as fake, tempfile.TemporaryDirectory() as folder:
        for option, is_at_port in (((), True), (("--listen", f"unix:{folder}/socket"), False)):
            child = subprocess.Popen([TOP, "--config", fake.config, "--socket", fake.socket, "--headless", *option], env=fake.environment,
                                     stdin=subprocess.DEVNULL)
            assert until(lambda: is_well() or answers_at(f"{folder}/socket"), 20)
            assert is_well() == is_at_port
            if is_at_port:      # a second one: what prints once does not listen, the others say that they cannot
                assert ended(fake, "--once").stderr == "" and ended(fake).stderr == ""
                watching = subprocess.Popen([TOP, "--config", fake.config, "--socket", fake.socket, "--watch", "--period", "0.5"],
                                            env=fake.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                assert "schema_version" in watching.stdout.readline()
                watching.terminate()
                assert f"cannot listen at '{PORT}': Address already in use" in watching.communicate(timeout=10)[1]
                assert ended(fake, "--headless").returncode == 71
            child.terminate()
            assert child.wait(10) in (0, 1, 2, 3)
    nowhere = subprocess.run([TOP, "--headless"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10, check=False,
                             env={"HOME": "/nowhere"})
    assert nowhere.returncode == 64 and "listen in the configuration" in nowhere.stderr, nowhere


@test
def systemd_is_told_that_it_is_ready_alive_and_stopping():
    for name in ("plain", "abstract"):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "notify")
            place = path if name == "plain" else "\0" + path
            heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            heard.bind(place)
            heard.settimeout(10)
            with listening(environment={"NOTIFY_SOCKET": place.replace("\0", "@"), "WATCHDOG_USEC": "200000"}):
                said = [heard.recv(100) for _ in range(4)]
            with contextlib.suppress(TimeoutError):
                while said[-1] != b"STOPPING=1":
                    said.append(heard.recv(100))
            assert said[0] == b"READY=1" and said[1] == said[2] == b"WATCHDOG=1" and said[-1] == b"STOPPING=1", said


@test
def records_and_a_file_go_on_beside_it():
    with FakeTailnet(SMALL) as fake, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        child = subprocess.Popen([TOP, "--config", fake.config, "--socket", fake.socket, "--watch", "--period", "0.5", "--listen", str(PORT),
                                  "--format", "http-sd", "--output", path], env=fake.environment, stdin=subprocess.DEVNULL)
        try:
            assert until(lambda: os.path.exists(path) and b"18080" in get("/sd")[2], 20)
            with open(path, "rb") as file:
                assert hashlib.sha256(get("/sd")[2]).digest() == hashlib.sha256(file.read()).digest()
        finally:
            child.terminate()
            assert child.wait(10) in (0, 1)


if __name__ == "__main__":
    sys.exit(main())

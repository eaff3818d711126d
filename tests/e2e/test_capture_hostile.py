#!/usr/bin/python3
"""tsllm-capture in the hands of somebody who wants more of it: the environment, names, descriptors, files, floods."""
import contextlib
import fcntl
import os
import re
import struct
import subprocess
import sys
import tempfile

from capturing import CAPTURE, ENVIRONMENT, NOBODY, ROOT, Live, capture, only_root, started, with_its_right

sys.path.insert(0, os.path.join(ROOT, "tests/wire"))

import payloads
from pcap import ACK, RST, SYN, save
from said import broken_of, lawful, records
from scenes_paths import pings
from talk import Connection, Talk
from tap import Skipped, main, test, until

FIXTURE = os.path.join(ROOT, "tests/wire/fixtures/derp.pcap")
NO_INTERFACES = ["dbus-system", "dbus-session", "bluetooth0", "nflog", "nflog:5", "nfqueue", "usbmon0", "../../etc",
                 "lo:/nflog", "lo:/bluetooth0", "lo:/usbmon0", "lo:1", "lo/"]


# ---- the environment and names

@contextlib.contextmanager
def a_bus_that_starts_a_program():
    """An environment by which libdbus would start a script, and the file that it would leave."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        script, trace = os.path.join(folder, "bus.sh"), os.path.join(folder, "was-started")
        with open(script, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n: > {trace}\n")
        os.chmod(script, 0o755)
        bus = f"unixexec:path={script}"
        yield dict(ENVIRONMENT, DBUS_SYSTEM_BUS_ADDRESS=bus, DBUS_SESSION_BUS_ADDRESS=bus), trace


@test
def a_name_that_is_no_network_interface_is_refused_before_libpcap_hears_it():
    with a_bus_that_starts_a_program() as (environment, trace):
        for name in NO_INTERFACES:
            done = subprocess.run([CAPTURE, "-i", name], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=20, check=False)
            assert done.returncode == 69 and b"no such network interface" in done.stderr, (name, done)
            assert not os.path.exists(trace), f"-i {name} started a program"


@test
def an_interface_with_the_name_of_a_bus_brings_no_environment_in():
    with a_bus_that_starts_a_program() as (environment, trace):
        make = "ip tuntap add dbus-system mode tun; ip link set dbus-system up;"
        with Live("-i", "dbus-system", before=make, environment=environment) as live:
            live.process.wait(20)     # libpcap looks for a bus under that name, at the usual place
            complaint = live.process.stderr.read()
        if b"no such network interface" in complaint:
            raise Skipped("no device can be made here")
        assert not os.path.exists(trace), "a program was started"


@test
def a_bus_behind_the_name_of_an_interface_is_none():
    with Live("-i", "dbus://x:y", before="ip tuntap add dbus mode tun; ip link set dbus up;") as live:
        status, complaint = live.process.wait(20), live.process.stderr.read()
    assert status == 69 and b"no such network interface" in complaint, (status, complaint)


# ---- descriptors

def standard_streams(process):
    return [os.readlink(f"/proc/{process.pid}/fd/{number}") for number in range(3)]


@test
def a_standard_stream_that_is_closed_is_no_capture_socket():
    for closed in ("0<&- 1>&- 2>&-;", "1>&-;", "2>&-;"):
        with Live("-i", "lo", "-p", "100", before=f"exec {closed}") as live:
            assert until(lambda: live.status().get("Seccomp") == "2", 10), live.process.poll()
            streams = standard_streams(live.process)
        assert not [target for target in streams if target.startswith("socket:")], (closed, streams)
        assert "/dev/null" in streams, (closed, streams)


@test
def what_cannot_be_written_ends_with_74_and_a_sentence():
    for words in (("-r", FIXTURE, "-l", "10.99.0.10"), ("-r", FIXTURE), ("-h",), ("-V",)):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([CAPTURE, *words], env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=full,
                                  stderr=subprocess.PIPE, timeout=20, check=False)
        assert done.returncode == 74 and done.stderr.startswith(b"tsllm-capture: "), (words, done)
        assert b"No space left" in done.stderr and done.stderr.count(b"\n") == 1, (words, done)


@test
def a_live_capture_that_cannot_be_written_ends_with_74():
    with Live("-i", "lo", before="exec >/dev/full;") as live:
        assert live.process.wait(20) == 74 and b"No space left" in live.process.stderr.read()


@test
def a_slow_reader_of_a_pipe_that_does_not_block_gets_every_line():
    with open(FIXTURE, "rb") as file:
        head, frames = (whole := file.read())[:24], whole[24:]
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, False)
    process = started("-r", "-", "-l", "10.99.0.10", stdin=subprocess.PIPE, stdout=writer)
    os.close(writer)
    process.stdin.write(head + frames * 20)
    process.stdin.close()
    full = struct.pack("i", 0)
    assert until(lambda: struct.unpack("i", fcntl.ioctl(reader, 0x541B, full))[0] >= 3000, 10)     # FIONREAD
    with open(reader, "rb") as file:
        said = file.read()
    assert process.wait(20) == 0 and said.count(b"\n") > 60 and said.endswith(b" reason=eof\n"), said[-200:]


# ---- files

@test
def a_file_is_opened_without_any_capability():
    only_root("have a capability to lose")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "of-nobody")
        with open(path, "wb") as file:
            save(file, pings())
        os.chmod(path, 0o600)
        os.chown(path, 65534, 65534)
        done = capture("-r", path, "-l", "10.0.0.1")
    assert done.returncode == 66 and b"Permission denied" in done.stderr and not done.stdout, done


@test
def a_file_is_read_in_the_jail_from_its_first_byte():
    process = started("-r", "-", "-l", "10.0.0.1", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL)
    with process.stdin:
        def status():
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        jailed = until(lambda: status().get("Seccomp") == "2", 5)     # while it waits for that byte
        assert jailed and int(status()["CapEff"], 16) == 0, status()
    process.wait(20)


@test
def a_pipe_is_read_as_a_file_is_though_it_names_no_address():
    with open(FIXTURE, "rb") as file:
        whole = file.read()
    wanted = capture("-r", FIXTURE).stdout
    assert capture("-r", "-", input=whole).stdout == wanted
    with tempfile.TemporaryDirectory() as folder:
        fifo = os.path.join(folder, "fifo")
        os.mkfifo(fifo)
        for words in ((), ("-l", "10.99.0.10")):
            process = started("-r", fifo, *words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            with open(fifo, "wb") as file:
                file.write(whole)
            said, _ = process.communicate(timeout=20)
            assert process.returncode == 0 and said == capture("-r", FIXTURE, *words).stdout, words


@test
def what_is_kept_to_guess_by_is_told_with_what_comes_after_it():
    talk = Talk()
    for _ in range(25_000):      # more than is kept
        talk.wait(50).hear(payloads.data(9))
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        save(file, talk.packets)
        file.flush()
        said = lawful(capture("-r", file.name).stdout)
    assert not broken_of(said, "path tx_packets=25000; stats received=25000"), said[-3:]


def pcapng(*stamps, resolution=0):
    """A file of one interface and pings with these times, in units of 10 to the minus resolution seconds."""
    def block(kind, body):
        body += b"\0" * (-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

    frame = b"\2" * 12 + b"\x08\0" + pings()[0][1]
    text = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    text += block(1, struct.pack("<HHI", 1, 0, 0) + struct.pack("<HHB3xHH", 9, 1, resolution, 0, 0))
    for stamp in stamps:
        text += block(6, struct.pack("<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(frame), len(frame)) + frame)
    return text


def pcap(*stamps):
    frame = b"\2" * 12 + b"\x08\0" + pings()[0][1]
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 128, 1)
    return head + b"".join(struct.pack("<IIII", *stamp, len(frame), len(frame)) + frame for stamp in stamps)


@test
def no_time_that_a_file_claims_makes_a_wrong_line():
    most = 2 ** 32 - 1
    files = {"2^63 s": pcapng(2 ** 63), "2^62 s": pcapng(2 ** 62),
             "from 0 to 2^63 s and back": pcapng(0, 2 ** 63, 2 ** 63 - 1, 5), "2^64 - 1 s": pcapng(2 ** 64 - 1, 1),
             "2^63 us": pcapng(2 ** 63, resolution=6),
             "pcap": pcap((most, most), (0, 0), (2 ** 31, most), (0, 2 ** 31), (most, 0))}
    for name, content in files.items():
        for local in ((), ("-l", "10.0.0.1")):
            done = capture("-r", "-", *local, input=content)
            assert done.returncode == 0 and not done.stderr, (name, done)
            for word, fields in lawful(done.stdout):
                assert int(fields.get("at", 0)) < 2 ** 58, (name, word, fields)


# ---- floods

def told(talk, arguments="-l 10.0.0.1 -l 100.64.0.1"):
    """What is said of it; every total of a path, a flow and a DERP connection keeps what it had."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        save(file, talk.packets)
        file.flush()
        return records(capture("-r", file.name, *arguments.split()).stdout.decode())


def growth_of(said, word, **of):
    """The last figures of that one, which never fell before."""
    ours = [fields for name, fields in said if name == word and of.items() <= fields.items()]
    for before, after in zip(ours, ours[1:]):
        for key in before.keys() & {"rx_bytes", "tx_bytes", "up_bytes", "down_bytes", "exchanges", "connections"}:
            assert int(after[key]) >= int(before[key]), f"{key} shrank: {before} {after}"
    return ours[-1]


def flood(talk, packets=6000):
    """Forged packets that look like WireGuard's, each from another address."""
    for number in range(packets):
        talk.wait(500).hear(payloads.data(9), f"10.7.{number >> 8}.{number & 255}:{1024 + number}")


@test
def forged_packets_take_nothing_from_the_total_of_a_path_that_lasted():
    for is_answered in (False, True):
        talk = Talk()
        for _ in range(100):
            talk.wait(2000).hear(payloads.data(9, 1280))
            if is_answered:
                talk.wait(10).send(payloads.data(8, 96))
        flood(talk)
        for us in (1000, 2_000_000):
            talk.wait(us).hear(payloads.data(9, 1280))
        path = growth_of(told(talk), "path", remote="10.0.0.2:41641")
        assert int(path["rx_bytes"]) == 102 * 1280, path


@test
def a_path_that_answered_outlasts_forged_ones_that_come_again_and_again():
    talk = Talk()
    talk.ping()
    talk.wait(1000).hear(payloads.data(9, 1280))
    for _ in range(6):
        flood(talk, 4000)
    talk.wait(1000).hear(payloads.data(9, 1280))
    path = growth_of(told(talk), "path", remote="10.0.0.2:41641")
    assert int(path["rx_bytes"]) == 2 * 1280 and path["pongs"] == "1", path


def scan(talk, ports, client="100.64.0.66", server="100.64.0.1"):
    """A SYN to each port, which is refused."""
    for port in range(1, ports):
        one = Connection(talk, f"{client}:40000", f"{server}:{port}")
        one.segment(True, SYN)
        talk.wait(30)
        one.segment(False, RST | ACK)
        talk.wait(270)


@test
def a_port_scan_takes_nothing_from_the_totals_of_a_service():
    talk = Talk()
    one = Connection(talk, "100.64.0.2:40000", "100.64.0.1:11434").open()
    for _ in range(20):
        one.says(b"q" * 1000, 300)
        one.replies(b"a" * 3000, 300)
    scan(talk, 10_000)
    one.says(b"q" * 1000, 300)
    one.replies(b"a" * 3000, 2_000_000)
    one.says(b"q" * 1000, 300)
    said = told(talk)
    flow = growth_of(said, "flow", client="100.64.0.2", server="100.64.0.1:11434")
    wanted = {"connections": "1", "open": "1", "up_bytes": "22000", "down_bytes": "63000"}
    assert wanted.items() <= flow.items() and int(flow["exchanges"]) >= 21, flow


@test
def a_port_that_is_named_keeps_the_flow_of_a_request_that_waits():
    talk = Talk()
    one = Connection(talk, "100.64.0.2:40000", "100.64.0.1:11434").open()
    one.says(b"q" * 5000, 300)
    scan(talk, 10_000)
    one.replies(b"a" * 3000, 300)
    one.close()
    flow = growth_of(told(talk, "-l 100.64.0.1 -s 11434"), "flow", client="100.64.0.2", server="100.64.0.1:11434")
    assert flow["up_bytes"] == "5000" and flow["down_bytes"] == "3000" and flow["connections"] == "1", flow
    assert flow["exchanges"] == "1" and flow["open"] == "0", flow


@test
def forged_connections_of_a_derp_server_take_nothing_from_the_real_one():
    talk, server = Talk(), "10.0.1.1:443"
    one = Connection(talk, "10.0.0.1:50000", server).open()
    one.says(b"q" * 1000, 300)
    one.replies(b"a" * 3000, 2_000_000)
    for port in range(1024, 5000):
        Connection(talk, f"10.0.0.1:{port}", server).segment(False, SYN | ACK)
        talk.wait(300)
    one.replies(b"a" * 1000, 300)
    derp = growth_of(told(talk, f"-l 10.0.0.1 -d {server}"), "derp", local="10.0.0.1:50000")
    assert derp["rx_bytes"] == "4000" and derp["tx_bytes"] == "1000", derp


@test
def what_makes_way_though_it_lasted_is_told_first():
    talk = Talk()
    for number in range(4000):      # more than there is room for, all with traffic both ways, within one period
        peer = f"10.7.{number >> 8}.{number & 255}:41641"
        talk.wait(100).hear(payloads.data(9, 1280), peer)
        talk.wait(50).send(payloads.data(8, 96), peer)
    paths = [fields for word, fields in told(talk) if word == "path"]
    assert len({path["remote"] for path in paths}) == 4000
    assert sum(int(path["rx_bytes"]) for path in paths) == 4000 * 1280


# ---- what an ordinary user is told

TYPING = """
import socket
server = socket.create_server(("127.0.0.1", 8081))
client = socket.create_connection(("127.0.0.1", 8081))
with server.accept()[0] as accepted:
    for _ in range(KEYS):
        client.sendall(b"k" * 36)
        assert len(accepted.recv(36, socket.MSG_WAITALL)) == 36
        accepted.sendall(b"e" * 44)
        assert len(client.recv(44, socket.MSG_WAITALL)) == 44
client.close()
"""
KEYS = 25


def heard_of_typing(**who):
    """The lines of a run while somebody types into a remote shell on a served port."""
    with Live("-i", "lo", "-s", "8081", "-p", "100", **who) as live:
        assert live.first.startswith(b"hello "), (live.first, live.process.stderr.read1())
        live.inside(sys.executable, "-c", TYPING.replace("KEYS", str(KEYS)))
        said = []
        while not re.match(rb"flow .* open=0 .*exchanges=%d" % KEYS, said[-1] if said else b""):
            said.append(live.process.stdout.readline())
            assert said[-1], said
    return records(b"".join(said).decode())


def times_of(said):
    return [int(fields[key]) for _, fields in said for key in ("at", "begun", "sent") if key in fields]


@test
def whoever_is_not_root_learns_no_keystroke_of_others():
    with with_its_right() as program:
        said = heard_of_typing(program=program, becoming=NOBODY)
    exchanges = [fields for word, fields in said if word == "exchange"]
    assert not [time for time in times_of(said) if time % 100_000], times_of(said)
    assert exchanges and all("exchanges" in fields and "ttfb_us" not in fields for fields in exchanges), exchanges
    assert sum(int(fields["exchanges"]) for fields in exchanges) == KEYS, exchanges
    assert sum(int(fields["up_bytes"]) for fields in exchanges) == KEYS * 36, exchanges


@test
def root_is_told_exactly():
    said = heard_of_typing()
    assert [time for time in times_of(said) if time % 100_000], times_of(said)
    assert [fields for word, fields in said if word == "exchange" and "ttfb_us" in fields], said


if __name__ == "__main__":
    main()

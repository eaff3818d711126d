#!/usr/bin/python3
"""tsllm-capture from outside: its arguments, its exit statuses, its readers, its jail."""
import contextlib
import glob
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

from capturing import CAPTURE, NOBODY, ROOT, Live, capture, needs, only_root, started, with_its_right

sys.path.insert(0, os.path.join(ROOT, "tests/wire"))

from pcap import SNAPLEN, save
from said import broken_of, keys_of_the_manual, lawful
from scenes_paths import pings
from tap import Skipped, main, test, until

FIXTURE = os.path.join(ROOT, "tests/wire/fixtures/derp.pcap")
WRONG = {      # arguments, and what the complaint has to name
    "-u 0": "-u", "-u 65536": "-u", "-u 41641x": "-u", "-u -1": "-u", "-u": "-u", "-s 0": "-s", "-s": "-s", "-p 99": "-p",
    "-p 3600001": "-p", "-p 1e3": "-p", "-p": "-p", "-d 10.0.0.1": "-d", "-d 10.0.0.1:0": "-d", "-d 10.0.0.1:70000": "-d",
    "-d fd00::1:443": "-d", "-d name:443": "-d", "-d": "-d", "-l 10.0.0.1:1": "-l", "-l 10.0.0.256": "-l", "-l fd00::g": "-l",
    "-l": "-l", "-i": "-i", "-i " + "x" * 64: "-i", "-r": "-r", "-x": "-x", "--help": "single letters", "extra": "extra",
    "-i lo -r " + FIXTURE: "-r", "-i lo " * 9: "-i", "-u 1 " * 9: "-u", "-s 1 " * 17: "-s",
    "-l 10.0.0.1 " * 65: "-l", "-d 10.0.0.1:1 " * 65: "-d",
}


# ---- arguments

@test
def wrong_usage_ends_with_64_and_a_sentence():
    for words, named in WRONG.items():
        done = capture(*words.split())
        first = done.stderr.decode().splitlines()[0] if done.stderr else ""
        assert done.returncode == 64 and not done.stdout, (words, done)
        assert first.startswith("tsllm-capture: ") and len(first) < 200 and re.search(named, first[14:]), (words, first)


@test
def an_empty_argument_is_wrong_usage():
    for option in "iudslpr":
        assert capture(f"-{option}", "").returncode == 64, option


@test
def as_many_as_the_manual_allows_are_taken():
    words = ["-u 1"] * 8 + ["-s 1"] * 16 + ["-l 10.0.0.1"] * 64 + ["-d 10.0.0.1:1"] * 64 + ["-p 100", "-p 3600000"]
    assert capture("-r", FIXTURE, *" ".join(words).split()).returncode == 0


@test
def help_has_every_option_of_the_manual_and_no_other():
    done = capture("-h")
    with open(os.path.join(ROOT, "man/tsllm-capture.8"), encoding="utf-8") as file:
        manual = set(re.findall(r"^\.It Fl (\w)", file.read().replace("Fl h , Fl V", "Fl h\n.It Fl V"), re.M))
    said = set(re.findall(r"(?<![\w-])-(\w)\b", done.stdout.decode()))
    assert done.returncode == 0 and not done.stderr and manual == said, (manual, said)


@test
def the_version_is_that_of_the_program():
    with open(os.path.join(ROOT, "Makefile"), encoding="utf-8") as file:
        version = re.search(r"^VERSION := (\S+)", file.read(), re.M)[1]
    assert capture("-V").stdout.decode() == f"tsllm-capture {version}\n"
    assert f" version={version}\n".encode() in capture("-r", FIXTURE).stdout


@test
def the_manual_says_how_packets_are_cut():
    with open(os.path.join(ROOT, "capture/packet.h"), encoding="utf-8") as file:
        cut = int(re.search(r"^#define SNAPLEN (\d+)", file.read(), re.M)[1])
    with open(os.path.join(ROOT, "man/tsllm-capture.8"), encoding="utf-8") as file:
        assert f"cut to {cut} bytes" in file.read() and cut == SNAPLEN


@test
def every_word_of_the_protocol_is_in_the_manual():
    with open(os.path.join(ROOT, "capture/wire.h"), encoding="utf-8") as file:
        words = set(re.findall(r'^#define WIRE_(?!METHOD)\w+ "(\w+)"', file.read(), re.M))
    assert words == set(keys_of_the_manual()), words ^ set(keys_of_the_manual())


# ---- files

@test
def a_file_that_is_not_there_or_no_capture_ends_with_66():
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("empty", b""), ("text", b"no capture\n" * 100), ("magic", b"\xd4\xc3\xb2\xa1"),
                              ("wifi", struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 128, 105))):
            with open(f"{folder}/{name}", "wb") as file:
                file.write(content)
        for name in ("empty", "text", "magic", "wifi", "missing", "."):
            for local in ((), ("-l", "10.0.0.1")):
                done = capture("-r", f"{folder}/{name}", *local)
                assert done.returncode == 66 and not done.stdout, (name, done)
                assert done.stderr.startswith(b"tsllm-capture: ") and done.stderr.count(b"\n") == 1, done.stderr


@test
def a_file_that_breaks_off_is_told_up_to_there():
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/whole", "wb") as file:
            save(file, pings())
        with open(f"{folder}/whole", "rb") as file:
            whole = file.read()
        for missing, status in ((1, 66), (100, 66), (len(whole) - 24, 0)):
            with open(f"{folder}/part", "wb") as file:
                file.write(whole[:-missing])
            done = capture("-r", f"{folder}/part", "-l", "10.0.0.1")
            said = lawful(done.stdout)
            assert done.returncode == status, (missing, done)
            assert not broken_of(said, "rtt us=212" if status else "no rtt"), said


@test
def standard_input_is_read_as_a_file_is():
    with open(FIXTURE, "rb") as file:
        piped = capture("-r", "-", "-l", "10.99.0.10", input=file.read())
    assert piped.returncode == 0 and piped.stdout == capture("-r", FIXTURE, "-l", "10.99.0.10").stdout


@test
def who_reads_no_more_ends_it_with_0():
    with tempfile.TemporaryFile() as file:
        save(file, pings())
        file.seek(0)
        whole = file.read()
    process = started("-r", "-", "-l", "10.0.0.1", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(whole)
    process.stdin.flush()
    assert process.stdout.readline().startswith(b"hello ")
    process.stdout.close()
    try:
        for _ in range(2000):
            process.stdin.write(whole[24:] * 50)
    except BrokenPipeError:
        pass
    status = process.wait(10)
    assert status == 0 and not process.stderr.read(), status


# ---- rights

@test
def without_the_right_it_ends_with_77():
    needs("setpriv")
    only_root("become nobody")
    with tempfile.TemporaryDirectory() as folder:     # nobody may not go where this tree is
        os.chmod(folder, 0o755)
        program = shutil.copy(CAPTURE, folder)
        done = subprocess.run([*NOBODY, program, "-i", "lo"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
                              check=False)
    assert done.returncode == 77 and not done.stdout and b"CAP_NET_RAW" in done.stderr.upper(), done


@test
def a_device_that_is_not_there_ends_with_69():
    only_root("open a device")
    done = capture("-i", "nosuchdevice0")
    assert done.returncode == 69 and b"nosuchdevice0" in done.stderr, done


@test
def no_device_at_all_ends_with_69():
    only_root("have a network of its own")
    needs("unshare")
    done = subprocess.run(["unshare", "-n", CAPTURE], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
    assert done.returncode == 69 and done.stderr, done


CHAT = """
import socket
server = socket.create_server(("127.0.0.1", 8081))
client = socket.create_connection(("127.0.0.1", 8081))
with server.accept()[0] as accepted:
    client.sendall(b"q" * 500)
    assert len(accepted.recv(500, socket.MSG_WAITALL)) == 500
    accepted.sendall(b"a" * 3000)
    assert len(client.recv(3000, socket.MSG_WAITALL)) == 3000
client.close()
"""


@test
def in_its_jail_it_has_no_right_left():
    with Live("-i", "lo") as live:
        assert live.first.startswith(b"hello "), (live.first, live.process.stderr.read1())
        status = live.status()
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(status[name], 16) == 0, (name, status[name])
        assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status


@test
def its_one_right_is_enough_and_is_dropped_as_well():
    with with_its_right() as program, Live("-i", "lo", program=program, becoming=NOBODY) as live:
        assert live.first.startswith(b"hello "), (live.first, live.process.stderr.read1())
        status = live.status()
        assert status["Uid"].split() == ["65534"] * 4, status
        assert all(int(status[name], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")), status


@test
def it_opens_nothing_but_its_device_and_its_streams():
    with Live("-i", "lo") as live:
        open_ = [os.readlink(path) for path in glob.glob(f"/proc/{live.process.pid}/fd/*")]
        files = [path for path in open_ if not re.match(r"(pipe|socket|anon_inode):|/dev/null$", path)]
        assert not files and sum(path.startswith("socket:") for path in open_) == 1, open_


@test
def totals_come_though_nothing_is_heard():
    with Live("-i", "lo", "-p", "100") as live:
        lines = [live.process.stdout.readline() for _ in range(4)]
        assert lines[0] == b"device name=lo link=EN10MB\n" and all(line.startswith(b"stats ") for line in lines[1:]), lines


@test
def a_live_reader_who_leaves_ends_it_with_0():
    with Live("-i", "lo", "-p", "3600000") as live:
        live.process.stdout.close()
        live.process.stdout = open(os.devnull, "rb")
        assert until(lambda: live.process.poll() is not None, 10) and live.process.returncode == 0, live.process.returncode


@contextlib.contextmanager
def live_on_a_device(*words):
    with Live("-i", "d0", "-p", "100", *words) as live:
        if not live.first:
            raise Skipped("no device can be made here")
        yield live


@test
def a_device_that_goes_away_ends_it_with_75():
    with live_on_a_device() as live:
        live.inside("ip", "link", "del", "d0")
        status, said = live.process.wait(10), live.process.stdout.read()
        assert status == 75 and said.endswith(b" reason=device\n") and live.process.stderr.read(), (status, said)


@test
def a_device_that_is_down_for_a_while_is_watched_on():
    with Live("-i", "lo", "-p", "100") as live:
        live.inside("sh", "-c", "ip link set lo down; ip link set lo up")
        said = [live.process.stdout.readline() for _ in range(3)]
        assert live.process.poll() is None and said[-1].startswith(b"stats "), said


@test
def a_served_port_is_measured_on_the_loopback():
    with live_on_a_device("-s", "8081") as live:
        live.inside(sys.executable, "-c", CHAT)
        said = b""
        while not re.search(rb"flow .* open=0 .*\n", said) and live.process.poll() is None:
            said += live.process.stdout.readline()
        fields = dict(pair.split(b"=") for pair in re.findall(rb"flow (.*)", said)[-1].split())
        wanted = {b"server": b"127.0.0.1:8081", b"connections": b"1", b"up_bytes": b"500", b"down_bytes": b"3000",
                  b"exchanges": b"1"}
        assert wanted.items() <= fields.items(), said
        assert said.startswith(b"device name=d0 link=RAW\ndevice name=lo link=EN10MB\n"), said


if __name__ == "__main__":
    main()

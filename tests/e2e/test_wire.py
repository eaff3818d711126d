#!/usr/bin/python3
"""tsllm-capture -r on every capture of tests/wire/cases.py: what must be so is, and the rest is as it was."""
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
WIRE = os.path.join(os.path.dirname(HERE), "wire")
sys.path.insert(0, WIRE)

from capturing import IS_SANITIZED, capture, started
from cases import CASES
from chance import some_talk
from pcap import save
from said import broken_of, final, lawful
from scenes_paths import crowd, crowd_of_connections
from scenes_secret import full_of_it, pieces
from tap import main, test

IS_WRITING = os.environ.get("TSLLM_GOLDEN") == "write"


def listen(file, arguments):
    """Standard output of a run that ended well."""
    done = capture("-r", file, *arguments.split())
    assert done.returncode == 0 and not done.stderr, (done.returncode, done.stderr)
    return done.stdout


def written(folder, packets, **options):
    """A pcap file of these packets."""
    path = os.path.join(folder, "some.pcap")
    with open(path, "wb") as file:
        save(file, packets, **options)
    return path


def golden(name, output):
    path = os.path.join(WIRE, "expected", f"{name}.txt")
    text = re.sub(r"^(hello .*version=)\S+", r"\1VERSION", output.decode(), count=1)
    if IS_WRITING:
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return
    assert os.path.exists(path), f"{path} is not there; `make golden` writes it"
    with open(path, encoding="ascii") as file:
        wanted = file.read()
    assert text == wanted, f"it differs from {path}:\n" + difference(wanted, text)


def difference(wanted, text):
    wanted, text = wanted.splitlines(), text.splitlines()
    lost = [f"- {line}" for line in wanted if line not in text]
    new = [f"+ {line}" for line in text if line not in wanted]
    return "\n".join((lost + new)[:20])


def try_case(name, packets, saved, arguments, musts):
    options = dict(saved)
    has_golden = options.pop("golden", True)
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(WIRE, "fixtures", f"{packets}.pcap")
        if callable(packets):
            file = written(folder, packets(), **options)
        output = listen(file, arguments)
    wrong = broken_of(lawful(output), musts)
    assert not wrong, "\n".join(wrong)
    if has_golden:
        golden(name, output)


def add(case):
    def tried():
        try_case(*case)

    tried.__name__ = case[0]
    test(tried)


@test
def no_name_is_given_twice_and_no_expectation_is_left_over():
    names = [case[0] for case in CASES]
    assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
    texts = {name.removesuffix(".txt") for name in os.listdir(os.path.join(WIRE, "expected"))}
    assert texts <= set(names), texts - set(names)


@test
def nothing_that_a_packet_carried_is_said():
    for ipv6 in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            file = written(folder, full_of_it(ipv6), snaplen=65535)
            output = listen(file, "-l 10.0.0.1 -l fd00::1 -l 100.64.0.1 -d 10.0.1.1:443 -s 8081")
        wrong = broken_of(lawful(output), "path rx_bytes=1..; path vni=7; rtt method=wireguard; rtt method=stun; derp;"
                                          "3 exchange; 3 exchange tokens=29..")
        assert not wrong, wrong
        assert not [piece for piece in pieces() if piece in output]


@test
def talks_made_by_chance_are_told_as_a_plain_count_tells_them():
    for seed in range(30):
        packets, link, count = some_talk(seed)
        with tempfile.TemporaryDirectory() as folder:
            said = final(lawful(listen(written(folder, packets, link=link), "-l 10.0.0.1 -l fd00::1")))
        paths = [(fields["remote"], int(fields["vni"]), fields) for word, fields in said if word == "path"]
        told = {(*path, way): int(fields[f"{way}_bytes"]) for *path, fields in paths for way in ("rx", "tx")}
        assert {key: size for key, size in told.items() if size} == count.bytes, seed
        assert +Counter({tuple(path): int(fields["pings"]) for *path, fields in paths}) == count.pings, seed
        assert Counter((fields["remote"], int(fields["vni"]), int(fields["us"]))
                       for word, fields in said if word == "rtt" and fields["method"] == "disco") == count.round_trips, seed


def peak_kb(packets, arguments):
    """The memory of a run at its peak: asked of the kernel when it has read all that there is, and waits for more."""
    with tempfile.TemporaryFile() as file:
        save(file, packets)
        file.seek(0)
        whole = file.read()
    process = started("-r", "-", *arguments.split(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    with process.stdin:
        process.stdin.write(whole)
        process.stdin.flush()
        with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
            peak = re.search(r"^VmHWM:\s*(\d+) kB", status.read(), re.M)[1]
    assert process.wait(10) == 0
    return int(peak)


@test
def memory_is_constant_in_a_crowd():
    for packets, arguments in ((crowd(), "-l 10.0.0.1"), (crowd_of_connections(), "-l 100.64.0.1")):
        many, more = peak_kb(packets, arguments), peak_kb(packets * 3, arguments)
        assert more <= many + 256, (many, more)
        assert more <= 8192 or IS_SANITIZED, more


for each in CASES:
    add(each)

if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""The fake tailnet in a network namespace: its peers are as far away as they say, at a tailnet's addresses and real ports."""
import contextlib
import json
import os
import socket
import subprocess
import sys
import time

from capturing import IS_ROOT, needs
from tap import Skipped, main, raises, test, until

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "fake"))
from fake import FakeTailnet                                                        # noqa: E402
import tunnel                                                                       # noqa: E402

ETH_P_ALL = 3      # what goes out, too
INSIDE = "TSLLM_FAKE_TUNNEL"
LLAMA = "llama-server-0.5.0/ready-idle"
SCENARIO = f"""
tunnel-port 28080 8080
peer far  linux derp nyc rtt 80
peer near linux direct 192.168.1.21:41641 rtt 40
peer off  linux offline 3h
door far:a   raw 28080 {LLAMA}
door near:a  raw 28080 {LLAMA}
door off:a   raw 28080 {LLAMA}
door admin:a raw 28080 {LLAMA} streams 100 1
client far admin:a every 30 tokens 2 after 0
at 20 far rtt 2
"""


def connect_ms(fake, name):
    begun = time.monotonic()
    fake.connect(name, 8080).close()
    return (time.monotonic() - begun) * 1000


def connections():
    """The addresses of both ends of each TCP connection in this namespace."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        ends = [line.split()[1:3] for line in file][1:]
    return {tuple(".".join(str(byte) for byte in reversed(bytes.fromhex(end[:8]))) for end in pair) for pair in ends}


def heard_of(place, lengths, seconds=5):
    """Lengths of the UDP payloads between eth0 and that place: until all of those came."""
    heard = set()
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL)) as wire:
        wire.bind(("eth0", 0))
        wire.settimeout(0.2)

        def has_all():
            with contextlib.suppress(TimeoutError):
                packet = wire.recv(2048)
                if socket.inet_aton(place) in (packet[12:16], packet[16:20]):
                    heard.add((packet[12:16] != socket.inet_aton(place), len(packet) - 28))
            return lengths <= heard
        return until(has_all, seconds)


def look():
    """What is seen from inside, as JSON."""
    with FakeTailnet(SCENARIO, tunnel=True, speed=10) as fake:
        seen = {"far": connect_ms(fake, "far"), "addresses": [fake.address(name) for name in ("far", "near", "admin")]}
        seen["off"] = raises(TimeoutError, lambda: fake.connect("off", 8080, 0.3))
        seen["answer"] = fake.get("near", 8080, "/health")[0]
        ours, theirs = fake.address("admin"), fake.address("far")
        seen["disco"] = heard_of("192.168.1.21", {(True, 124), (False, 110)})
        seen["client"] = until(lambda: (ours, theirs) in connections())
        seen["nearer"] = until(lambda: connect_ms(fake, "far") < 80)
    seen["left"] = [fake.left_over, fake.complaints, fake.process.returncode]
    print(json.dumps(seen))


def from_inside():
    words = tunnel.namespace()
    if not words:
        raise Skipped("no network namespace with a tunnel can be made here")
    done = subprocess.run([*words, sys.executable, os.path.abspath(__file__)], env=dict(os.environ, **{INSIDE: "1"}),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@test
def a_connection_takes_the_peer_s_round_trip_and_a_peer_that_is_off_is_silent():
    seen = from_inside()
    assert 80 <= seen["far"] and seen["nearer"], seen
    assert seen["off"] and seen["answer"] == 200, seen
    assert all(address.startswith("100.") for address in seen["addresses"]) and len(set(seen["addresses"])) == 3, seen
    assert seen["client"], "a peer's client comes from its address of the tailnet"
    assert seen["disco"], "a direct peer is pinged, and answers"
    assert seen["left"] == [[], "", 0], seen


@test
def without_the_rights_for_it_the_fake_says_what_it_needs():
    needs("setpriv")
    without = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"] if IS_ROOT else []
    code = "from fake import FakeTailnet\nFakeTailnet('peer a linux', tunnel=True).__enter__()"
    done = subprocess.run([*without, sys.executable, "-c", code], cwd=os.path.dirname(tunnel.__file__), capture_output=True,
                          text=True, check=False)
    assert "no tunnel can be made here: it needs a network namespace of its own" in done.stderr, done


if __name__ == "__main__":
    if os.environ.get(INSIDE):
        look()
    else:
        main()

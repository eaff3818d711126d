"""A machine that sleeps, and the command that wakes it: the packet is seen on the wire."""
import contextlib
import sys

import commands
from rows import QUIETLY, row
from world import Trouble, until

MAC = "02:00:5e:00:53:07"

# Says who sends a wake-on-LAN packet for a card: six bytes 0xff and its address sixteen times, in whatever frame.
LISTENER = """
import socket, sys
wanted = b"\\xff" * 6 + bytes.fromhex(sys.argv[1].replace(":", "")) * 16
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind(("bridge0", 0))
print("listens", flush=True)
while frame := wire.recv(65536):
    if wanted in frame:
        print(socket.inet_ntoa(frame[26:30]), frame[:6].hex(), flush=True)
"""


@contextlib.contextmanager
def senders(lab):
    """A function that says who sent such a packet so far, and to which card."""
    path = lab.world.path("wake.log")

    def heard():
        with open(path, encoding="ascii") as file:
            return [line.split() for line in file]

    open(path, "w", encoding="ascii").close()
    child = lab.world.start("hub", [sys.executable, "-c", LISTENER, MAC], "wake.log")
    try:
        until(heard, "nobody listens")
        yield lambda: heard()[1:]
    finally:
        lab.world.stop(child)


def expect_a_packet(lab, host, command):
    """From that host, to every card on its network."""
    with senders(lab) as heard:
        said = commands.carry_out(lab, lab.admin, command)
        until(heard, f"no packet from {host.name}: {said}")
        assert heard()[0] == [host.underlay, "ff" * 6] and '"eth0"' in said, (heard(), said)


@row
def a_machine_that_sleeps_gets_its_packet_by_the_command_of_its_verdict(lab, top):
    url, config = f"http://{lab.spare1.fqdn}:8080", f"{QUIETLY}[peer spare1]\nmac = {MAC}\n"
    with lab.spare1.gone():
        until(lambda: not lab.admin.peer(lab.spare1)["Online"], "spare1 is still online")
        with senders(lab) as heard, top.watch(url, config=config) as watch:
            look, _ = watch.until(lambda look: any("curl" in one.get("run", "") for one in look.peer(lab.spare1)["verdicts"]))
            assert not heard(), "it was sent unasked"
        verdict = look.verdict(look.peer(lab.spare1), "host-offline")
        assert f"mac={MAC} http://{lab.admin.address}:" in verdict["run"] and "this machine" in verdict["hint"], verdict
        expect_a_packet(lab, lab.admin, verdict["run"])
        # the same through another node of this user, and not through one with a tag
        where = lab.admin.status()["Self"]["PeerAPIURL"][0]
        assert where in verdict["run"], (where, verdict)
        expect_a_packet(lab, lab.gpu1, verdict["run"].replace(where, lab.admin.peer(lab.gpu1)["PeerAPIURL"][0]))
        try:
            commands.carry_out(lab, lab.admin, verdict["run"].replace(where, lab.admin.peer(lab.tagged1)["PeerAPIURL"][0]))
        except Trouble as trouble:
            assert "403" in str(trouble), trouble
        else:
            raise AssertionError("a tagged node let itself be asked")
    until(lambda: lab.admin.peer(lab.spare1)["Online"], "spare1 is not back")
    lab.admin.reach(lab.spare1)

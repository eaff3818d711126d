#!/usr/bin/python3
"""One LLM server that plays recorded answers at one address, until it is ended.

    player.py ADDRESS:PORT ANSWER [--local-names] [--key KEY=RECORDING] [--tls FQDN CERTIFICATE KEYFILE]

ANSWER is a recording or a fault of the fake tailnet. With --local-names it checks the Host header as an Ollama does
that is bound to localhost.
"""
import argparse
import asyncio
import os
import ssl
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "fake"))

import doors  # noqa: E402
from recordings import Recording  # noqa: E402


class Machine:
    """What a door wants to know of the machine it is on."""
    is_reachable, wait_ms, fqdn, name = True, 0.0, "", ""


class OneCertificate:
    def __init__(self, certificate, key):
        self.side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.side.load_cert_chain(certificate, key)

    def context(self, _name, _kind):
        return self.side


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("place")
    parser.add_argument("answer")
    parser.add_argument("--local-names", action="store_true")
    parser.add_argument("--key")
    parser.add_argument("--tls", nargs=3)
    return parser.parse_args()


async def main():
    arguments = read_arguments()
    address, _, port = arguments.place.rpartition(":")
    machine, kind, certificates = Machine(), "raw", None
    if arguments.tls:
        machine.fqdn, kind, certificates = arguments.tls[0], "https", OneCertificate(*arguments.tls[1:])
    door = doors.Door("player", machine, kind, int(port), "/", arguments.answer)
    door.has_host_check = arguments.local_names
    if arguments.key:
        key, _, recording = arguments.key.partition("=")
        door.key(key, Recording(recording))
    doors.Listener(address, int(port), kind, [door], certificates).settle()
    await asyncio.Event().wait()


asyncio.run(main())

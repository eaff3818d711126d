"""The table: a row is a function of the lab and the program whose name is the sentence that it proves. What it
returns is what it measured.
"""
import os

from top import QUIETLY, codes

ROWS, NIGHTLY = [], []      # what CI tries, and what takes longer than CI has


def row(function):
    ROWS.append(function)
    return function


def nightly(function):
    NIGHTLY.append(function)
    return function


class Skip(Exception):
    """Why a row cannot be tried here."""


def with_key(lab, url, key):
    """A configuration with one endpoint and its key."""
    keyfile = lab.world.path("key")
    with open(keyfile, "w", encoding="ascii") as file:
        file.write(key + "\n")
    os.chmod(keyfile, 0o600)
    return f"{QUIETLY}[endpoint one]\nurl = {url}\nkey_file = {keyfile}\n"


def expect(look, url, state, *wanted, daemon=()):
    """What an endpoint is said to be: its state, every code above info, and those at info that are named."""
    endpoint = look.endpoint(url)
    alarms = set(codes(endpoint, with_info=False))
    found = alarms | set(codes(endpoint)) & set(wanted)
    assert (endpoint["state"], found) == (state, set(wanted)), \
        f"{url} is {endpoint['state']} {sorted(found)}, not {state} {sorted(wanted)}: {endpoint['verdicts']}"
    others = [code for code in codes(look.snapshot, with_info=False) if code not in daemon]
    assert not others and not look.said, f"and this machine has {others} {look.said}"
    assert set(look.snapshot["ledger"]["by_cost"]) <= {"free"}, f"not all was free: {look.snapshot['ledger']}"
    return endpoint

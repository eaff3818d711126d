"""Tests that are sentences, told as TAP.

A test is a function marked @test; what it asserts is what its name says. main() runs all of the program, in order.
"""
import os
import sys
import time

TESTS = []


class Skipped(Exception):
    """A test that cannot be tried here, and why."""


def test(function):
    TESTS.append(function)
    return function


def until(wanted, seconds=30.0):
    """Whether it comes true; a slow machine takes its time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if wanted():
            return True
        time.sleep(0.02)
    return False


def raises(kind, action):
    """What the expected exception says; empty: there was none."""
    try:
        action()
    except kind as caught:
        return str(caught) or kind.__name__
    return ""


def run(function):
    """Nothing, or why it failed, and why it was skipped: whatever that is, the next test still runs."""
    try:
        function()
    except Skipped as why:
        return "", f" # SKIP {why}"
    except Exception as why:
        line = sys.exc_info()[2].tb_next.tb_lineno
        return f"# line {line}: {type(why).__name__}: {why}", ""
    return "", ""


def main():
    """Of a run that wants only some, those whose name holds its word."""
    wanted = [function for function in TESTS if os.environ.get("TSLLM_TEST", "") in function.__name__]
    print(f"1..{len(wanted)}")
    failed = 0
    for number, function in enumerate(wanted, 1):
        complaint, skip = run(function)
        failed += bool(complaint)
        print(f"{'not ' if complaint else ''}ok {number} - {function.__name__}{skip}", flush=True)
        if complaint:
            print(complaint.replace("\n", "\n# "), flush=True)
    sys.exit(1 if failed else 0)

#!/usr/bin/python3
"""The soak in a few seconds, and its judgement: growth is found, and what only comes and goes is not."""
import os
import random
import subprocess
import sys

from tap import main, test
from top import TOP

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TESTS, name) for name in ("soak", "bench", "fake")]

import figures                                                                      # noqa: E402
import world                                                                        # noqa: E402
from scenario import Scenario                                                       # noqa: E402

STEADY = {"RSS, MB": 20.0, "Private_Dirty, MB": 5.0, "descriptors": 30, "threads": 1}


def samples(seconds, **changed):
    """One a second; changed: a figure's function of the time, by its first word."""
    taken = figures.Samples(seconds)
    for second in range(seconds + 1):
        taken.add(second, {name: changed.get(name.split(",")[0], lambda _, value=value: value)(second)
                           for name, value in STEADY.items()})
    return taken


def soak(program):
    return subprocess.run([sys.executable, os.path.join(TESTS, "soak", "soak.py"), "--top", program, "--seconds", "8"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


@test
def it_runs_both_programs_and_ends_with_a_table():
    done = soak(TOP)
    rows = [line for line in done.stdout.splitlines() if line.startswith(("dashboard ", "--watch "))]
    assert len(rows) == 2 * len(figures.FIGURES), done.stdout + done.stderr
    # Both still start up in these eight seconds: that they grow is no news.
    failures = [line for line in done.stdout.splitlines() if line.startswith("FAILED") and " grew: " not in line]
    assert not failures and not done.stderr and done.returncode in (0, 1), done.stdout + done.stderr
    assert " 0 lines of JSON" not in done.stdout and " lines of JSON" in done.stdout, done.stdout


@test
def a_program_that_ends_fails_it():
    done = soak("/bin/true")
    assert done.returncode == 1 and "FAILED: --watch ended: status 0" in done.stdout, done.stdout + done.stderr


@test
def what_is_steady_has_not_grown():
    assert not list(samples(1800).complaints()) and not list(samples(30).complaints())


@test
def growth_after_the_reference_is_found_in_each_figure():
    ways = {"RSS": lambda second: 20 + second / 300, "Private_Dirty": lambda second: 5 + second / 300,
            "descriptors": lambda second: 30 + second // 100, "threads": lambda second: 1 + second // 300}
    for name, grows in ways.items():
        complaints = list(samples(1800, **{name: grows}).complaints())
        assert len(complaints) == 1 and complaints[0].startswith(name), (name, complaints)


@test
def growth_at_the_start_and_a_peak_are_no_growth():
    at_first = samples(1800, RSS=lambda second: 10 + min(second, 500) / 50)
    peak = samples(1800, Private_Dirty=lambda second: 40 if second % 90 < 40 else 5)
    assert not list(at_first.complaints()) and not list(peak.complaints())
    assert peak.row("Private_Dirty, MB")[3] == 40


@test
def the_same_seed_gives_the_same_scenario_with_every_kind_of_trouble():
    text = world.scenario(random.Random("7 world"), 3600)
    assert text == world.scenario(random.Random("7 world"), 3600) != world.scenario(random.Random("8 world"), 3600)
    for words in [word for words in world.DEATHS.values() for word in words] + [one for one, _ in world.DAEMON] + ["leave"]:
        assert f" {words}\n" in text, words
    Scenario(64, "unused").read(text, "soak")


if __name__ == "__main__":
    main()

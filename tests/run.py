#!/usr/bin/python3
"""Runs the tests, several programs at a time, and adds them up.

A test program prints TAP: cmocka binaries do when asked to, and so do the scripts in tests/e2e. Whatever ends
without a plan or with a status nobody explained counts as one failure. Where this machine lets us, each script has a
network of its own, so that the ports of two never meet, nor those of two checkouts. WORDs choose the programs whose
name holds one of them, or else single tests by their names. The last line is the sum.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import time

LINE = re.compile(r"^(not )?ok\b[ \d]*-?\s*(.*?)\s*(#\s*SKIP\b\s*(.*))?$", re.I)
# In C: a row of the list of tests; in Python: what follows the mark.
UNIT_TEST = re.compile(r"^\t\t[A-Za-z_]+\((\w+)[,)]", re.M)
E2E_TEST = re.compile(r"^@test\ndef (\w+)\(", re.M)
SECONDS = 600


def own_network():
    """The words that give a program a network of its own, and leave it its user; none where that cannot be had."""
    up = "ip link set lo up && exec "
    for words in (["unshare", "--net", "sh", "-c", f'{up} "$@"', "sh"],
                  ["unshare", "--map-current-user", "--keep-caps", "--net", "sh", "-c",
                   f'{up} setpriv --ambient-caps=-all --inh-caps=-all "$@"', "sh"]):
        try:
            if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
                return words
        except FileNotFoundError:
            pass
    return []


def run(command, environment):
    try:
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
        return done.returncode, done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        return -1, (late.stdout or b"").decode(errors="replace") + f"\nran longer than {SECONDS} s\n"


def count(name, status, output):
    """Passed, failed and skipped, and what there is to say of them."""
    sums, said, planned = [0, 0, 0], [], None
    for line in output.splitlines():
        plan = re.match(r"^1\.\.(\d+)", line)
        if plan:
            planned = int(plan.group(1))
        found = LINE.match(line)
        if not found:
            continue
        if found.group(3):
            said.append(f"  skipped: {name}: {found.group(2)} ({found.group(4) or 'no reason given'})")
        sums[2 if found.group(3) else 1 if found.group(1) else 0] += 1
    is_whole = planned == sum(sums) and (status == 0 or sums[1])
    if not is_whole:
        sums[1] += 1
    if sums[1]:
        told = [line for line in output.splitlines() if not line.startswith("ok ")] if is_whole else output.splitlines()
        said.append("\n".join([f"--- {name}: exit status {status}, planned {planned}", *told]))
    return sums, said


def tests_of(path, pattern):
    with open(path, encoding="utf-8") as file:
        return pattern.findall(file.read())


def programs(build):
    """Name, command and tests of each."""
    sources = sorted(glob.glob("tests/unit/test_*.c"))
    found = [(os.path.splitext(os.path.basename(path))[0], path) for path in sources]
    units = [(name, [f"{build}/tests/{name}"], tests_of(path, UNIT_TEST)) for name, path in found]
    scripts = sorted(glob.glob("tests/e2e/test_*.py"), key=os.path.getsize, reverse=True)
    return units + [(os.path.basename(path), [sys.executable, path], tests_of(path, E2E_TEST)) for path in scripts]


def chosen(everything, words):
    """Name, command and the word that its tests are chosen by; "": all of them."""
    for name, command, tests in everything:
        if not words or any(word in name for word in words):
            yield name, command, ""
            continue
        for word in words:
            if any(word in test for test in tests):
                yield name, command, word


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--top", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--jobs", type=int, default=8, help="programs at a time; most of them wait")
    parser.add_argument("words", nargs="*", metavar="WORD")
    given = parser.parse_args()
    top = os.path.abspath(given.top)
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", TSLLM_TOP=top,
                       TSLLM_CAPTURE=os.path.join(os.path.dirname(top), "tsllm-capture"),
                       TSLLM_BUILD=os.path.abspath(given.build), LC_ALL="C.UTF-8", TZ="UTC")
    network = own_network()
    total = [0, 0, 0]

    def play(task):
        name, command, word = task
        words, begun = network + command if command[0] == sys.executable else command, time.monotonic()
        result = run(words, dict(environment, TSLLM_TEST=word))
        return name, time.monotonic() - begun, *count(name, *result)

    with concurrent.futures.ThreadPoolExecutor(given.jobs if network else 1) as pool:
        for done in concurrent.futures.as_completed(
                [pool.submit(play, task) for task in chosen(programs(given.build), given.words)]):
            name, took, sums, said = done.result()
            print("".join(f"{line}\n" for line in said), end="")
            print(f"{name:32} {sums[0]:4} passed {sums[1]:4} failed {sums[2]:4} skipped {took:6.1f} s", flush=True)
            total = [a + b for a, b in zip(total, sums)]
    if not sum(total):
        print(f"no test has a name that holds {' or '.join(given.words) or 'anything'}")
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())

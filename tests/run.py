#!/usr/bin/python3
"""Runs every test and adds them up.

A test program prints TAP: cmocka binaries do when asked to, and so do the scripts in tests/e2e. Whatever ends
without a plan or with a status nobody explained counts as one failure. The last line is the sum.
"""
import argparse
import glob
import os
import re
import subprocess
import sys

LINE = re.compile(r"^(not )?ok\b[ \d]*-?\s*(.*?)\s*(#\s*SKIP\b\s*(.*))?$", re.I)


def run(command, environment):
    try:
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=600)
        return done.returncode, done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        return -1, (late.stdout or b"").decode(errors="replace") + "\nran longer than 600 s\n"


def count(name, status, output):
    passed = failed = skipped = 0
    planned = None
    for line in output.splitlines():
        plan = re.match(r"^1\.\.(\d+)", line)
        if plan:
            planned = int(plan.group(1))
        found = LINE.match(line)
        if not found:
            continue
        if found.group(3):
            skipped += 1
            print(f"  skipped: {name}: {found.group(2)} ({found.group(4) or 'no reason given'})")
        elif found.group(1):
            failed += 1
        else:
            passed += 1
    unexplained = status != 0 and not failed
    if planned is None or planned != passed + failed + skipped or unexplained:
        failed += 1
    if failed:
        print(f"--- {name}: exit status {status}, planned {planned}\n{output}")
    return passed, failed, skipped


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--top", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("only", nargs="*", help="run only the tests whose name holds one of these words")
    arguments = parser.parse_args()
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", TSLLM_TOP=os.path.abspath(arguments.top),
                       TSLLM_CAPTURE=os.path.join(os.path.dirname(os.path.abspath(arguments.top)), "tsllm-capture"),
                       TSLLM_BUILD=os.path.abspath(arguments.build), LC_ALL="C.UTF-8", TZ="UTC")
    units = sorted(path for path in glob.glob(f"{arguments.build}/tests/test_*") if not path.endswith(".d"))
    sources = {os.path.splitext(os.path.basename(path))[0] for path in glob.glob("tests/unit/test_*.c")}
    commands = [[path] for path in units if os.path.basename(path) in sources]
    commands += [[sys.executable, path] for path in sorted(glob.glob("tests/e2e/test_*.py"))]
    total = [0, 0, 0]
    for command in commands:
        name = os.path.basename(command[-1])
        if arguments.only and not any(word in name for word in arguments.only):
            continue
        result = count(name, *run(command, environment))
        print(f"{name:32} {result[0]:4} passed {result[1]:4} failed {result[2]:4} skipped", flush=True)
        total = [a + b for a, b in zip(total, result)]
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
"""All that takes long, each part whatever the others say: a line for each, and its output in build/nightly.

    nightly.py [PART]...      only these
"""
import concurrent.futures
import os
import subprocess
import sys
import time

# A list: one after the other; a tuple: side by side. The real tailnet compares the times of packets, the tests on bare machines
# wait only so long for what a screen is to show, and the benches measure time: nothing that computes is beside them.
NIGHT = [("soak", ["tailnet-nightly", "tailnet-newest", "service-check", "packages-check", ("planted", "fuzz")]),
         "bench-recording", "bench-history", "bench"]
# More searches than cores: each is by the clock and niced, and the night should end before the morning.
SETTINGS = ["T=", "FUZZ_S=600", f"FUZZ_JOBS={2 * os.cpu_count()}", "S=3600"]
LOGS = os.path.join("build", "nightly")


def parts_of(plan):
    return [plan] if isinstance(plan, str) else [part for inner in plan for part in parts_of(inner)]


def run_part(part):
    """Whether it passed."""
    log, began = os.path.join(LOGS, part + ".log"), time.monotonic()
    with open(log, "wb") as file:
        passed = subprocess.run(["make", "--no-print-directory", part, *SETTINGS], stdin=subprocess.DEVNULL, stdout=file,
                                stderr=subprocess.STDOUT, check=False).returncode == 0
    with open(log, encoding="utf-8", errors="replace") as file:
        lines = [line for line in file.read().splitlines() if not line.startswith("make")] or [""]
    print(f"{part:16} {'passed' if passed else 'FAILED'} {(time.monotonic() - began) / 60:6.1f} min  {lines[-1]}", flush=True)
    return passed


def run(plan, wanted):
    """For each part that is wanted, whether it passed."""
    if isinstance(plan, str):
        return [run_part(plan)] if plan in wanted else []
    with concurrent.futures.ThreadPoolExecutor(len(plan) if isinstance(plan, tuple) else 1) as pool:
        return [passed for results in pool.map(lambda inner: run(inner, wanted), plan) for passed in results]


def main():
    parts = parts_of(NIGHT)
    wanted = sys.argv[1:] or parts
    unknown = set(wanted) - set(parts)
    if unknown:
        sys.exit(f"nightly: no part {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    os.makedirs(LOGS, exist_ok=True)
    results = run(NIGHT, wanted)
    print(f"{sum(results)} parts passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

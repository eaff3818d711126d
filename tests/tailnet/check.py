"""Runs the table against a lab and tells it as TAP, with the closing line of every test of the house."""
import os
import traceback

from rows import ROWS, Skip
from tailnet import Tailnet
from top import Top
import programs

import rows_servers  # noqa: F401
import rows_paths  # noqa: F401
import rows_daemon  # noqa: F401
import rows_capture  # noqa: F401


def sum_up(passed, failed, skipped):
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)


def skip(reason):
    print(f"1..0 # SKIP {reason}")
    sum_up(0, 0, 1)


def tried(row, lab, top):
    """Why a row failed, and why it was not tried; both empty: it holds."""
    try:
        row(lab, top)
    except Skip as why:
        return "", f" # SKIP {why}"
    except Exception as why:
        frames = traceback.extract_tb(why.__traceback__)
        place = next((frame for frame in frames if "rows_" in frame.filename), frames[-1])
        return f"{os.path.basename(place.filename)}:{place.lineno}: {type(why).__name__}: {why}", ""
    return "", ""


def check(program, only):
    chosen = [row for row in ROWS if not only or any(word in row.__name__ for word in only)]
    print(f"1..{len(chosen)}", flush=True)
    failed = skipped = 0
    with Tailnet(programs.build()) as lab:
        top = Top(lab, program)
        for number, row in enumerate(chosen, 1):
            complaint, reason = tried(row, lab, top)
            if complaint:       # eleven daemons share this machine: what fails twice is true
                print("# tried again: " + complaint.replace("\n", "\n# "), flush=True)
                complaint, reason = tried(row, lab, top)
            failed += bool(complaint)
            skipped += bool(reason)
            print(f"{'not ' if complaint else ''}ok {number} - {row.__name__}{reason}", flush=True)
            if complaint:
                print("# " + complaint.replace("\n", "\n# "), flush=True)
    sum_up(len(chosen) - failed - skipped, failed, skipped)
    return 1 if failed else 0

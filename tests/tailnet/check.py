"""Runs the table against a lab and tells it as TAP, with the closing line of every test of the house."""
import collections
import os
import time
import traceback

from rows import Skip
from tailnet import Tailnet
from top import Top

import rows_servers  # noqa: F401
import rows_ways  # noqa: F401
import rows_tailnets  # noqa: F401
import rows_fixes  # noqa: F401
import rows_paths  # noqa: F401
import rows_wake  # noqa: F401
import rows_logs  # noqa: F401
import rows_daemon  # noqa: F401
import rows_engines  # noqa: F401
import rows_canary  # noqa: F401
import rows_clients  # noqa: F401
import rows_audit  # noqa: F401
import rows_faults  # noqa: F401
import rows_harmless  # noqa: F401
import rows_nightly  # noqa: F401
import rows_capture  # noqa: F401


def sum_up(passed, failed, skipped):
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)


def skip(reason):
    print(f"1..0 # SKIP {reason}")
    sum_up(0, 0, 1)


def tried(row, lab, top):
    """What became of a row, and what is to be said of that."""
    try:
        return "passed", row(lab, top) or ""
    except Skip as why:
        return "skipped", str(why)
    except Exception as why:
        frames = traceback.extract_tb(why.__traceback__)
        place = next((frame for frame in frames if "rows_" in frame.filename), frames[-1])
        return "failed", f"{os.path.basename(place.filename)}:{place.lineno}: {type(why).__name__}: {why}"


def note(words):
    if words:
        print("# " + words.replace("\n", "\n# "), flush=True)


def tell(number, name, outcome, words):
    is_skipped = outcome == "skipped"
    print(f"{'not ' if outcome == 'failed' else ''}ok {number} - {name}{f' # SKIP {words}' if is_skipped else ''}",
          flush=True)
    if not is_skipped:
        note(words)


def check(program, only, rows, built):
    chosen = [row for row in rows if not only or any(word in row.__name__ for word in only)]
    print(f"1..{len(chosen)}", flush=True)
    outcomes = collections.Counter()
    with Tailnet(built) as lab:
        top = Top(lab, program)
        for number, row in enumerate(chosen, 1):
            begun = time.monotonic()
            outcome, words = tried(row, lab, top)
            if outcome == "failed":     # eleven daemons share this machine: what fails twice is true
                note(f"tried again: {words}")
                outcome, words = tried(row, lab, top)
            outcomes[outcome] += 1
            tell(number, row.__name__, outcome, words)
            note(f"{time.monotonic() - begun:.1f} s")
    sum_up(*(outcomes[outcome] for outcome in ("passed", "failed", "skipped")))
    return 1 if outcomes["failed"] else 0

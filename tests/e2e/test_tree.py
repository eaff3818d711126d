"""The tree itself: who may include whom, which library lives where, what is not to be found in it."""
import glob
import os
import re

from tap import main, test

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = [path for pattern in ("probes/*.[ch]", "probes/*/*.[ch]", "tui/*.[ch]")
           for path in glob.glob(pattern, root_dir=ROOT)]

# Rooms from the ground up; each may include what is before it, and itself.
ROOMS = ["capture", "probes/base", "probes/model", "probes/answer", "probes/io", "probes", "tui"]

# One foreign library, one file (a glob, where it fills more than one).
LIBRARIES = {
    "cjson/": ["probes/base/json.c"],
    "curl/": ["probes/io/http*"],
    "ncurses": ["tui/screen.c"],
    "ini.h": ["tui/config.c", "tui/theme.c"],
    "uv.h": ["probes/io/*", "probes/live.*", "probes/known.*", "probes/daemon.*", "probes/tailnet.*", "probes/watch.*", "probes/questions.*", "probes/sniffer.*", "probes/lookout.*",
             "tui/interactive.c", "tui/batch.c", "tui/loop.*"],
}

# What shows a snapshot sees the snapshot, and nothing that makes one.
DRAWING = [path for path in SOURCES if re.match(r"tui/(view|columns|canvas|table|page|rows|header|ui|print_text)", path)]


def includes(path, kind='"'):
    close = '"' if kind == '"' else ">"
    with open(os.path.join(ROOT, path)) as file:
        return re.findall(rf"^\s*#include {re.escape(kind)}([^{close}]+){close}", file.read(), re.M)


def room(path):
    """A header of plain data that io fills stands below io."""
    if re.match(r"probes/(answer|settings)\.", path):
        return "probes/answer"
    return os.path.dirname(path)


@test
def rooms_include_only_what_is_below_them():
    for path in SOURCES:
        for included in includes(path):
            assert ROOMS.index(room(included)) <= ROOMS.index(room(path)), f"{path} includes {included}"


@test
def of_the_capture_helper_its_reader_sees_the_protocol_alone():
    for path in SOURCES:
        for included in includes(path):
            if included.startswith("capture/"):
                assert included == "capture/wire.h" and re.match(r"probes/sniff(er)?\.", path), f"{path}: {included}"


@test
def a_foreign_library_lives_in_one_place():
    for path in SOURCES:
        for header in includes(path, "<"):
            for sign, places in LIBRARIES.items():
                if header.startswith(sign):
                    assert any(path in glob.glob(place, root_dir=ROOT) for place in places), f"{path}: {header}"


@test
def what_draws_knows_the_snapshot_and_no_source():
    for path in DRAWING:
        for included in includes(path):
            fine = included.startswith(("tui/", "probes/base/")) or included == "probes/model/snapshot.h"
            assert fine, f"{path} includes {included}"


@test
def a_family_does_no_io_and_reads_no_clock():
    with open(os.path.join(ROOT, "probes/families.c")) as file:
        names = re.findall(r"&family_(\w+)", file.read())
    assert len(names) >= 9, names
    for path in SOURCES:
        with open(os.path.join(ROOT, path)) as file:
            text = file.read()
        if re.search(r"^const struct family family_", text, re.M):
            assert not re.search(r"\b(when_now|http_get|fopen|getenv|time)\(", text), path


@test
def the_clock_is_read_in_one_place():
    for path in SOURCES:
        with open(os.path.join(ROOT, path)) as file:
            reads = re.search(r"\b(clock_gettime|gettimeofday|time)\s*\(", file.read())
        assert not reads or path == "probes/base/when.c", path


@test
def nothing_goes_through_a_shell_and_nothing_sleeps():
    for path in SOURCES:
        with open(os.path.join(ROOT, path)) as file:
            found = re.search(r"\b(system|popen|sleep|usleep|nanosleep|strcpy|strcat|sprintf|gets)\s*\(", file.read())
        assert not found, f"{path}: {found.group(1) if found else ''}"


@test
def the_top_level_is_the_users():
    wanted = {"Makefile", "README.md", "LICENSE", "tui", "probes", "capture", "themes", "tests", "man"}
    there = {name for name in os.listdir(ROOT) if not name.startswith(".")} - {"build", "tsllm-top", "tsllm-capture"}
    assert there <= wanted, there - wanted


if __name__ == "__main__":
    main()

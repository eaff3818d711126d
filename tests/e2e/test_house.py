"""What probes/README.md promises: a view and an output are one file and one row each, tried in a copy of the tree."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TESTS, name) for name in ("fake", "house")]

import planted
import terminal as terminals
from fake import FakeTailnet
from tap import main, test

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.relpath(os.environ.get("TSLLM_BUILD", os.path.join(ROOT, "build/plain")), ROOT)

OUTPUT = r"""
/* How many there are. */
#include "tui/out/tally.h"

void tally_print(const struct print_to *to, const struct snapshot *snapshot)
{
	fprintf(to->file, "%zu peers\n", snapshot->peer_count);
}
"""

OUTPUT_HEADER = r"""
#include "tui/out/outputs.h"

void tally_print(const struct print_to *to, const struct snapshot *snapshot);
"""

VIEW = r"""
/* Which systems there are. */
#include "tui/views/values.h"
#include "tui/views/views.h"

#include <string.h>

static void format_system(const struct snapshot *snapshot, size_t row, struct value *value)
{
	value_say(value, ROLE_TEXT, snapshot->peers[row].os);
}

static int compare_system(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(snapshot->peers[a].os, snapshot->peers[b].os);
}

static const struct column columns[] = {
	{ "SYSTEM", "system", 8, 20, 100, .format = format_system, .compare = compare_system },
};

static size_t row_count(const struct snapshot *snapshot)
{
	return snapshot->peer_count;
}

static const char *row_id(const struct snapshot *snapshot, size_t row, char *buffer, size_t size)
{
	(void)buffer, (void)size;
	return snapshot->peers[row].id;
}

const struct view view_systems = {
	.title = "Systems",
	.key = '0',
	.columns = columns,
	.column_count = 1,
	.row_count = row_count,
	.row_id = row_id,
};
"""


class Copy:
    """`with Copy() as tree`: the sources and the build, to be changed and built."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="tsllm-house-")
        tree = os.path.join(self.folder, "tree")
        shutil.copytree(ROOT, tree, symlinks=True, ignore=lambda folder, names: {
            name for name in names if name in (".git", "recordings", "corpus", "tests") and name != os.path.basename(BUILD) or
            (folder == os.path.join(ROOT, "build") and name != os.path.basename(BUILD))})
        os.makedirs(os.path.join(tree, "tests"))
        shutil.copy2(os.path.join(ROOT, "tests/deps.sh"), os.path.join(tree, "tests"))
        self.tree = tree
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def write(self, path, text):
        with open(os.path.join(self.tree, path), "w", encoding="utf-8") as file:
            file.write(text.lstrip())

    def add(self, path, pattern, more):
        """Puts a line after the first that fits."""
        with open(os.path.join(self.tree, path), encoding="utf-8") as file:
            text = file.read()
        changed, count = re.subn(pattern, lambda found: found.group(0) + more, text, count=1, flags=re.M)
        assert count == 1, f"{path} has no {pattern}"
        self.write(path, changed)

    def build(self):
        sanitized = ["SAN=1"] if os.path.basename(BUILD) == "asan" else []
        program = f"{BUILD}/tsllm-top" if sanitized else "tsllm-top"
        done = subprocess.run(["make", "-s", "CI=1", *sanitized, program], cwd=self.tree, capture_output=True, text=True,
                              timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return os.path.join(self.tree, program)


@test
def an_output_is_one_file_and_one_row():
    with Copy() as copy, FakeTailnet("peer gpu1 linux idle\npeer gpu2 linux idle\n") as fake:
        copy.write("tui/out/tally.c", OUTPUT)
        copy.write("tui/out/tally.h", OUTPUT_HEADER)
        copy.add("tui/out/outputs.c", r'^\t\{ "csv".*\n', '\t{ "tally", .snapshot = tally_print },\n')
        copy.add("tui/out/outputs.c", r'^#include "tui/out/pick.h"\n', '#include "tui/out/tally.h"\n')
        program = copy.build()
        words = [program, "--config", fake.config, "--socket", fake.socket]
        done = subprocess.run([*words, "--once", "--format", "tally"], env=fake.environment, capture_output=True, text=True,
                              timeout=30, check=False)
        assert done.stdout == "3 peers\n", done
        helped = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=30, check=False).stdout
        assert "tally" in helped, helped
        refused = subprocess.run([*words, "--once", "--format", "xml"], env=fake.environment, capture_output=True, text=True,
                                 timeout=30, check=False)
        assert refused.returncode == 64 and "tally" in refused.stderr, refused


@test
def a_view_is_one_file_one_line_and_one_row():
    with Copy() as copy, FakeTailnet("peer gpu1 plan9 idle\n") as fake:
        copy.write("tui/views/systems.c", VIEW)
        copy.add("tui/views/views.h", r"^extern const struct view view_fleet.*\n", "extern const struct view view_systems;\n")
        copy.add("tui/views/views.c", r"^\t&view_events,\n", "\t&view_systems,\n")
        terminals.TOP = copy.build()
        with terminals.Terminal(fake, 100, 30) as terminal:
            assert terminal.shows("peers 1/1"), terminal.text()
            terminal.press("0")
            assert terminal.shows("[0 Systems]"), terminal.text()
            assert terminal.shows("plan9"), terminal.text()


@test
def each_fault_can_be_planted():
    """`make planted` does it, and shows that a test fails."""
    for what, path, wanted, instead, *_ in planted.FAULTS:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            assert planted.edit(file.read(), wanted, instead)[1] == 1, f"{path}: {what}"


if __name__ == "__main__":
    main()

"""The tree itself: who may include whom, which library lives where, what is not to be found in it."""
import glob
import os
import re
import sys

from tap import main, test

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/house"))
import rooms  # noqa: E402

SOURCES = [path for path in rooms.sources() if not path.startswith("capture/")]

HELPER = glob.glob("capture/*.[ch]", root_dir=ROOT)

# One foreign library, one file (a glob, where it fills more than one).
LIBRARIES = {
    "cjson/": ["probes/base/json.c"],
    "curl/": ["probes/io/http*"],
    "microhttpd": ["probes/io/http_listen.c"],
    "ncurses": ["tui/term/screen.c"],
    "zlib.h": ["probes/io/unpack.c"],
    "ini.h": ["tui/term/theme.c"],
    "unictype": ["probes/base/text.c"],
    "unistr": ["probes/base/text.c"],
    "uniwidth": ["probes/base/text.c"],
    "zstd.h": ["probes/recording/segment_out.c", "probes/recording/frame_text.c"],
    "uv.h": ["probes/io/*", "tui/interactive.c", "tui/frames.*", "tui/batch*", "tui/loop.*", "tui/shell_out.c"],
}

# The same of the capture helper, which has nothing else but the C library.
HELPER_LIBRARIES = {"pcap": "capture/device.c", "cap-ng": "capture/jail.c", "seccomp": "capture/jail.c"}
STANDARD = set("""arpa/inet.h assert.h errno.h fcntl.h ifaddrs.h inttypes.h limits.h net/if.h netinet/in.h netpacket/packet.h poll.h signal.h stdarg.h stdbool.h
    stddef.h stdint.h stdio.h stdlib.h string.h sys/ioctl.h sys/mman.h sys/prctl.h sys/random.h sys/socket.h time.h unistd.h""".split())

# What sees packets counts and compares; what writes text gets numbers and places, and no packet.
PER_PACKET = ["packet", "underlay", "tcp", "exchange", "flows", "paths", "derp", "sampler", "guess"]
TEXT = r"\b(\w*printf|puts|fputs|fwrite|write|putchar|strerror)\s*\("

# Private words that the code once had for what the field has names for: an endpoint or a port, a probe, a layer, an open verdict …
PRIVATE_WORDS = re.compile(r"(?<![a-z])(doors?|knock(s|ed|ing)?|ladders?|rungs?|climb(s|ed|ing)?|settle[sd]?|settling|standings?|"
                           r"sightings?|lookouts?|recall(s|ed|ing)?|mend(s|ed|ing)?|kin)(?![a-z])", re.I)
PAPERS = ["README.md", *glob.glob("man/*.[1578]", root_dir=ROOT), *glob.glob("probes/**/README.md", root_dir=ROOT, recursive=True),
          *glob.glob("tests/**/README.md", root_dir=ROOT, recursive=True)]

# What shows a snapshot sees the snapshot, the history of those before it, and what is said of it (probes/report), and nothing
# that makes one.
SHOWN = [f"probes/model/{name}.h" for name in ("snapshot", "unit", "ring", "history", "history_columns")]
DRAWING = [path for path in SOURCES if re.match(r"tui/(term|table|views|ui|out/(canvas_)?text)\b", path)]


def includes(path, kind='"'):
    close = '"' if kind == '"' else ">"
    with open(os.path.join(ROOT, path)) as file:
        return re.findall(rf"^\s*#include {re.escape(kind)}([^{close}]+){close}", file.read(), re.M)


def text(path):
    with open(os.path.join(ROOT, path)) as file:
        return file.read()


def calls(path, pattern):
    """What it calls of that; comments do not count."""
    return re.findall(pattern, re.sub(r"/\*.*?\*/", "", text(path), flags=re.S))


def without_strings(source):
    """C source, its comments included, without what stands between quotes."""
    tokens = r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
    return re.sub(tokens, lambda token: token[0] if token[0].startswith("/") else '""', source, flags=re.S)


def private_words(name, content):
    """FILE:LINE: WORD for each, also in the file's name and within an identifier."""
    found = [f"{name}: {word[0]}" for word in PRIVATE_WORDS.finditer(name)]
    return found + [f"{name}:{content.count(chr(10), 0, word.start()) + 1}: {word[0]}" for word in PRIVATE_WORDS.finditer(content)]


@test
def rooms_include_only_what_is_below_them():
    assert len(SOURCES) > 250, SOURCES
    wrong = rooms.wrong_includes()
    assert not wrong, "\n".join(wrong)


@test
def rooms_call_only_what_is_below_them_and_no_files_call_each_other_in_a_circle():
    used = rooms.calls(os.environ.get("TSLLM_BUILD", os.path.join(ROOT, "build/plain")))
    assert len(used) > 150, f"{len(used)} objects: is it built?"
    wrong = rooms.wrong_calls(used) + rooms.wrong_circles(used)
    assert not wrong, "\n".join(wrong)


@test
def no_file_has_a_merge_that_was_not_finished():
    for path in [*SOURCES, *PAPERS, "Makefile", *(path for kind in ("c", "h", "py") for path in glob.glob(f"tests/**/*.{kind}", root_dir=ROOT, recursive=True))]:
        assert not re.search(r"^(<{7}|={7}|>{7})( |$)", text(path), re.M), path


@test
def of_the_capture_helper_its_reader_sees_the_protocol_alone():
    for path in SOURCES:
        for included in includes(path):
            if included.startswith("capture/"):
                assert included == "capture/wire.h" and re.match(r"probes/packets/(lines|helper)\.", path), f"{path}: {included}"


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
            fine = included.startswith(("tui/", "probes/base/", "probes/report/")) or included in SHOWN
            assert fine, f"{path} includes {included}"


@test
def a_family_does_no_io_and_reads_no_clock():
    with open(os.path.join(ROOT, "probes/servers/families.c")) as file:
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
        reads = calls(path, r"\b(?:clock_gettime|gettimeofday|time)\s*\(")
        assert not reads or path == "probes/base/when.c", path


@test
def nothing_goes_through_a_shell_and_nothing_sleeps():
    for path in SOURCES + HELPER:
        with open(os.path.join(ROOT, path)) as file:
            found = re.search(r"\b(system|popen|sleep|usleep|nanosleep|strcpy|strcat|sprintf|gets)\s*\(", file.read())
        assert not found, f"{path}: {found.group(1) if found else ''}"


@test
def the_capture_helper_includes_itself_and_four_libraries():
    assert len(HELPER) > 20, HELPER
    for path in HELPER:
        assert all(included in HELPER for included in includes(path)), includes(path)
        for header in includes(path, "<"):
            place = HELPER_LIBRARIES.get(re.split(r"[/.]", header)[0])
            assert path == place if place else header in STANDARD, f"{path}: {header}"


@test
def what_sees_packets_allocates_nothing_and_writes_no_text():
    for name in PER_PACKET:
        found = calls(f"capture/{name}.c", rf"{TEXT}|\b(malloc|calloc|realloc|strdup|free|memdup)\s*\(")
        assert not found, f"capture/{name}.c: {found}"
    writers = [path for path in HELPER if path.endswith(".c") and calls(path, TEXT)]
    for path in writers:
        fine = path in ("capture/main.c", "capture/device.c")     # complaints and filters, before there are packets
        assert fine or not {"capture/packet.h", "capture/underlay.h"} & set(includes(path)), path
    assert "capture/lines.c" in writers and not set(PER_PACKET) & {path[8:-2] for path in writers}, writers


@test
def the_capture_helper_allocates_at_its_start_alone():
    places = {path: len(calls(path, r"\b(malloc|calloc|realloc|strdup)\s*\(")) for path in HELPER}
    assert {path: count for path, count in places.items() if count} == {"capture/table.c": 1, "capture/device.c": 1}, places


@test
def the_capture_helper_opens_asks_and_starts_nothing_but_its_devices():
    for path in HELPER:
        found = calls(path, r"\b(fopen|open|openat|socket|connect|bind|send|sendto|sendmsg|fork|exec\w+|posix_spawn|getenv|"
                            r"dlopen|setuid|clock_gettime|gettimeofday|time|pcap_inject|pcap_sendpacket)\s*\(")
        allowed = {"capture/device.c": ["fopen"], "capture/main.c": ["clock_gettime", "open"]}.get(path, [])
        assert found == allowed, f"{path}: {found}"


@test
def every_text_of_a_snapshot_is_in_the_list_that_the_redactor_goes_by():
    header = re.sub(r"/\*.*?\*/", "", text("probes/model/snapshot.h") + text("probes/model/exposure.h"), flags=re.S)
    members = [(struct, name.strip(" *\n\t"))
               for struct, body in re.findall(r"^struct (\w+) \{\n(.*?)^\};", header, re.M | re.S)
               for names in re.findall(r"^\s*const char ((?:[^;]|\n)*);", body, re.M)
               for name in names.replace("*const *", "").split(",")]
    assert len(members) > 50 and ("peer", "addresses") in members and ("daemon", "auth_url") in members, members
    listed = text("probes/report/texts.c")
    within = {"path": r"peer, path\.", "ping": r"peer, pings\[PING_\w+\]\.", "latency": r"endpoint, latency\."}
    # Whose word it is depends on the row.
    by_row = {("path", "via"): "&peer->path.via", ("model", "id"): "&snapshot->models[i].id", ("canary", "model"): "&snapshot->canaries[i].model",
              ("endpoint", "version"): "&endpoint->version"}
    for struct, name in members:
        in_table = rf"(?:WORD|NAME|PROSE)\({within.get(struct, struct + ', ')}{name}\b"
        assert re.search(in_table, listed) or re.search(rf"visit_list\([^;]*(?:->|\.){name}\)", listed) \
            or (struct, name) in by_row and by_row[struct, name] in listed, f"struct {struct}: {name}"


@test
def what_a_rule_says_is_cut_between_letters():
    rules = [path for path in SOURCES if path.startswith("probes/verdicts/")]
    assert len(rules) > 5, rules
    for path in rules:
        found = calls(path, r"\bsnprintf\((?:f->\w+|finding->\w+),|\bsnprintf\([^;]*%(?:\.\*)?s")
        assert not found, f"{path}: {found}: text_set() does not tear a letter"


@test
def every_fix_that_a_predicate_chooses_is_in_a_table():
    """The golden files of fixes and the redactor's vocabulary go by the tables."""
    rules = {path: text(path) for path in SOURCES if path.startswith("probes/verdicts/")}
    rows = "".join(re.findall(r"\{ CODE_[^}]*\}", "".join(re.sub(r"%\{\w+\}", "", content) for content in rules.values())))
    chosen = [(path, name) for path, content in rules.items() for value in re.findall(r"->fix = ([^;]*);", content)
              for name in re.findall(r"(?:^|[?:]\s*)([a-z]\w*)\s*(?=$|:)", value)]
    assert len(chosen) > 30, chosen
    for path, name in chosen:
        assert re.search(rf"\b{name}\b", rows), f"{path}: {name}"


@test
def no_rule_knows_a_server_family_by_its_name():
    names = re.findall(r'^\t\t\.name = "([a-z-]+)"', "\n".join(text(path) for path in SOURCES
                                                            if path.startswith("probes/servers/")), re.M)
    assert len(names) > 20 and "ollama" in names, names
    for path in SOURCES:
        if re.match(r"probes/(model|ledger|verdicts|take|tailscaled|packets|endpoints)/|tui/", path):
            code = re.sub(r"/\*.*?\*/", "", text(path), flags=re.S)
            found = [name for name in names if f'"{name}"' in code]
            assert not found, f"{path}: {found}: what is known of a family is in its struct server_facts"


@test
def what_makes_a_command_roots_is_asked_of_the_machine():
    """log_target.c writes commands for other machines, whose way to root is not known here."""
    told = re.compile(r'"[^"\n]*\b(sudo|doas) [a-z]')
    for path in SOURCES:
        if re.match(r"probes/report/(?!log_target)|tui/(views|out)/", path):
            assert not told.search(text(path)), f"{path}: {told.search(text(path)).group()}"


@test
def no_file_is_over_400_lines_and_no_function_over_60():
    for path in SOURCES + HELPER:
        lines = text(path).splitlines()
        assert len(lines) <= 400, f"{path}: {len(lines)} lines"
        begun = 0
        for number, line in enumerate(lines, 1):
            if line == "{":
                begun = number
            elif line == "}" and begun:
                assert number - begun < 60, f"{path}:{begun}: {number - begun + 1} lines"
                begun = 0


@test
def code_and_papers_use_the_fields_words():
    assert private_words("a.c", without_strings('/* "a" door */ int is_settled; f("kin"); /* doorway */')) == ["a.c:1: door", "a.c:1: settled"]
    assert len(HELPER) > 20 and len(PAPERS) > 8, PAPERS
    found = [line for path in [*SOURCES, *HELPER] for line in private_words(path, without_strings(text(path)))]
    found += [line for path in [*PAPERS, "Makefile", *glob.glob("themes/*", root_dir=ROOT)] for line in private_words(path, text(path))]
    assert not found, "\n".join(found)


@test
def the_top_level_is_the_users():
    wanted = {"Makefile", "README.md", "LICENSE", "tui", "probes", "capture", "themes", "tests", "man"}
    there = {name for name in os.listdir(ROOT) if not name.startswith(".")} - {"build", "tsllm-top", "tsllm-capture"}
    assert there <= wanted, there - wanted


if __name__ == "__main__":
    main()

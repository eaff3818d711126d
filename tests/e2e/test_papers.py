#!/usr/bin/python3
"""The manuals and the README say what the program does: its options, keys, verdicts, roles, paths and packages."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import pictures
from tap import main, test

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOP = os.environ.get("TSLLM_TOP", os.path.join(ROOT, "tsllm-top"))
MANDOC = shutil.which("mandoc")
MANUALS = ["man/tsllm-top.1", "man/tsllm-top.conf.5", "man/tsllm-top-outputs.7"]


def text(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def texts(pattern):
    """All files of that pattern, as one text."""
    return "\n".join(text(path) for path in sorted(glob.glob(pattern, root_dir=ROOT, recursive=True)))


def run(*words):
    return subprocess.run([TOP, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)


def with_config(lines, *words):
    with tempfile.NamedTemporaryFile("w", suffix=".config") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        return run("--config", file.name, *words)


def section(manual, name):
    """What stands under `.Sh NAME`."""
    return re.split(r"^\.Sh ", text(manual).split(f"\n.Sh {name}\n")[1], maxsplit=1, flags=re.M)[0]


def heads(part, macro):
    """The words of that macro in the heads of a section's list."""
    return [word for line in re.findall(rf"^\.It {macro} (.*)$", part, re.M)
            for word in line.split(" No ")[0].split(" , ")]


def paragraph(part, key):
    """The list item of a configuration key."""
    return re.split(r"^\.It ", part.split(f".It Ic {key}\n")[1], maxsplit=1, flags=re.M)[0]


def same(ones, others):
    assert ones and set(ones) == set(others), f"only one of the two has: {sorted(set(ones) ^ set(others))}"


def verdict_codes():
    """Code by constant."""
    found = re.findall(r'^#define (CODE_\w+) "([a-z-]+)"$', text("probes/model/verdict_codes.h"), re.M)
    assert len(found) == len(dict(found)) == len({code for _, code in found}) > 50, found
    return dict(found)


@test
def the_manual_has_every_option_of_the_help_and_no_other():
    same(re.findall(r"^  --([a-z-]+)", run("--help").stdout, re.M),
         re.findall(r"^\.It Fl -([a-z-]+)", section(MANUALS[0], "OPTIONS"), re.M))


@test
def the_manual_has_the_options_in_their_order_with_their_arguments():
    """doctor's operand and the short names are in the manual alone."""
    rows = re.findall(r"^  --([a-z-]+)(=\S+)?", run("--help").stdout, re.M)
    wanted = [f"{name} Ns = Ns Ar {value[1:].lower()}" if value else name for name, value in rows]
    told = [re.sub(r" (Op .*|, [a-z])$", "", head).replace(" Ns | Ns Ar ", "|")
            for head in re.findall(r"^\.It Fl -(.*)$", section(MANUALS[0], "OPTIONS"), re.M)]
    assert told == wanted, [f".It Fl -{head}" for head in wanted if head not in told] or f"the order of --help is {wanted}"


def key_name(key):
    """What the manual calls a key of a table; empty: no key."""
    names = {"ESCAPE": "Esc", "BACK_TAB": "Shift-Tab", "' '": "Space", "'\\\\'": "\\", "PAGE_UP": "PageUp", "PAGE_DOWN": "PageDown"}
    key = key.removeprefix("PRESS_")
    if key in names:
        return names[key]
    if re.match("WHEEL|RESIZE", key):
        return ""
    return key[1:-1] if key[0] == "'" else key.capitalize() if not key.startswith("CTRL_") else f"Ctrl-{key[5:]}"


@test
def the_manual_has_every_key_and_no_other():
    tables = text("tui/ui/ui.c") + text("tui/ui/steer.c")
    keys = {key_name(key) for key in re.findall(r"^\t\{ (PRESS_\w+|'[^']+'), \w+ \},$", tables, re.M)} - {""}
    assert {"q", "Esc", "Space", "\\", "F6", ",", "Ctrl-U"} <= keys, keys
    manual = section(MANUALS[0], "KEYS").split("\n.El\n")[0].replace("\\&", "").replace("\\e", "\\")
    heads_of_list = {word for line in re.findall(r"^\.It (.*)$", manual, re.M) for word in line.split()}
    by_views = set(re.findall(r"\.key = '(\d)'", texts("tui/views/*.c")))
    quits = set(map(key_name, re.findall(r"PRESS_\w+", re.search(r"if \((key == PRESS_CTRL_C[^)]*)\)", tables).group(1))))
    assert heads_of_list <= keys | by_views | quits, heads_of_list - keys
    words = heads_of_list | set(re.findall(r"[\w-]+", manual))
    assert keys | by_views | quits <= words, (keys | by_views | quits) - words


@test
def the_manual_names_every_output():
    outputs = re.search(r"^  --format=(\S+)", run("--help").stdout, re.M).group(1)
    same(re.findall(r"-format Ns = Ns Ar (\S+)$", text(MANUALS[0]), re.M), [outputs])


@test
def the_manual_of_outputs_has_every_format_page_and_metric_and_no_other():
    outputs = re.search(r"^  --format=(\S+)", run("--help").stdout, re.M).group(1)
    same(outputs.split("|"), heads(section(MANUALS[2], "FORMATS"), "Cm"))
    same(re.findall(r'\{ "(/[\w.]+)", "', text("tui/listen.c")), heads(section(MANUALS[2], "LISTENER"), "Pa"))
    same(re.findall(r'^\t\{ "(tsllm_\w+)"', texts("tui/out/exposition_*.c"), re.M), heads(section(MANUALS[2], "METRICS"), "Sy"))


@test
def the_synopsis_has_every_option():
    same(re.findall(r"^  --([a-z-]+)", run("--help").stdout, re.M),
         re.findall(r"Fl -([a-z-]+)", section(MANUALS[0], "SYNOPSIS")))


@test
def the_manual_has_every_verdict_with_its_layer_and_severity():
    codes = verdict_codes()
    rows = re.findall(r"^\t\{ (CODE_\w+),\s*LAYER_(\w+),\s*SEVERITY_(\w+)", texts("probes/verdicts/*.c"), re.M)
    told = re.findall(r"^\.It Sy (\S+) No \((\w+), (\w+)\)$", section(MANUALS[0], "VERDICTS"), re.M)
    assert len(rows) > 50, rows
    same([(codes[code], layer.lower(), severity.lower()) for code, layer, severity in rows], told)


@test
def every_code_of_a_verdict_has_its_constant_and_its_rows():
    codes = verdict_codes()
    shared = {"host-check", "key-withheld", "proxy-scheme", "not-tls", "funnel-public", "host-unreachable", "tailnet-lock",
              "exit-node-offline", "not-listening", "name-needed", "cert-not-issued", "cert-untrusted", "name-unresolved",
              "serve-renamed", "bad-target", "routes-not-accepted", "vram-spill"}  # by rows with other evidence
    rows = re.findall(r"^\t\{ (CODE_\w+),\s*LAYER_", texts("probes/verdicts/*.c"), re.M)
    same(rows, codes)
    assert {codes[row] for row in rows if rows.count(row) > 1} == shared, rows
    for name, code in codes.items():
        assert name == "CODE_" + code.upper().replace("-", "_"), name
    spelled = re.findall(r'^\t\{ "[a-z-]+",\s*LAYER_|strcmp\([^;]*code, "[a-z-]+"|has_code\([^;]*"[a-z-]+"',
                         texts("probes/**/*.c") + texts("tui/**/*.c"), re.M)
    assert not spelled, spelled


@test
def the_manual_has_every_code_of_an_event():
    codes = re.findall(r'^#define EVENT_\w+ "([a-z-]+)"', text("probes/model/event_codes.h"), re.M)
    told = [word for line in re.findall(r"^\.It Cm (.*)$", section(MANUALS[1], "EVENT LOG"), re.M)
            for word in line.split(" , ")]
    same(codes, told)


@test
def the_manual_has_every_finding_of_the_audit():
    codes = dict(re.findall(r'^#define ((?:CODE|AUDIT)_\w+) "([a-z-]+)"$',
                            text("probes/model/verdict_codes.h") + text("probes/model/audit_codes.h"), re.M))
    rows = re.findall(r"^\t\{ (\w+), AUDIT_", text("probes/report/audit_rules.c"), re.M)
    assert len(rows) > 10, rows
    same([codes[row] for row in rows], re.findall(r"^\.It Sy (\S+)$", section(MANUALS[0], "AUDIT"), re.M))


@test
def the_manual_has_every_variable_of_an_alarm():
    variables = re.findall(r'ALERT_PREFIX "(\w+)"', text("probes/report/alert_variables.c"))
    same([f"TSLLM_{name}" for name in variables],
         [word for line in re.findall(r"^\.It Ev (.*)$", section(MANUALS[0], "ALARMS"), re.M) for word in line.split(" , ")])


@test
def the_manual_has_every_state():
    names = re.findall(r'\[STATE_\w+\] = "(\w+)"', text("probes/model/states.c"))
    same(names, re.findall(r"^\.It (\w+) Ta \\\[u", section(MANUALS[0], "STATES"), re.M))


@test
def the_manual_has_every_view_under_its_key_and_every_column_that_it_explains():
    listed = re.search(r"views\[\] = \{([^}]*)NULL", text("tui/views/views.c")).group(1)
    files = [text(f"tui/views/{name}.c") for name in re.findall(r"&view_(\w+)", listed)]
    views = [re.search(r'\.title = "(\w+)",\s*\.key = \'(\d)\'', file).groups() for file in files]
    manual = section(MANUALS[0], "THE VIEWS")
    assert re.findall(r"^\.It (\d) (\w+)$", manual, re.M) == [(key, title) for title, key in views], views
    assert f"\n.It {' '.join(key for _, key in views)}\nThis view." in section(MANUALS[0], "KEYS")
    heads = re.findall(r'^\t\{ "([A-Z][A-Z /]+)', "\n".join(files), re.M)
    for word in re.findall(r"^([A-Z]{2,}(?: [A-Z]{2,})*) (?:is|says) ", manual, re.M):
        assert word in heads, word


@test
def the_manual_has_every_member_of_a_snapshot():
    same(json.loads(text("tests/snapshot.schema.json"))["required"], heads(section(MANUALS[0], "JSON"), "Cm"))


@test
def the_manual_names_every_variable_of_the_environment_that_is_read():
    read = re.findall(r'getenv\("(\w+)"\)', texts("tui/**/*.c") + texts("probes/**/*.c"))
    assert "TS_SOCKET" in read, read
    for name in set(read) - {"HOME"}:
        assert re.search(rf"^\.It Ev .*\b{name}\b", text(MANUALS[0]), re.M), name


@test
def the_configuration_manual_has_every_key_with_its_default():
    printed = dict(re.findall(r"^(?:# )?([\w.-]+) = ?(.*)$", with_config([], "--print-config").stdout, re.M))
    keys = section(MANUALS[1], "KEYS")
    same(printed, heads(keys, "Ic"))
    for key, value in printed.items():
        assert re.search(rf"\bDefault: {re.escape(value or 'empty')}[.,]", paragraph(keys, key)), key


@test
def the_configuration_manual_has_every_key_of_an_endpoint():
    same(re.findall(r'\{ "([\w-]+)", take_\w+ \}', text("tui/config.c")), heads(section(MANUALS[1], "ENDPOINTS"), "Ic"))


@test
def the_configuration_manual_has_every_key_of_a_peer():
    part = section(MANUALS[1], "PEERS")
    keys = re.findall(r'\{ "([\w-]+)", &kind_\w+, offsetof\(struct peer_settings,', text("tui/config_keys.c"))
    same(keys, heads(part, "Ic"))
    done = with_config(["[peer gpu1]", *re.findall(r"^\.Dl (.*)$", part, re.M)], "--print-config")
    assert not done.stderr and all(f"\n{key} = " in done.stdout for key in keys), done.stderr + done.stdout


@test
def every_example_of_a_key_is_taken_as_it_stands():
    keys = section(MANUALS[1], "KEYS")
    for key in heads(keys, "Ic"):
        lines = re.findall(r"^\.Dl (.*)$", paragraph(keys, key), re.M)
        done = with_config(lines, "--print-config")
        assert lines and all(line.startswith(f"{key} = ") for line in lines), f"{key}: {lines}"
        assert not done.stderr and f"\n{key} = " in f"\n{done.stdout}", f"{key}: {done.stderr}"


@test
def the_whole_example_is_taken_as_it_stands():
    example = re.findall(r"^\.Bd [^\n]*\n(.*?)^\.Ed", section(MANUALS[1], "EXAMPLES"), re.M | re.S)[0]
    done = with_config(example.splitlines(), "--print-config")
    assert not done.stderr and done.stdout.count("[endpoint ") == 2, done.stderr + done.stdout


@test
def the_configuration_manual_has_every_role_and_theme():
    same(re.findall(r"^([a-z-]+) *=", text("themes/default.theme"), re.M), heads(section(MANUALS[1], "THEMES"), "Cm"))
    for path in glob.glob("themes/*.theme", root_dir=ROOT):
        name = os.path.basename(path).removesuffix(".theme")
        assert re.search(rf"\b{name}\b", section(MANUALS[1], "THEMES")), name


@test
def the_manual_names_every_path_that_a_server_is_asked():
    paths = re.findall(r'^\t\{ "(/[^"]*)", COST_FREE, (?:EVERY_POLL|EVERY_MINUTE|AT_START)', texts("probes/**/*.c"), re.M)
    assert len(paths) > 15, paths
    paper = section(MANUALS[0], "WHAT IS SENT")
    for path in paths:
        assert re.search(rf"(?<![\w/]){re.escape(path)}(?![\w/-])", paper), path


@test
def the_manuals_name_every_port_that_discovery_tries():
    table = re.search(r"usual_ports\[\] = \{([^}]*)\}", text("probes/endpoints/discover_ports.c")).group(1)
    ports = set(re.findall(r"\d+", table)) - {"0"}
    assert len(ports) > 10, ports
    for path in sorted(os.listdir(os.path.join(ROOT, "probes/servers"))):
        for row in re.findall(r"\.ports = \{([^}]*)\}", text(f"probes/servers/{path}")):
            ports |= set(re.findall(r"\d+", row))
    assert "13305" in ports, ports
    for paper in [text(path) for path in MANUALS[:2]]:
        for port in ports:
            assert re.search(rf"\b{port}\b", paper), port


@test
def the_readme_gives_a_reason_for_every_package():
    packages = re.search(r"^PACKAGES := ((?:.*\\\n)*.*)$", text("Makefile"), re.M).group(1).replace("\\\n", " ").split()
    assert len(packages) > 8, packages
    for package in packages:
        assert re.search(rf"^\|[^|]*`{re.escape(package)}`[^|]*\|[^|]*\w", text("README.md"), re.M), package


@test
def the_readme_names_no_target_that_the_makefile_lacks():
    targets = re.search(r"^\.PHONY: (.*)$", text("Makefile"), re.M).group(1).split()
    named = re.findall(r"(?:`|^    )(?:sudo )?make ([a-z-]+)", text("README.md"), re.M)
    assert {"deb", "check", "install", "uninstall"} <= set(named) <= set(targets), named


@test
def several_targets_in_one_call_of_make_build_nothing_twice():
    planned = subprocess.run(["make", "-n", "OUT=build/never", "all", "test-programs", "completions"], cwd=ROOT, text=True, check=True,
                             env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
                             capture_output=True).stdout
    made = re.findall(r"(?:qcs|-o) (\S+)", planned)
    assert len(made) > 500 and len(set(made)) == len(made), sorted(name for name in set(made) if made.count(name) > 1)


@test
def the_readme_shows_what_the_program_draws():
    shown = set(re.findall(r"tui/pictures/([\w.-]+)", text("README.md")))
    assert shown == set(pictures.PICTURES) == set(os.listdir(pictures.FOLDER)), shown
    for name in sorted(shown):
        drawn = pictures.draw(TOP, name)
        assert drawn == pictures.draw(TOP, name) == pictures.kept(name), f"{name}: `make pictures` draws it anew"
        assert len(drawn) < 60000, f"{name}: {len(drawn)} bytes"


@test
def mandoc_finds_no_fault_with_the_manuals():
    if MANDOC:
        done = subprocess.run([MANDOC, "-T", "lint", "-W", "warning", *MANUALS], cwd=ROOT, capture_output=True,
                              text=True)
        assert done.returncode == 0, done.stdout + done.stderr


if not MANDOC:
    mandoc_finds_no_fault_with_the_manuals.__name__ += " # SKIP mandoc is not installed"

if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""What other programs read: the outputs, each by a parser that is not ours, and files that are written whole."""
import csv
import io
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import Skipped, main, raises, test, until
from top import TOP, top

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEMO = os.path.join(ROOT, "tests/fake/demo.scenario")
PROMTOOL = shutil.which("promtool")

# One engine by two URLs, one that is refused, a relayed one.
SMALL = """
daemon magicdns off
config discover = off
config capture = off
door admin:chat https 18443 / llama-server-0.5.0/ready-idle backend 28080
peer gpu1 linux direct 10.99.0.11:41641 rtt 0.4 rate 900000
peer gpu2 linux derp fra rtt 1
door gpu1:ollama raw 21434 ollama-0.17.4/loaded-idle pinned
door gpu1:none raw 18000 refused pinned
door gpu2:vllm raw 18080 vllm-0.32.0-cpu/ready-idle pinned
"""

SAMPLE = re.compile(r'^(\w+)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)$')


def samples(text):
    """The value of each series."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = SAMPLE.match(line)
        assert match, line
        labels = tuple(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2] or ""))
        assert (match[1], labels) not in found, f"twice: {line}"
        assert len(dict(labels)) == len(labels), line
        found[match[1], labels] = float(match[3])
    return found


def printed(output, *words, fake, status=None):
    ended = top("--format", output, *words, fake=fake)
    assert ended.status == status if status is not None else ended.status in (0, 1, 2), (ended.status, ended.errors)
    assert ended.errors == "", ended.errors
    return ended.out


@test
def metrics_are_what_promtool_wants_and_no_series_is_there_twice():
    with FakeTailnet(path=DEMO) as fake:
        text = printed("prometheus", fake=fake)
    found = samples(text)
    assert len(found) > 300, len(found)
    assert {name for name, _ in found} == set(re.findall(r"^# TYPE (\w+) ", text, re.M)) == set(re.findall(r"^# HELP (\w+) .", text, re.M))
    if not PROMTOOL:
        raise Skipped("promtool is not installed (apt install prometheus)")
    checked = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and not checked.stdout + checked.stderr, checked


@test
def an_engine_has_one_name_and_each_of_its_urls_a_row():
    with FakeTailnet(SMALL) as fake:
        found = samples(printed("prometheus", fake=fake))
    infos = [dict(labels) for name, labels in found if name == "tsllm_endpoint_info"]
    own = [info for info in infos if info["peer"] == "admin"]
    assert sorted(info["endpoint"] for info in own) == ["admin:28080", "https://admin:18443"], infos
    assert len({info["engine"] for info in own}) == 1 and len({info["engine"] for info in infos}) == 4, infos
    slots = [dict(labels)["engine"] for name, labels in found if name == "tsllm_engine_request_slots"]
    assert len(slots) == len(set(slots)) and own[0]["engine"] in slots, slots
    states = [labels for name, labels in found if name == "tsllm_endpoint_state" and found[name, labels] == 1]
    assert len(states) == len(infos), states


@test
def a_verdict_that_ended_is_0_and_no_set_of_labels_is_lost():
    """A model is loaded after a while; until then and afterwards, every file is whole."""
    scenario = SMALL + "door gpu1:load raw 18090 llama-server-0.5.0/loading pinned\nat 6 gpu1:load recording llama-server-0.5.0/ready-idle\n"
    with FakeTailnet(scenario) as fake, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tsllm.prom")
        child = subprocess.Popen([TOP, "--config", fake.config, "--socket", fake.socket, "--watch", "--period", "0.5", "--format",
                                  "prometheus", "--output", path], env=fake.environment, stdin=subprocess.DEVNULL)
        seen = []

        def was_loading(value):
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    seen.append(samples(file.read()))
            return any(name == "tsllm_verdict" and dict(labels)["code"] == "loading" and dict(labels)["endpoint"] == "gpu1:18090" and number == value
                       for found in seen[-1:] for (name, labels), number in found.items())
        try:
            began = until(lambda: was_loading(1), 20)
            ended = until(lambda: was_loading(0) and not was_loading(1), 30)
        finally:
            child.terminate()
            child.wait(10)
        assert began, "it did not load"
        assert ended, "the verdict did not end"
        assert os.listdir(folder) == ["tsllm.prom"] and stat.S_IMODE(os.stat(path).st_mode) & 0o444 == 0o444
    for name in ("tsllm_verdict", "tsllm_endpoint_state", "tsllm_peer_path"):
        before, after = ({labels for other, labels in found if other == name} for found in (seen[len(seen) // 2], seen[-1]))
        assert before <= after, before - after


# From the guidelines for plug-ins: STATE and a text, then 'label'=value[unit];[warn];[crit];[min];[max].
NAGIOS = re.compile(r"^TSLLM (OK|WARNING|CRITICAL|UNKNOWN) - [^|]+ \| "
                    r"((?:(?:[^ '=]+|'[^'=]+')=-?[\d.]+(?:us|ms|s|%|[KMGT]?B|c)?(?:;[\d.~@:]*){0,4} ?)+)\n$")


@test
def a_plug_in_s_line_is_the_guidelines_and_its_status_is_the_exit_status():
    for scenario, status, word in ((SMALL, 2, "CRITICAL"), (re.sub(".*refused.*", "", SMALL), 1, "WARNING")):
        with FakeTailnet(scenario) as fake:
            line = printed("nagios", fake=fake, status=status)
        match = NAGIOS.match(line)
        assert match and match[1] == word and len(line) < 1024, line
        figures = dict(figure.split(";")[0].split("=") for figure in match[2].split())
        assert figures["endpoints"] == ("4" if status == 2 else "3") and figures["endpoints_down"] == str(status - 1), line
    nobody = top("--format", "nagios", "--deadline", "0.5", "--socket", "/nowhere", "--tailscale", "/nowhere", environment={"HOME": "/"})
    assert nobody.status in (2, 3) and NAGIOS.match(nobody.out), nobody.out


@test
def every_view_is_csv_of_as_many_fields_as_its_head():
    with FakeTailnet(path=DEMO) as fake:
        for view in ("fleet", "paths", "models", "serve", "clients", "events"):
            text = printed("csv", "--view", view, "--deadline", "30", fake=fake)
            rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
            assert text.endswith("\r\n") and text.count("\r\n") == len(rows), text[-200:]
            assert {len(row) for row in rows} == {len(rows[0])} and all(rows[0]), rows[:2]
            assert view in ("clients", "events") or len(rows) > 3, rows
        fleet = list(csv.DictReader(io.StringIO(printed("csv", "--deadline", "30", fake=fake), newline="")))
        assert {row["state"] for row in fleet} >= {"ok", "down", "stalled"}, {row["state"] for row in fleet}
        times = [row["rttms"] for row in fleet if row["rttms"]]
        assert times and all(float(time) >= 0 and len(time.replace(".", "").strip("0")) <= 6 for time in times), times
        assert all(re.match(r"[\w.-]+$", row["peer"]) for row in fleet), [row["peer"] for row in fleet]


@test
def a_picture_is_xml_of_that_size_in_the_theme_s_colours():
    with FakeTailnet(SMALL) as fake:
        environment = dict(fake.environment, LINES="30")
        pictures = {}
        for theme in ("default", "nord"):
            ended = top("--format", "svg", "--view", "paths", "--theme", f"{ROOT}/themes/{theme}.theme", fake=fake, environment=environment)
            pictures[theme] = xml.etree.ElementTree.fromstring(ended.out)
    for picture in pictures.values():
        assert picture.tag.endswith("svg") and picture.get("height") == str(30 * 17 + 16), picture.attrib
        text = " ".join("".join(part.itertext()) for part in picture)
        assert "gpu2" in text and "DERP fra" in text and "Paths" in text, text
    fills = {theme: {part.get("fill") for part in picture} for theme, picture in pictures.items()}
    assert fills["default"] != fills["nord"] and len(fills["nord"]) > 3, fills


@test
def names_from_outside_are_escaped_by_the_format_and_pseudonyms_where_asked_for():
    """A model's id may be anything."""
    scenario = SMALL + 'instead mid:latest =1+1|\\\\\\"<&,x>\n'
    with FakeTailnet(scenario) as fake:
        text = printed("prometheus", fake=fake)
        models = {dict(labels).get("model") for _, labels in samples(text)}
        rows = list(csv.reader(io.StringIO(printed("csv", "--view", "models", fake=fake), newline=""), strict=True))
        picture = "".join(xml.etree.ElementTree.fromstring(printed("svg", "--view", "models", fake=fake)).itertext())
        hidden = {output: printed(output, "--redact", fake=fake) for output in ("prometheus", "nagios", "http-sd", "csv", "svg")}
    odd = [name for name in models if name and name.startswith("=1+1|")]
    assert odd and "<&,x>" in odd[0], models
    assert any(row[0].startswith("'=1+1|") for row in rows), rows
    assert "<&,x>" in picture, picture
    for output, text in hidden.items():
        assert not re.search(r"gpu1|gpu2|tail4c1d", text), (output, re.search(r".{40}(gpu[12]|tail4c1d).{40}", text))


@test
def a_file_that_cannot_be_written_is_said_before_anything_is_asked_and_the_old_one_stays():
    with FakeTailnet(SMALL) as fake, tempfile.TemporaryDirectory() as folder:
        kept = os.path.join(folder, "kept")
        with open(kept, "w", encoding="utf-8") as file:
            file.write("old")
        cases = [(os.path.join(folder, "none/x"), "No such file or directory"), (folder, "Is a directory"),
                 ("/dev/null", "it is no regular file"), ("/proc/x", "No such file or directory")]
        with tempfile.TemporaryDirectory() as place, socket.socket(socket.AF_UNIX) as daemon:
            daemon.bind(os.path.join(place, "socket"))
            daemon.listen()
            daemon.setblocking(False)
            for path, why in cases:
                ended = top("--format", "csv", "--output", path, "--socket", os.path.join(place, "socket"), fake=fake)
                assert ended.status == 74 and ended.out == "" and why in ended.errors, (path, ended.errors)
                assert ended.errors.startswith(f"tsllm-top: cannot write '{path}"), ended.errors
            assert raises(BlockingIOError, daemon.accept), "tailscaled was asked"
        for words in (["--format", "csv"], ["--format", "json"], ["--format", "prometheus"]):
            limited = subprocess.run(["sh", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@"', "sh", TOP, "--config", fake.config,
                                      "--socket", fake.socket, *words, "--output", kept], env=fake.environment,
                                     stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)
            assert limited.returncode == 74 and "File too large" in limited.stderr, (words, limited)
        with open(kept, encoding="utf-8") as file:
            assert file.read() == "old"
        assert os.listdir(folder) == ["kept"]
        written = top("--once", "--output", kept, fake=fake)
        assert written.status == 2 and written.out == "" and written.errors == "", written.errors
        with open(kept, encoding="utf-8") as file:
            assert "status: down (2)" in file.read()


@test
def what_does_not_go_together_is_refused():
    for words, why in ((["--view", "fleet"], "--view"), (["--format", "csv", "--view", "nosuch"], "not one of Fleet"),
                       (["--output", "x"], "--output"), (["--pick", "m", "--output", "x"], "--output"),
                       (["--watch", "--format", "csv"], "--watch prints json only"), (["--headless"], "--headless"),
                       (["--once", "--listen", "1"], "--listen"), (["--doctor", "--listen", "1"], "--listen")):
        ended = top(*words)
        assert ended.status == 64 and why in ended.errors and ended.out == "", (words, ended.errors)


if __name__ == "__main__":
    sys.exit(main())

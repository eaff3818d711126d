"""--doctor and --audit in one text, for a bug report: its parts, its events, what is not in it, and the file that it is written to."""
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import schema
from fake import FakeTailnet
from naming import left_in, names_in
from tap import main, test
from top import first, once, top, watching

QUIET = "config ignore = all-addresses\n"       # what the machine under the tests listens on is its own affair
TAILNET = f"""
daemon magicdns off
config discover = off
{QUIET}
peer zqbox linux direct 10.99.0.11:41641 rtt 1 tag zqtag
peer zqfriend linux idle shared tail9f3b.ts.net bob@example.org
door zqbox:llama raw 18080 llama-server-0.5.0/ready-idle pinned
"""
PARTS = [r"tsllm-top \S+ --doctor, ", r"tsllm-top \S+ --audit, ", "Events of the last hour", "Versions", "Sent", "Left out"]


def report(fake, *words):
    return top("--doctor", "--audit", *words, "--tailscale", "/no/tailscale", fake=fake)


def state_of(snapshot):
    return snapshot["endpoints"][0]["state"] if snapshot["endpoints"] else ""


def recorded(folder, *happens):
    """Runs of the dashboard that record into a folder: in each the server changes its state once."""
    for event in happens:
        with FakeTailnet(f"{TAILNET}config record = {folder}\n{event}\n") as fake, watching(fake=fake) as snapshots:
            before = first(snapshots, lambda snapshot: state_of(snapshot) == "ok")
            assert before and first(snapshots, lambda snapshot: state_of(snapshot) != "ok"), event


@test
def its_parts_stand_in_a_row_and_it_ends_with_the_worse_status():
    with FakeTailnet(TAILNET) as fake:
        ended, narrow = report(fake), report(fake, "zqbox")
        unknown = report(fake, "zqnobody")
    heads = [re.search(f"^{part}", ended.out, re.M) for part in PARTS]
    assert all(heads) and [head.start() for head in heads] == sorted(head.start() for head in heads), ended.out
    assert ended.status == 0 and not ended.errors, ended.errors
    assert re.search(r"^  tsllm-top  \d", ended.out, re.M) and "libcurl/" in ended.out and "libuv/" in ended.out, ended.out
    assert re.search(r"^  tailscaled 1\.102\.5", ended.out, re.M) and f"Linux {os.uname().release}" in ended.out, ended.out
    assert os.uname().nodename not in ended.out.replace(os.uname().release, ""), ended.out
    assert re.search(r"^  \d+ requests, .* out, .* in: \d+ free$", ended.out, re.M), ended.out
    assert re.search(r"^    GET /health: \d+ to 1 URL, free$", ended.out, re.M), ended.out
    assert "not recorded" in ended.out and "--redact replaces them" in ended.out, ended.out
    assert "of everything but what --doctor was asked about" in narrow.out and "zqfriend" not in narrow.out, narrow.out
    assert unknown.status == 64 and not unknown.out, unknown.out


@test
def the_status_is_the_worse_of_the_two():
    exposed = "door admin:public https 18444 / ollama-0.17.4/loaded-idle backend 28082 funnel\n"
    with FakeTailnet(TAILNET + exposed) as fake:
        doctor, both = top("--doctor", "--tailscale", "/no/tailscale", fake=fake), report(fake)
    assert doctor.status == 1 and both.status == 2, (doctor.status, both.status)
    with FakeTailnet(TAILNET + "door zqbox:gone raw 18081 dead pinned\n") as fake:
        audit, both = top("--audit", "--tailscale", "/no/tailscale", fake=fake), report(fake)
    assert audit.status == 0 and both.status == 2, (audit.status, both.status)


@test
def the_events_of_every_run_that_was_recorded_are_in_it_and_no_name_is():
    with tempfile.TemporaryDirectory(prefix="zq") as folder:
        recorded(folder, "at 3 zqbox:llama die", "at 3 zqbox:llama recording llama-server-0.5.0/loading")
        assert len(os.listdir(folder)) >= 1
        with FakeTailnet(f"{TAILNET}config record = {folder}\n") as fake:
            with open(os.path.join(folder, "zqdiary.tsllm"), "w", encoding="utf-8") as damaged:
                damaged.write("my diary")
            before = sorted(os.listdir(folder))
            plain, file = once(fake), os.path.join(fake.dir, "report")
            ended, data = report(fake, "--redact", "--output", file), report(fake, "--redact", "--format", "json")
            assert sorted(os.listdir(folder)) == before, "a look at what is recorded records nothing"
            with open(file, encoding="utf-8") as whole:
                text = whole.read()
            assert [name for name in os.listdir(fake.dir) if name.startswith("report")] == ["report"], os.listdir(fake.dir)
    assert ended.status == 0 and not ended.out and not ended.errors, ended.out + ended.errors
    events = text.split("Events of the last hour\n")[1].split("\nVersions\n")[0]
    assert re.search(r"^  \d\d:\d\d:\d\d  not-listening  http://peer-\d+\.tailnet\.example:18080: ok → ", events, re.M), text
    assert "left out of the recording: '…' is no recording" in events, text
    assert "left out" in data.json["events_missing"] and "zqdiary" not in text + data.out, data.json["events_missing"]
    assert "ok → loading" in events and events.index("ok → loading") < events.index("not-listening"), text
    names = names_in(plain.json) - {"admin"}        # which is a word of the program's own, too: the admin console
    assert len(names) > 8 and not left_in(text, names) and "zq" not in text + data.out, (left_in(text, names), text)
    assert re.search(r"by pseudonyms: \d+ machines, .*\busers?\b", re.sub(r"\s+", " ", text)), text
    schema.validate(json.dumps(data.json["snapshot"]))
    schema.validate(json.dumps(data.json["audit"]), "audit")
    assert [event["code"] for event in data.json["events"]][:2] == ["loading", "not-listening"], data.json["events"]
    assert data.json["events_from"] < data.json["events_until"] and "tailnets" in data.json["pseudonyms"]


@test
def a_replay_has_the_events_before_its_moment():
    demo = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tui", "share", "demo.tsllm")
    words = ["--replay", demo, "--doctor", "--audit", "--redact"]
    end = top(*words)
    until = re.search(r"recorded from (\S+)Z to (\S+)Z", end.out)
    early = top(*words, "--at", f"{until.group(1)[:-5]}{int(until.group(1)[-5:-3]) + 5:02}:00Z")
    assert len(re.findall(r"^  \d\d:\d\d:\d\d  ", early.out, re.M)) < len(re.findall(r"^  \d\d:\d\d:\d\d  ", end.out, re.M))
    assert "engine-stalled  https" in end.out and "engine-stalled  https" not in early.out, early.out
    assert "where it is replayed" in end.out, end.out


@test
def a_recording_that_cannot_be_read_is_said_without_its_name():
    with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, "zq.tsllm"), "w", encoding="utf-8") as file:
        file.write("nothing of the kind\n")
        file.flush()
        with FakeTailnet(f"{TAILNET}config record = {folder}\n") as fake:
            ended = report(fake, "--redact")
    events = ended.out.split("Events of the last hour\n")[1].split("\nVersions\n")[0]
    assert ended.status == 0 and "recording" in events and "zq" not in ended.out and folder not in ended.out, ended.out


@test
def each_alone_is_written_to_a_file_whole_or_not_at_all():
    with FakeTailnet(TAILNET) as fake:
        file = os.path.join(fake.dir, "report")
        for words, part in ((["--doctor"], "--doctor"), (["--audit"], "--audit"), (["--audit", "--format", "json"], '"findings"')):
            ended = top(*words, "--output", file, "--tailscale", "/no/tailscale", fake=fake)
            with open(file, encoding="utf-8") as whole:
                text = whole.read()
            assert ended.status == 0 and not ended.out and part in text and "\x1b" not in text, (words, ended.errors)
        for words, status in ((["zqnobody"], 64), (["http://127.0.0.1:9", "--passive"], 3)):
            ended = top("--doctor", *words, "--output", file, "--tailscale", "/no/tailscale", fake=fake)
            with open(file, encoding="utf-8") as whole:
                assert ended.status == status and ended.errors and whole.read() == text, ended.errors
        ended = top("--doctor", "--output", os.path.join(fake.dir, "no", "such"), fake=fake)
        assert ended.status == 74 and not ended.out, ended.errors
        assert [name for name in os.listdir(fake.dir) if name.startswith("report")] == ["report"], os.listdir(fake.dir)


if __name__ == "__main__":
    main()

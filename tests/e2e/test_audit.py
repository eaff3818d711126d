"""--audit from outside: what it finds on a whole tailnet, its rules for the policy, what it sends, how it ends."""
import contextlib
import http.server
import json
import os
import re
import socket
import sys
import threading

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(TESTS, "fake"))
sys.path.insert(0, TESTS)

import schema
from fake import FakeTailnet
from tap import main, test
from top import top

WEB_CLIENT = 5252
# What the machine under the tests listens on is its own affair.
QUIET = "config ignore = all-addresses\n"
CLOSED = """
daemon magicdns off
peer gpu1 linux direct 10.99.0.11:41641 rtt 1 tag gpu
door gpu1:chat raw 18080 open-webui-0.12.4/key-missing pinned
"""
OPEN = """
daemon magicdns off
door admin:public https 18444 / ollama-0.17.4/loaded-idle backend 28082 funnel
peer gpu1 linux direct 10.99.0.11:41641 rtt 1
peer gpu2 linux direct 10.99.0.12:41641 rtt 1 tag gpu
peer eve  linux idle user eve@example.org
peer partner linux idle shared tail9f3b.ts.net bob@example.org
door gpu1:ollama raw 21434 ollama-0.17.4/loaded-idle pinned
door gpu2:llama raw 18080 llama-server-0.5.0/ready-idle pinned
door gpu2:chat raw 18081 open-webui-0.12.4/first-start-no-user pinned
"""


def audit(fake, *words):
    ended = top("--audit", *words, "--tailscale", "/no/tailscale", fake=fake)
    if "json" in words:
        schema.validate(ended.out, "audit")
    return ended


def findings(ended):
    return {finding["code"]: finding for finding in reversed(ended.json["findings"])}


@contextlib.contextmanager
def a_page(address, port):
    """What answers there, and which paths were asked, with their headers."""
    asked = []

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"hi")

        def log_message(self, *_words):
            pass

    server = http.server.ThreadingHTTPServer((address, port), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# ---- the policy: as Tailscale documents its file

TAG, GROUP, USER = r"tag:[a-z][a-z0-9-]*", r"group:[a-z0-9-]+", r"[^\s@:]+@[^\s@:]+"
ADDRESS = r"(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f:]+:[0-9a-f:]*"
PORTS = r"\d{1,5}(?:,\d{1,5})*"


def check_sources(rule, policy):
    for source in rule["src"]:
        assert re.fullmatch(rf"{USER}|{GROUP}|{TAG}|autogroup:member", source), source
        assert not source.startswith("group:") or source in policy["groups"], source
        assert not source.startswith("tag:") or source in policy["tagOwners"], source


def check_policy(policy):
    assert set(policy) == {"groups", "tagOwners", "grants", "acls"}, policy
    assert all(re.fullmatch(GROUP, name) and all(re.fullmatch(USER, user) for user in users)
               for name, users in policy["groups"].items()), policy
    assert all(re.fullmatch(TAG, name) and owners for name, owners in policy["tagOwners"].items()), policy
    assert len(policy["grants"]) == len(policy["acls"]) == 3, policy
    for rule in policy["grants"]:
        assert set(rule) == {"src", "dst", "ip"}, rule
        check_sources(rule, policy)
        assert all(re.fullmatch(rf"{TAG}|{ADDRESS}", host) for host in rule["dst"]), rule
        assert rule["ip"] and all(re.fullmatch(r"tcp:\d{1,5}", port) for port in rule["ip"]), rule
    for rule in policy["acls"]:
        assert set(rule) == {"action", "src", "proto", "dst"} and rule["action"] == "accept", rule
        check_sources(rule, policy)
        assert all(re.fullmatch(rf"(?:{TAG}|{ADDRESS}):{PORTS}", host) for host in rule["dst"]), rule


@test
def the_check_of_a_policy_sees_what_is_wrong_with_one():
    good = {"groups": {"group:g": ["a@b.c"]}, "tagOwners": {"tag:t": ["autogroup:admin"]},
            "grants": [{"src": [source], "dst": ["tag:x"], "ip": ["tcp:443"]} for source in ("a@b.c", "group:g", "tag:t")],
            "acls": [{"action": "accept", "src": [source], "proto": "tcp", "dst": ["100.64.0.2:443,80"]}
                     for source in ("a@b.c", "group:g", "tag:t")]}
    check_policy(good)
    for change in (lambda p: p["groups"].clear(), lambda p: p["grants"][0].update(dst=["gpu1"]),
                   lambda p: p["grants"][0].update(ip=["443"]), lambda p: p["acls"][0].update(dst=["tag:x"]),
                   lambda p: p["acls"][0].update(src=["tag:other"])):
        bad = json.loads(json.dumps(good))
        change(bad)
        try:
            check_policy(bad)
        except AssertionError:
            continue
        raise RuntimeError(bad)


# ---- the audit

@test
def a_closed_tailnet_has_notes_alone_and_ends_with_0():
    with FakeTailnet(CLOSED + QUIET) as fake:
        ended = audit(fake)
    assert ended.status == 0 and not ended.errors, ended.out + ended.errors
    assert "0 dangerous, 0 exposed" in ended.out and "[status: ok (0)]" in ended.out, ended.out
    assert re.findall(r"^i ([a-z-]+) \(note\)$", ended.out, re.M) == ["seen-as"], ended.out


@test
def what_is_open_is_found_with_rules_that_a_policy_takes():
    with FakeTailnet(OPEN + QUIET) as fake:
        text, data = audit(fake), audit(fake, "--format", "json")
        once = top("--once", "--format", "json", "--tailscale", "/no/tailscale", fake=fake)
    assert text.status == data.status == 2, text.out
    found = findings(data)
    assert [finding["severity"] for finding in data.json["findings"]] == sorted(
        (finding["severity"] for finding in data.json["findings"]), key=["down", "degraded", "info"].index)
    assert found["funnel-public"]["severity"] == "down" and "asks for no key" in found["funnel-public"]["text"]
    assert found["funnel-public"]["run"].startswith("tailscale serve --bg") or "sudo" in found["funnel-public"]["run"]
    assert found["open-onboarding"]["severity"] == "down" and found["open-onboarding"]["peer"] == "gpu2", data.out
    assert found["open-endpoint"]["severity"] == "degraded" and "of 1 other user" in found["open-endpoint"]["text"]
    assert "/api/delete" in found["management-open"]["text"] and found["false-key"]["severity"] == "info", data.out
    tagged = [finding for finding in data.json["findings"]
              if finding["code"] == "open-endpoint" and finding["peer"] == "gpu2"]
    assert [(finding["severity"], finding["policy"]["grants"][0]["dst"]) for finding in tagged] == [("info", ["tag:gpu"])]
    policies = [finding["policy"] for finding in data.json["findings"] if "policy" in finding]
    assert len(policies) >= 4, data.out
    for policy in policies:
        check_policy(policy)
    assert any("Funnel" in unknown for unknown in data.json["unknown"]), data.out
    assert text.out.count("unknown from here: ") == len(data.json["unknown"]), text.out
    for line in re.findall(r"^ +(?:grants|acls  ) by \w+ +(.*),$", text.out, re.M):
        assert set(json.loads(line)) & {"ip", "proto"}, line
    assert re.search(r"^ +grants by group +\{", text.out, re.M), text.out
    assert '"listeners"' not in once.out, once.out      # without --audit nobody looks


@test
def names_are_hidden_with_redact():
    with FakeTailnet(OPEN + QUIET) as fake:
        plain, text, data = audit(fake), audit(fake, "--redact"), audit(fake, "--redact", "--format", "json")
    who = re.search(r"To others this machine is (\S+) of (\S+)\s+\(([^)]*)\): servers", plain.out)
    assert who and who.group(1) == "admin.tail4c1d.ts.net" and "The policy gives it, as seen from here:" in plain.out, plain.out
    for name in (*who.groups(),"gpu1", "eve", "tail4c1d", "example.net", "tag:gpu"):
        assert not re.search(rf"\b{name}\b", text.out + data.out), name
    assert "open-endpoint" in text.out, text.out
    for finding in data.json["findings"]:
        if "policy" in finding:
            check_policy(finding["policy"])


@test
def what_is_ignored_is_shown_and_does_not_count():
    with FakeTailnet(OPEN + f"{QUIET[:-1]}, funnel-public, open-endpoint@gpu1, management-open, open-onboarding\n") as fake:
        ended = audit(fake)
    muted = set(re.findall(r"^. ([a-z-]+) \(\w+, muted\)$", ended.out, re.M))
    assert muted == {"funnel-public", "open-endpoint", "management-open", "open-onboarding"}, ended.out
    assert ended.status == 1, ended.out    # open-endpoint of this machine is left
    assert "funnel-public (dangerous, muted)" in ended.out, ended.out


@test
def the_web_client_of_a_machine_with_a_server_is_asked_for_once_without_a_key():
    with FakeTailnet(CLOSED + QUIET) as fake:
        with a_page(fake.address("gpu1"), WEB_CLIENT) as asked:
            data = audit(fake, "--format", "json")
            passive = audit(fake, "--passive", "--format", "json")
    assert findings(data)["companion-open"]["about"].endswith(f":{WEB_CLIENT}"), data.out
    assert [path for path, _ in asked] == ["/"], asked
    assert "Authorization" not in asked[0][1], asked
    assert "companion-open" not in findings(passive) and any("--passive" in text for text in passive.json["unknown"])


@test
def the_web_client_of_this_machine_is_known_without_asking():
    with FakeTailnet(CLOSED + "daemon pref RunWebClient on\n") as fake:
        data = audit(fake, "--format", "json")
    assert findings(data)["web-client"]["run"].endswith("tailscale set --webclient=false"), data.out


@test
def a_listener_at_all_addresses_is_named_with_its_program():
    with socket.socket() as listener, FakeTailnet(CLOSED) as fake:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("0.0.0.0", 1337))        # a port that LLM servers use
        except OSError:
            return
        listener.listen()
        data = audit(fake, "--format", "json")
    with open("/proc/self/comm", encoding="utf-8") as file:
        program = file.read().strip()
    assert data.status == 1, data.out
    assert f"{program} listens on port 1337" in findings(data)["all-addresses"]["text"], data.out


@test
def without_a_tailnet_it_cannot_tell():
    ended = top("--audit", "--socket", "/nonexistent/socket", "--tailscale", "/no/tailscale")
    assert ended.status in (1, 3), ended.out       # 1: a listener of this machine
    assert "unknown from here" in ended.out, ended.out


@test
def it_does_not_go_with_other_ways_of_looking():
    for words in (["--watch"], ["--pick", "x"], ["--listen", "1"]):
        ended = top("--audit", *words)
        assert ended.status == 64 and "--audit" in ended.errors, (words, ended.errors)


if __name__ == "__main__":
    main()

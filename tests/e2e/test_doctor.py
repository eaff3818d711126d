"""--doctor from outside: which layer_report it blames, what it prints for whom, and how it ends."""
import json
import os
import re
import sys
import tempfile

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(TESTS, "fake"))
sys.path.insert(0, TESTS)

from fake import FakeTailnet
from tap import main, test
from top import a_cli, top

DEMO = os.path.join(TESTS, "fake", "demo.scenario")
NETCHECK = os.path.join(TESTS, "recordings", "tailscale", "netcheck.json")
WELL = """
daemon magicdns off
peer gpu1 linux direct 10.99.0.11:41641 rtt 1 tag gpu
door gpu1:llama raw 18080 llama-server-0.5.0/ready-idle pinned
"""
SILENT = """
daemon magicdns off
peer box linux direct 10.99.0.12:41641
peer nas linux offline 3h
door box:a raw 21434 black-hole pinned
door nas:a raw 21434 dead pinned
"""


def doctor(fake, *words, cli="/no/tailscale"):
    """Without the machine's own CLI, which would look at the machine's own network."""
    return top("--doctor", *words, "--tailscale", cli, fake=fake)


def flat(text):
    """Wrapped lines in one."""
    return re.sub(r"\s+", " ", text)


def marks(text):
    """The mark of each layer_report, that of the last door where there are several."""
    found = re.findall(r"^(\S) (daemon|host|path|port|tls|http|engine|exposure) ", text, re.M)
    return {layer: mark for mark, layer in found}


@test
def a_healthy_peer_is_ticked_from_the_ground_up_and_pinged_both_ways():
    with FakeTailnet(WELL) as fake:
        ended = doctor(fake, "gpu1")
    assert ended.status == 0, ended.out
    assert marks(ended.out) == {"daemon": "✔", "host": "✔", "path": "✔", "port": "✔", "tls": "·", "http": "✔",
                                "engine": "i", "exposure": "?"}, ended.out
    assert re.findall(r"^ +([a-z-]+) \((?:info|degraded|down)\)$", ended.out, re.M) == ["context-small"], ended.out
    assert re.search(r"^  ✔ disco  ping: [\d.]+ ms, direct 10\.99\.0\.11:41641$", ended.out, re.M), ended.out
    assert re.search(r"^  ✔ TSMP   ping: [\d.]+ ms, inside the tunnel$", ended.out, re.M), ended.out
    for end in ("here", "there"):
        assert re.search(rf" . {end} UDP passes, .* \(as tailscaled here knew it ", flat(ended.out)), ended.out
    assert "Nothing is broken" in ended.out.splitlines()[-1] and "\x1b" not in ended.out


@test
def what_a_mount_leads_to_on_another_machine_is_not_this_machine_s():
    handlers = {"/lan": {"Proxy": "http://192.0.2.7:11434"}, "/gpu": {"Proxy": "http://100.64.0.99:8000"}}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as serve:
        json.dump({"TCP": {"443": {"HTTPS": True}}, "Web": {"admin.tail4c1d.ts.net:443": {"Handlers": handlers}}}, serve)
        serve.flush()
        with FakeTailnet(f"{WELL}daemon serves {serve.name}\n") as fake:
            told = top("--once", "--format", "json", fake=fake).json
    rows = {row["url"]: row for row in told["endpoints"]}
    lan = rows["http://192.0.2.7:11434"]
    assert not lan.get("peer"), lan
    for verdict in lan["verdicts"]:
        assert "admin" not in verdict["fix"] and "tailnet policy" not in verdict["fix"], verdict
    assert any("192.0.2.7" in verdict["fix"] for verdict in lan["verdicts"]), lan
    assert not rows["http://100.64.0.99:8000"].get("peer"), rows
    # A mount that refuses is not set up anew: that would take the place of others.
    mount = rows["https://admin.tail4c1d.ts.net/lan"]["verdicts"][0]
    assert mount["code"] == "not-listening" and "although tailscale serve is set up there" in mount["text"], mount
    assert "restart" in mount["fix"] and "serve --bg" not in mount["fix"], mount


@test
def the_demo_blames_the_right_rung_and_ends_with_its_status():
    rows = {"gpu3": ("path", "relayed", 1), "tower": ("port", "not-listening", 2)}
    with FakeTailnet(path=DEMO) as fake:
        ended = {name: doctor(fake, name) for name in rows}
        fleet = doctor(fake)
    for name, (layer, code, status) in rows.items():
        told = ended[name]
        assert told.status == status, f"{name}: {told.out}"
        assert marks(told.out)[layer] == "✖" and f"  {code} (" in told.out, told.out
        assert f"at the {layer} layer" in told.out, told.out
    assert fleet.status == 2
    for code in ("cert-expired", "bad-gateway", "host-check", "funnel-public", "no-answer", "relayed"):
        assert f"  {code} (" in fleet.out, code


@test
def this_machine_is_asked_from_both_sides_of_each_mount():
    with FakeTailnet(path=DEMO) as fake:
        ended = doctor(fake, "admin")
    assert re.search(r"✖ mount .*/old → .*\n *backend .*: down, not-listening\n *by its name .*: fault, bad-gateway",
                     ended.out), ended.out


@test
def silence_is_told_apart_by_rung():
    with FakeTailnet(SILENT) as fake:
        box, nas = doctor(fake, "box"), doctor(fake, "nas")
    assert box.status == nas.status == 2
    assert (marks(box.out)["path"], marks(box.out)["port"], marks(box.out)["http"]) == ("✔", "✖", "·"), box.out
    assert (marks(nas.out)["host"], marks(nas.out)["path"]) == ("✖", "·"), nas.out
    assert "not checked: see host" in nas.out


@test
def passive_asks_nothing_and_says_so():
    with FakeTailnet(WELL) as fake, a_cli("exit 1") as (cli, said):
        ended = doctor(fake, "gpu1", "--passive", cli=cli)
        assert not os.path.exists(said)
    assert ended.status == 0 and ended.out.count("ping: not asked (--passive)") == 2, ended.out
    assert "netcheck: not asked (--passive)" in ended.out and "nothing was sent" in ended.out, ended.out
    assert marks(ended.out)["port"] == "?", ended.out


@test
def passive_leaves_a_url_unasked_and_cannot_tell():
    with FakeTailnet(WELL) as fake:
        ended = doctor(fake, "http://127.0.0.1:9", "--passive")
        redacted = doctor(fake, "http://zq.example:9", "--passive", "--redact")
    assert ended.status == redacted.status == 3 and "zq" not in redacted.errors, redacted.errors
    assert "'http://127.0.0.1:9' was not asked (--passive)" in ended.errors and not ended.out, ended.errors


@test
def netcheck_is_asked_once_whoever_it_is_about():
    with open(NETCHECK, encoding="utf-8") as file:
        report = file.read()
    with FakeTailnet(WELL) as fake, a_cli(f"cat <<'END'\n{report}\nEND") as (cli, said):
        ended = [doctor(fake, *words, cli=cli) for words in ([], ["gpu1"])]
        with open(said, encoding="utf-8") as file:
            runs = file.read().splitlines()
    for told in ended:
        assert told.status == 0 and re.search(r"^  . here +UDP passes, .*\(by netcheck ", told.out, re.M), told.out
    assert len(runs) == 2 and all(run.endswith(" netcheck --format=json") for run in runs), runs


@test
def a_url_that_nobody_knows_is_examined():
    with FakeTailnet("daemon magicdns off\n") as fake:
        ended = doctor(fake, "http://127.0.0.1:9")
    assert ended.status == 2 and "  not-listening (" in ended.out, ended.out


@test
def a_name_that_nobody_has_is_refused_with_those_like_it():
    with FakeTailnet(WELL) as fake:
        ended = doctor(fake, "gpu2")
    assert ended.status == 64 and "there is gpu1" in ended.errors and not ended.out, ended.errors


@test
def without_tailscaled_it_cannot_tell_and_blames_the_daemon():
    with tempfile.TemporaryDirectory() as folder:
        ended = top("--doctor", "gpu1", "--socket", f"{folder}/none.sock", "--tailscale", f"{folder}/none",
                    environment=dict(os.environ, XDG_CONFIG_HOME=folder, XDG_STATE_HOME=folder))
    assert ended.status == 3 and "tailscaled-missing" in ended.out, ended.out + ended.errors


@test
def a_server_of_this_machine_is_examined_without_tailscaled():
    with FakeTailnet("door admin:a http 18081 / llama-server-0.5.0/ready-idle backend 27431\n") as fake:
        backend = re.search(r"http://127\.0\.0\.1:\d+", fake.localapi("serve-config")[1].decode()).group()
        ended = doctor(fake, backend, "--socket", "/no/tailscaled.sock")
    assert ended.status == 0 and marks(ended.out)["engine"] == "i", ended.out
    assert re.findall(r"^ +([a-z-]+) \((?:info|degraded|down)\)$", ended.out, re.M) == ["context-small"], ended.out
    assert "Nothing is broken" in ended.out.splitlines()[-1] and "tailscaled-missing" not in ended.out, ended.out


@test
def it_prints_text_and_takes_one_operand():
    for words in (["--doctor", "--format", "json"], ["--doctor", "--watch"], ["--doctor", "a", "b"], ["gpu1"],
                  ["--doctor", "http://"]):
        assert top(*words).status == 64, words


if __name__ == "__main__":
    main()

"""--redact from outside: what the tailnet calls its own is in no output, and the outputs stay what they were."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import schema
from fake import FakeTailnet
from tap import main, test
from top import once, top, watching

ODD = """
daemon magicdns off
config discover = off
peer zqbox linux direct 10.99.0.11:41641 rtt 1 tag zqtag
peer zqrelay linux relay 10.99.0.14:40000:vni:3 rtt 1
peer zqfar linux derp fra rtt 1
peer zqfriend linux idle shared tail9f3b.ts.net bob@example.org
door zqbox:llama raw 18080 llama-server-0.5.0/ready-idle pinned
door zqbox:closed raw 18081 dead pinned
door zqfar:ollama raw 21434 ollama-0.17.4/loaded-idle pinned
door zqrelay:gone raw 21435 black-hole pinned
"""


def names_in(snapshot):
    """Every name and address that the fields of a snapshot hold, which is what nobody is to see."""
    daemon, found = snapshot["daemon"], set()
    found.update(daemon[key] for key in ("self", "self_id", "tailnet", "magicdns_suffix"))
    for peer in snapshot["peers"]:
        found.update([peer["id"], peer["name"], peer["fqdn"], peer.get("user"), *peer["addresses"], *peer.get("tags", [])])
        found.add(peer["path"].get("endpoint", "").split(":")[0])
    return {name.lower() for name in found if name and name != "tagged-devices"}


def left_in(text, names):
    return [name for name in names if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text.lower())]


@test
def no_output_shows_a_name_or_an_address_of_the_tailnet():
    with FakeTailnet(ODD) as fake:
        plain = once(fake)
        outputs = {words: top(*words, "--redact", "--tailscale", "/no/tailscale", fake=fake)
                   for words in (("--once",), ("--format", "json"), ("--doctor",), ("--doctor", "zqbox"),
                                 ("--doctor", "zqfar"), ("--doctor", "http://zqbox.tail4c1d.ts.net:18081"))}
    names = names_in(plain.json)
    assert len(names) > 20 and {"zqbox", "admin", "tail4c1d.ts.net", "tag:zqtag", "10.99.0.11"} <= names, names
    assert len(left_in(plain.out, names)) == len(names), set(names) - set(left_in(plain.out, names))
    for words, ended in outputs.items():
        text = ended.out + ended.errors
        assert ended.status in (0, 1, 2) and ended.out, (words, ended.status)
        assert not left_in(text, names) and "zq" not in text, (words, left_in(text, names), text)
        assert "peer-2" in text or "peer-1" in text, (words, text)


@test
def what_is_redacted_obeys_the_schema_and_says_the_same():
    with FakeTailnet(ODD) as fake:
        plain, redacted = once(fake).json, once(fake, "--redact")
    schema.validate(redacted.out)
    redacted = redacted.json
    assert plain["status"] == redacted["status"]
    for key in ("state", "server", "server_version"):
        assert [row.get(key) for row in plain["endpoints"]] == [row.get(key) for row in redacted["endpoints"]], key
    assert [[model["id"] for model in row.get("models", [])] for row in plain["endpoints"]] == \
        [[model["id"] for model in row.get("models", [])] for row in redacted["endpoints"]]
    assert [[row["code"] for row in peer["verdicts"]] for peer in plain["peers"]] == \
        [[row["code"] for row in peer["verdicts"]] for peer in redacted["peers"]]


@test
def whoever_watches_sees_the_same_pseudonyms_all_the_time():
    with FakeTailnet(ODD) as fake, watching("--redact", fake=fake) as snapshots:
        shown = [next(snapshots) for _ in range(8)]
    last = {row["id"]: row["name"] for row in shown[-1]["peers"]}
    assert len(set(last.values())) == 5, last
    for snapshot in shown:
        assert {row["id"]: row["name"] for row in snapshot["peers"]}.items() <= last.items()
        assert "zq" not in json.dumps(snapshot) and "tail4c1d" not in json.dumps(snapshot)


@test
def what_was_typed_is_not_told_either():
    with FakeTailnet(ODD) as fake:
        config = os.path.join(fake.dir, "config.zq")
        with open(config, "w", encoding="utf-8") as file:
            file.write("[endpoint x]\nurl = gopher://zqbox/\n")
        for words in (("--doctor", "zqbo"), ("--doctor", "https://u:zqpw@zqbox/"), ("--endpoint", "zqbox"),
                      ("--doctor", "one", "zqtwo"), ("--config", config), ("--log", f"{fake.dir}/zqno/zqlog")):
            ended = top("--once", *words, "--redact", "--tailscale", "/no/tailscale", fake=fake,
                        environment=dict(fake.environment, HOME=fake.dir))
            told = ended.errors.replace("~/config.zq", "~").replace("~/zqno/zqlog", "~")
            assert told.startswith("tsllm-top: ") and "zq" not in told and fake.dir not in told, (words, told)


@test
def a_key_in_a_url_is_told_to_nobody():
    with FakeTailnet(ODD) as fake:
        for word in ("https://u:sekrit@host/", "http://host/?key=sekrit", "host?key=sekrit"):
            ended = top("--doctor", word, "--tailscale", "/no/tailscale", fake=fake)
            assert ended.status == 64 and "host" in ended.errors and "sekrit" not in ended.errors, ended.errors


if __name__ == "__main__":
    main()

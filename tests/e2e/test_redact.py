"""--redact from outside: what the tailnet calls its own is in no output, and the outputs stay what they were."""
import contextlib
import http.server
import json
import os
import re
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import schema
from fake import FakeTailnet
from naming import left_in, names_in
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


OLLAMA = {
    "/": ("200 OK", "text/plain", "Ollama is running"),
    "/api/version": ("200 OK", "application/json", '{"version":"0.17.4 on zqbuild.corp:443"}'),
    "/api/tags": ("200 OK", "application/json", json.dumps({"models": [
        {"name": "far", "model": "far", "size": 380, "remote_model": "far", "remote_host": "https://zqremote.corp:443"},
        {"name": "file:///srv/zqcorp/m", "model": "file:///srv/zqcorp/m", "size": 5},
        {"name": "s3://zqcorp/m", "model": "s3://zqcorp/m", "size": 5}]})),
    "/api/ps": ("200 OK", "application/json", '{"models":[]}'),
}


@contextlib.contextmanager
def a_server(answers, other):
    """Answers on a loopback port of its own; gives that port."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, kind, body = answers.get(self.path, other)
            self.send_response_only(int(status.split()[0]))
            self.send_header("Location" if status.startswith("3") else "Content-Type", kind)
            self.send_header("Content-Length", len(body))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


@test
def no_output_shows_a_host_that_a_server_tells():
    with FakeTailnet(ODD) as fake, a_server({}, ("302 Found", "//zqsso.corp.local/login?as=zq", "")) as login, \
            a_server(OLLAMA, ("404 Not Found", "text/plain", "")) as ollama:
        urls = [f"--endpoint=http://127.0.0.1:{port}" for port in (login, ollama)]
        plain = once(fake, *urls).out
        for words in (("--once",), ("--format", "json"), ("--doctor",), ("--doctor", f"http://127.0.0.1:{login}"),
                      ("--doctor", f"http://127.0.0.1:{ollama}")):
            ended = top(*words, *urls, "--redact", "--tailscale", "/srv/zq/tailscale", fake=fake)
            assert ended.out and "zq" not in ended.out + ended.errors, (words, ended.out, ended.errors)
            assert "login" in ended.out or str(login) not in ended.out, (words, ended.out)
    for told in ("//zqsso.corp.local/login", "zqremote.corp:443", "file:///srv/zqcorp/m", "s3://zqcorp/m", "zqbuild.corp"):
        assert told in plain, told


@test
def no_output_shows_where_a_socket_or_a_command_is():
    with FakeTailnet(ODD) as fake:
        for words in (("--once",), ("--format", "json"), ("--doctor",)):
            plain, ended = [top(*words, *more, "--socket", "/srv/zq/ts.sock", "--tailscale", "/opt/zq/tailscale",
                                "--deadline", "1", environment=fake.environment) for more in ((), ("--redact",))]
            assert "/srv/zq/ts.sock" in plain.out and "/opt/zq/tailscale" in plain.out, plain.out
            assert "zq" not in ended.out + ended.errors and "/files/file-" in ended.out, ended.out + ended.errors


@test
def what_was_typed_is_not_told_either():
    with FakeTailnet(ODD) as fake:
        config = os.path.join(fake.dir, "config.zq")
        with open(config, "w", encoding="utf-8") as file:
            file.write("[endpoint x]\nurl = gopher://zqbox/\n")
        with open(f"{fake.dir}/zqlog", "w", encoding="utf-8"):
            os.chmod(f"{fake.dir}/zqlog", 0o644)
        for words in (("--doctor", "zqbo"), ("--doctor", "https://u:zqpw@zqbox/"), ("--endpoint", "zqbox"),
                      ("--doctor", "one", "zqtwo"), ("--config", config), ("--log", f"{fake.dir}/zqno/zqlog"),
                      ("--log", f"{fake.dir}/zqlog"), ("--config", f"{fake.dir}/zqno")):
            for home in (fake.dir, "/no/home"):
                ended = top("--once", *words, "--redact", "--tailscale", "/no/tailscale", fake=fake,
                            environment=dict(fake.environment, HOME=home))
                told = ended.errors
                assert told.startswith("tsllm-top: ") and "zq" not in told and fake.dir not in told, (words, told)


@test
def a_key_in_a_url_is_told_to_nobody():
    with FakeTailnet(ODD) as fake:
        for word in ("https://u:sekrit@host/", "http://host/?key=sekrit", "host?key=sekrit", "u:xx/sekrit@host",
                     "http://u:xx/sekrit@host", "http://u:80/sekrit@host"):
            ended = top("--doctor", word, "--tailscale", "/no/tailscale", fake=fake)
            assert ended.status == 64 and "host" in ended.errors and "sekrit" not in ended.errors, ended.errors
        for words in (("--doctor", "http://u:sekrit#x@host"), ("--endpoint", "u:sekrit@host"), ("--sekret=sekrit",),
                      ("--endpoint", "http://u:se/sekrit@host"), ("http://u:xx/sekrit@host",)):
            ended = top(*words, fake=fake)
            assert ended.status == 64 and ended.errors and "sekrit" not in ended.errors, (words, ended.errors)


if __name__ == "__main__":
    main()

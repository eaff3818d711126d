#!/usr/bin/python3
"""--connect: what it prints is taken by the clients it is for, whatever a model is called.

The server is a fake that answers. Clients that are not installed are skipped; tests/clients.py says where they are looked
for.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "fake"), os.path.join(HERE, "..")]

import clients
from llm import ANSWER, LlmServer, ollama, vllm
from tap import Skipped, main, test
from top import top

MODEL = "org/tiny:1b"
KEY = "sk-right"
# Few and long: every client is asked about each.
HOSTILE = ("a'b\"c\\d x: [y] #z </script> '''\"\"\" #{1} %s %{v1} ünïcode→ a\tb\x00c\nd os.environ[1]",
           "$(id)`id`;id {env:HOME}${HOME}{file:/etc/passwd} ${{ secrets.HOME }}", "-rf")
NAMES = [line.split()[0] for line in top("--for", "?", "--connect", "x").errors.split("one of ")[1].split(",")]


def connect(server, *words, config=""):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "config")
        with open(path, "w", encoding="utf-8") as file:
            file.write("discover = off\n" + config)
        os.chmod(path, 0o600)
        return top("--config", path, "--socket", "/run/no/such.sock", "--connect", server.url, *words,
                   environment={**os.environ, "XDG_STATE_HOME": folder, "GPU_KEY": KEY})


def formats(server):
    """The format of each client, by the list."""
    lines = connect(server).out.split("\n\n")[1].splitlines()[1:]
    return {line.split()[0]: line.split()[1] for line in lines}


def keyed(server):
    return f"[endpoint gpu]\nurl = {server.url}\nkey_env = GPU_KEY\n"


def served(name, model=MODEL, key=""):
    """A server that speaks what this client needs."""
    return LlmServer(ollama(model) if name in ("ollama", "openclaw", "vscode", "jetbrains", "n8n") else vllm(model), key)


def texts_of(value):
    """All strings in what a parser made, keys too."""
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in texts_of(part)]
    if isinstance(value, (list, tuple)):
        return [text for part in value for text in texts_of(part)]
    return [value] if isinstance(value, str) else []


def asked_of(server):
    return [(path, headers, body) for path, headers, body in server.asked if "show" not in path]


def runs(name, key=""):
    if not clients.is_here(name):
        raise Skipped(f"{name} is not installed")
    with served(name, key=key) as server:
        printed = connect(server, "--for", name, config=keyed(server) if key else "")
        assert printed.status == 0, printed.errors
        assert KEY not in printed.out + printed.errors, printed.out
        ended = clients.start(name, printed.out, {"GPU_KEY": KEY} if key else {})
        said = ended.stdout.decode(errors="replace")
        assert ended.returncode == 0 and ANSWER in said, (said[-300:], ended.stderr[-600:])
        path, headers, body = asked_of(server)[-1]
        assert body["model"] == MODEL, (path, body["model"])
        assert not key or headers["authorization"] == f"Bearer {KEY}", (path, headers)


def a_client(name):
    def it_is_answered():
        runs(name)
    it_is_answered.__name__ = f"what_is_printed_for_{name.replace('-', '_')}_gets_an_answer"
    test(it_is_answered)
    if name == "ollama":
        return

    def with_a_key():
        runs(name, KEY)
    with_a_key.__name__ = f"and_with_a_key_for_{name.replace('-', '_')}"
    test(with_a_key)


for client in clients.STARTS:
    a_client(client)


@test
def every_client_is_printed_and_its_format_parses():
    with served("codex") as server, served("ollama") as other:
        kinds = formats(server)
        assert sorted(kinds) == sorted(NAMES) and len(NAMES) > 25, sorted(set(kinds) ^ set(NAMES))
        for name, kind in kinds.items():
            printed = connect(server, "--for", name)
            host = server
            if "speaks no" in printed.errors:
                printed, host = connect(other, "--for", name), other
            assert printed.status == 0, (name, printed.errors)
            parse = clients.PARSERS.get(kind, str)
            parsed = parse(printed.out)
            assert host.url in (" ".join(texts_of(parsed)) if kind in ("JSON", "TOML", "YAML", "shell") else printed.out), \
                (name, printed.out)
            assert "%{" not in printed.out and "%?" not in printed.out, (name, printed.out)


@test
def a_hostile_name_is_one_string_in_every_format():
    with served("codex") as server, served("ollama") as other:
        kinds = {name: kind for name, kind in formats(server).items() if kind in ("JSON", "TOML", "YAML", "shell")}
        for model in HOSTILE:
            server.pages, other.pages = vllm(model), ollama(model)
            clean = connect(server).out.splitlines()[0].partition(" on 127.0.0.1")[0]
            for name, kind in kinds.items():
                printed = connect(server, "--for", name)
                if "speaks no" in printed.errors:
                    printed = connect(other, "--for", name)
                if printed.status:
                    assert "would not take the name" in printed.errors and not printed.out, (name, printed.errors)
                    continue
                found = [text for text in texts_of(clients.PARSERS[kind](printed.out)) if text.endswith(clean)]
                carries = name not in ("vscode", "open-webui", "curl", "ollama")
                assert found or not carries, (name, clean, printed.out)
                assert kind == "shell" or not any(word in printed.out.replace("${{ secrets.GPU", "") for word in
                                                  ("{env:", "{file:", "${")), (name, printed.out)


@test
def a_hostile_name_is_one_string_in_python_and_javascript():
    with served("codex") as server:
        for model in HOSTILE:
            server.pages = vllm(model)
            printed = connect(server, "--for", "openai-python").out
            clean = connect(server).out.splitlines()[0].partition(" on 127.0.0.1")[0]
            words = [node.value for node in ast_strings(printed)]
            assert clean in words, (clean, printed)
            if shutil.which("node"):
                literal = connect(server, "--for", "openai-js").out.split("model: ")[1].split(",\n")[0]
                said = subprocess.run(["node", "-p", f"JSON.stringify({literal})"], capture_output=True, check=True).stdout
                assert json.loads(said) == clean, (said, clean)


def ast_strings(text):
    import ast
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@test
def a_server_that_does_not_speak_the_api_is_named_and_nothing_is_printed():
    with LlmServer(ollama(MODEL, "0.12.0")) as old, LlmServer(ollama(MODEL, "0.13.3")) as new:
        refused, taken = connect(old, "--for", "codex"), connect(new, "--for", "codex")
        listed = connect(old).out
    assert (refused.status, refused.out) == (2, ""), refused.out
    assert "Ollama 0.12.0 speaks no Responses API (0.13.3 and newer do): Codex cannot use it" in refused.errors, refused.errors
    assert taken.status == 0 and 'wire_api = "responses"' in taken.out, taken.errors
    assert "Codex cannot use it" in listed and "~/.config/opencode/opencode.json" in listed, listed


@test
def a_model_is_found_by_its_name_as_pick_finds_it():
    with served("codex") as server:
        words = ("--socket", "/run/no/such.sock", "--endpoint", server.url)
        found = top(*words, "--connect", "tiny:1b", "--for", "env")
        picked = top(*words, "--pick", "tiny:1b")
        unknown = top(*words, "--connect", "no-such-model")
    assert picked.out.strip() in found.out and f"OPENAI_MODEL={MODEL}" in found.out, (found.out, found.errors)
    assert unknown.out == "" and unknown.status == 3 and "--connect: no server lists a model" in unknown.errors, unknown.errors


@test
def a_url_with_v1_is_the_same_server_and_one_that_is_not_there_says_why():
    with served("codex") as server:
        plain = connect(server, "--for", "env").out
        server.url += "/v1"
        assert connect(server, "--for", "env").out == plain
    gone = connect(server, "--for", "env")
    assert gone.out == "" and gone.status in (2, 3) and "cannot be used now" in gone.errors, gone.errors


@test
def a_key_that_is_missing_has_a_variable_and_one_in_a_file_a_command():
    with served("env", key=KEY) as server, tempfile.NamedTemporaryFile("w", suffix=" key") as file:
        file.write(KEY)
        file.flush()
        missing = connect(server, "--for", "env")
        filed = connect(server, "--for", "env", config=f"[endpoint gpu]\nurl = {server.url}\nkey_file = {file.name}\n")
    assert 'OPENAI_API_KEY="$LLM_API_KEY"' in missing.out and "wants a key: set LLM_API_KEY" in missing.errors, missing.errors
    assert "OPENAI_MODEL=MODEL" in missing.out and "in place of MODEL" in missing.errors, missing.out
    assert f"LLM_API_KEY=\"$(cat '{file.name}')\"" in filed.errors, filed.errors
    assert KEY not in filed.out + filed.errors + missing.out + missing.errors


@test
def the_manual_has_every_client_and_says_which_were_tried():
    with open(os.path.join(HERE, "..", "..", "man", "tsllm-top.1"), encoding="utf-8") as file:
        section = file.read().split("\n.Sh CLIENTS\n")[1].split("\n.Sh ")[0]
    rows = {lines.split("\n")[0]: lines for lines in section.split(".It Cm ")[1:]}
    with served("codex") as server:
        listed = connect(server).out.split("\n\n")[1].splitlines()[1:]
    told = {line.split()[0]: "tried" in line.split() for line in listed}
    assert told == {name: ", tried." in row for name, row in rows.items()}, set(told) ^ set(rows)
    assert {name for name, is_tried in told.items() if is_tried} == set(clients.STARTS)


@test
def usage_errors_name_what_is_wrong():
    for words, part in ((("--for", "codex"), "goes with it"), (("--connect", ""), "empty"),
                        (("--connect", "x", "--for", "no-such"), "not one of env, curl"), (("--connect", "ftp://x"), "ftp"),
                        (("--connect", "x", "--pick", "x"), "not together"), (("--connect", "x", "--redact"), "--redact")):
        ended = top(*words)
        assert ended.status == 64 and part in ended.errors, (words, ended.errors)


main()

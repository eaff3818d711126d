"""Nightly, for they are large: clients of pinned versions, started on admin with what `--connect` prints there, against servers of the tailnet."""
import os
import subprocess
import sys

import clients
import engines
import servers
from rows import QUIETLY, nightly

FAKE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "fake", "llm.py")
WORDS = ("--n-predict", "24", "--ctx-size", "65536")    # an answer that ends, and room for the prompt of an agent


def connect(lab, top, url, client):
    """What is printed, and the words that run a command where it was printed: there names of the tailnet resolve."""
    words, environment = top.command(lab.admin, [f"--connect={url}", f"--for={client}"], QUIETLY)
    words.remove("--format=json")
    done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done, words[:words.index(top.program)]


def expect_an_answer(lab, top, url, client, word="", patience=clients.PATIENCE_S):
    """The certificate is from the lab's own authority, and the warning says what clients need for that."""
    done, where = connect(lab, top, url, client)
    trust = {name: lab.ca for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")}
    assert all(f"{name}={path}" in done.stderr for name, path in trust.items()) == url.startswith("https"), done.stderr
    ended = clients.start(client, done.stdout, trust if url.startswith("https") else {}, wrap=where, patience=patience)
    said = ended.stdout.decode(errors="replace")
    assert ended.returncode == 0 and said.strip() and word in said, \
        f"{client}: {said[-300:]} {ended.stderr.decode(errors='replace')[-600:]}"


@nightly
def what_is_printed_connects_clients_to_a_real_llama_server(lab, top):
    clients.use(*(engines.installed(name) for name in ("clients-python", "clients-node")))
    with servers.llama_server(lab.gpu1, *WORDS) as server, server.served() as url:
        for client in ("env", "curl", "openai-python", "openai-js", "anthropic-python", "llm"):
            before = server.metrics()["tokens_predicted_total"]
            expect_an_answer(lab, top, url, client)
            assert server.metrics()["tokens_predicted_total"] > before, f"{client} asked nothing"


@nightly
def what_is_printed_connects_aider_to_a_real_llama_server(lab, top):
    clients.use(engines.installed("clients-aider"))
    with servers.llama_server(lab.gpu1, *WORDS) as server:
        expect_an_answer(lab, top, server.direct, "aider")
        assert server.metrics()["tokens_predicted_total"], "aider asked nothing"


@nightly
def what_is_printed_connects_codex_to_a_real_llama_server(lab, top):
    """Its prompt is 26,000 tokens of a model that reads byte by byte: 42 of 50 s, measured on two busy cores."""
    clients.use(engines.installed("clients-node"))
    with servers.llama_server(lab.gpu1, *WORDS) as server:
        expect_an_answer(lab, top, server.direct, "codex", patience=300)
        assert server.metrics()["tokens_predicted_total"], "Codex asked nothing"


@nightly
def what_is_printed_connects_the_ollama_command_to_a_real_ollama(lab, top):
    clients.use(engines.installed("ollama"))
    with servers.ollama(lab.gpu1) as server:
        server.post("/api/create", **{"from": "warm", "model": "brief"}, parameters={"num_predict": 16}, stream=False)
        server.load("brief", "10m")
        server.load("warm", 0)
        expect_an_answer(lab, top, server.direct, "ollama")


@nightly
def what_is_printed_connects_agents_to_a_server_that_answers(lab, top):
    clients.use(engines.installed("clients-node"))
    words = [sys.executable, FAKE, "9600", "org/tiny:1b"]
    with servers.running(lab.gpu1, 9600, words) as server, server.served(path="/llm") as url:
        expect_an_answer(lab, top, server.direct, "codex", "Pineapple")
        expect_an_answer(lab, top, url, "opencode", "Pineapple")

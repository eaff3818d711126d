#!/usr/bin/python3
"""--canary: what it says before it sends, what it sends, and what it says of the answer, of every kind."""
import json
import os
import pty
import signal
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "fake"), os.path.join(HERE, "..")]

from fake import FakeTailnet
from llm import LlmServer, litellm, llama_server, ollama, vllm
from schema import validate
from tap import main, test
from terminal import Terminal
from top import TOP, Ended, top

DEMO = os.path.join(HERE, "..", "fake", "demo.scenario")
MODEL = "org/tiny"
KEY = "sk-5ecret-of-the-test"
PATIENCE_S = 30     # of events that come in any case


class Setting:
    """A configuration of its own for one run of the program."""

    def __init__(self, server, more="", keyed=False):
        self.server, self.more, self.keyed = server, more, keyed

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "config")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"discover = off\ncapture = off\n{self.more}\n")
            if self.keyed:
                file.write(f"[endpoint a]\nurl = {self.server.url}\nkey_env = GPU_KEY\n")
        self.config, self.socket = path, "/run/no/such.sock"
        self.words = [TOP, "--config", path, "--socket", self.socket, "--tailscale", f"{self.folder.name}/none"]
        self.environment = {**os.environ, "XDG_STATE_HOME": self.folder.name, "GPU_KEY": KEY, "COLUMNS": "120"}
        return self

    def __exit__(self, *_):
        self.folder.cleanup()


def canary(server, *words, word="", **setting):
    with Setting(server, **setting) as it:
        done = subprocess.run([*it.words, "--canary", word or server.url, *words], env=it.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    return Ended(done)


def sent(server, *words, status=0, **setting):
    """One object of JSON: the user has agreed."""
    ended = canary(server, "--yes", "--format", "json", *words, **setting)
    assert ended.status == status, (ended.status, ended.out, ended.errors)
    return validate(ended.out, of="canary_report")[0]


def posts(server):
    return [(path, body) for path, _, body in server.asked]


def chat_event(**delta):
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


END = {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}


def streaming(*events):
    """Answers with these events, each written on its own."""
    def answer(handler, _body):
        handler.begin_stream()
        for event in events:
            handler.send_event(event)
    return answer


def refusing(status, body, kind="application/json"):
    def answer(handler, _body):
        handler.send(status, kind, body if isinstance(body, str) else json.dumps(body))
    return answer


# ---- before it sends

@test
def nothing_is_sent_without_a_terminal_to_ask_on_and_its_cost_is_said():
    with LlmServer(ollama(MODEL, is_loaded=False)) as server:
        ended = canary(server)
        assert ended.status == 64 and not posts(server) and not ended.out, (ended.status, ended.out)
        for part in (f"asks {MODEL} on 127.0.0.1 (Ollama) for 16 tokens: POST {server.url}/api/chat", "this loads it",
                     "sends no key", "nothing was sent: there is no terminal to ask on, and --yes was not given"):
            assert part in ended.errors, (part, ended.errors)


@test
def on_a_terminal_y_sends_it_and_everything_else_does_not():
    for typed, status, count in ((b"y\n", 0, 1), (b"n\n", 3, 0), (b"\n", 3, 0), (b"\x04", 3, 0)):
        with LlmServer(vllm(MODEL)) as server, Setting(server) as it:
            ours, theirs = pty.openpty()
            with subprocess.Popen([*it.words, "--canary", server.url], env=it.environment, stdin=theirs,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
                said = b""
                while b"[y/N]" not in said:
                    said += child.stderr.read(1)
                assert not posts(server), posts(server)
                os.write(ours, typed)
                child.communicate(timeout=30)
            os.close(ours)
            os.close(theirs)
            assert (child.returncode, len(posts(server))) == (status, count), (typed, child.returncode, posts(server))


@test
def words_that_do_not_go_together_are_refused():
    with LlmServer(vllm(MODEL)) as server:
        for words, part in (((("--count", "0"), "1 to 20")), (("--count", "21"), "1 to 20"), (("--watch",), "--canary"),
                            (("--format", "csv"), "--canary prints text, json only"), (("--passive",), "--passive"),
                            (("--pick", "x"), "--canary"), (("--redact",), "--redact")):
            ended = canary(server, "--yes", *words)
            assert ended.status == 64 and part in ended.errors, (words, ended.status, ended.errors)
        for words in (("--yes",), ("--count", "2"), ("--model", "x")):
            with Setting(server) as it:
                done = subprocess.run([*it.words, "--once", *words], env=it.environment, capture_output=True, check=False)
            assert done.returncode == 64, (words, done.stderr)
        assert not posts(server), posts(server)


@test
def in_a_replay_nothing_is_sent():
    with LlmServer(vllm(MODEL)) as server, Setting(server) as it:
        path = os.path.join(it.folder.name, "r")
        once = subprocess.run([*it.words, "--endpoint", server.url, "--once", "--record", path], env=it.environment,
                              capture_output=True, check=False)
        assert os.path.exists(path), once.stderr
        done = subprocess.run([*it.words, "--replay", path, "--canary", server.url, "--yes"], env=it.environment,
                              capture_output=True, check=False)
        assert done.returncode == 64 and b"not in a replay" in done.stderr, done.stderr
        assert not posts(server), posts(server)


@test
def a_model_that_is_not_there_and_a_server_that_is_down_are_told_apart():
    with LlmServer(vllm(MODEL)) as server:
        ended = canary(server, "--yes", "--endpoint", server.url, word="nothing-like-it")
        assert ended.status == 3 and "no server lists a model" in ended.errors, (ended.status, ended.errors)
        ended = canary(server, "--yes", "--model", "other")
        assert ended.status == 64 and "other is no model of that server" in ended.errors, ended.errors
        ended = canary(server, "--yes", word="http://127.0.0.1:1")
        assert ended.status == 2 and "cannot be used now: down" in ended.errors, (ended.status, ended.errors)
        assert not posts(server), posts(server)


# ---- what it sends, and what comes

@test
def a_chat_completion_is_small_streamed_and_asks_for_nothing_else():
    with LlmServer(vllm(MODEL)) as server:
        found = sent(server)
        path, body = posts(server)[0]
        assert path == "/v1/chat/completions" and len(posts(server)) == 1, posts(server)
        prompt = body.pop("messages")
        assert len(prompt) == 1 and len(prompt[0]["content"]) < 60, prompt
        assert body == {"model": MODEL, "stream": True, "max_tokens": 16, "temperature": 0,
                        "stream_options": {"include_usage": True}}, body
        one, = found["canary"]
        assert found["status"] == "ok" and one["state"] == "done" and one["key_sent"] is False, found
        assert one["tokens"] == 1 and one["counted_by"] == "server" and one["http_status"] == 200, one
        assert one["ttft_ms"] >= 0 and one["connect_ms"] >= 0 and "tls_ms" not in one and "load_ms" not in one, one


@test
def the_demo_s_engines_answer_as_real_ones_do():
    kinds = {"qwen3:32b": ("Ollama API", 90), "http://gpu2.tail4c1d.ts.net:28080": ("chat completions API", 80),
             "https://gpu3.tail4c1d.ts.net:18443": ("chat completions API", None)}
    with FakeTailnet(path=DEMO) as fake:
        for word, (api, prefill_ms) in kinds.items():
            ended = top("--canary", word, "--yes", "--format", "json", fake=fake)
            one, = validate(ended.out, of="canary_report")[0]["canary"]
            assert one["state"] == "done" and one["api"] == api and one["tokens"] == 16, (word, one)
            assert one["counted_by"] == "server" and one.get("prefill_ms") == prefill_ms, (word, one)


@test
def a_cold_ollama_says_where_the_time_went_and_is_asked_for_its_models_own_context():
    last = {"done": True, "done_reason": "length", "load_duration": 3_000_000_000, "prompt_eval_count": 14,
            "prompt_eval_duration": 200_000_000, "eval_count": 16, "eval_duration": 400_000_000}

    def answer(handler, _body):
        handler.begin_stream("application/x-ndjson")
        for line in ({"message": {"role": "assistant", "content": "one"}, "done": False}, last):
            handler.wfile.write(json.dumps({"model": MODEL, **line}).encode() + b"\n")

    with LlmServer(ollama(MODEL, is_loaded=False)) as server:
        server.answer = answer
        one, = sent(server)["canary"]
        assert one["cost"] == "loads" and one["cold"] is True and one["api"] == "Ollama API", one
        assert (one["load_ms"], one["prefill_ms"], one["decode_ms"]) == (3000, 200, 400), one
        assert one["tokens"] == 16 and one["tokens_per_s"] == 40 and one["decode_source"] == "server", one
        assert posts(server)[0][1]["options"] == {"num_predict": 16, "temperature": 0}, posts(server)
        assert "keep_alive" not in posts(server)[0][1], posts(server)
        ended = canary(server, "--yes")
        for part in ("the model was not loaded; 40 tok/s (16 tokens, as the server counts)", "3000 ms    as the server says",
                     "packets: unknown (they are not watched)", "engine's counters: unknown"):
            assert part in ended.out, (part, ended.out)
    with LlmServer(ollama(MODEL)) as server:
        server.answer = answer
        one, = sent(server)["canary"]
        assert one["cost"] == "resets-idle" and one["cold"] is False, one
        assert posts(server)[0][1]["options"]["num_ctx"] == 131072, posts(server)


@test
def a_thought_is_a_token_and_a_comment_is_none():
    def answer(handler, _body):
        handler.begin_stream()
        handler.wfile.write(b": keepalive 18/19\n\n")
        handler.send_event(chat_event(role="assistant"))
        for event in (chat_event(reasoning_content="hm"), chat_event(reasoning_content="m"), chat_event(content="one"), END):
            handler.send_event(event)

    with LlmServer(vllm(MODEL)) as server:
        server.answer = answer
        one, = sent(server)["canary"]
        assert one["thinking"] is True and one["tokens"] == 3 and one["counted_by"] == "events", one


@test
def llama_servers_own_times_are_taken():
    times = {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}], "timings":
             {"prompt_n": 12, "prompt_ms": 150.5, "predicted_n": 16, "predicted_ms": 320}}
    with LlmServer(llama_server(MODEL)) as server:
        server.answer = streaming(chat_event(content="one"), times, "[DONE]")
        one, = sent(server)["canary"]
        assert (one["prefill_ms"], one["decode_ms"], one["tokens_per_s"]) == (150.5, 320, 50), one


@test
def the_engines_counters_are_read_before_and_after():
    def answer(handler, body):
        streaming(chat_event(content="one"), END)(handler, body)
        handler.server.pages["/metrics"] = handler.server.pages["/metrics"].replace(" 100", " 116").replace(" 200", " 214")

    with LlmServer(vllm(MODEL)) as server:
        server.answer = answer
        one, = sent(server)["canary"]
        assert one["engine_counters"]["generated_tokens"] == 16 and one["engine_counters"]["prompt_tokens"] == 14, one
        ended = canary(server, "--yes")
        assert "engine's counters: 0 tokens and 0 of prompts in " in ended.out, ended.out


@test
def several_follow_each_other_and_the_first_is_apart():
    open_at_once = []

    def answer(handler, _body):
        open_at_once.append(1)
        streaming(chat_event(content="one"), END)(handler, _body)

    with LlmServer(ollama(MODEL, is_loaded=False)) as server:
        server.pages = vllm(MODEL)
        server.answer = answer
        found = sent(server, "--count", "3")
        assert [one["number"] for one in found["canary"]] == [1, 2, 3] and found["done"] == 3, found
        assert found["after_the_first"]["ttft_ms"]["count"] == 2, found
        assert len(posts(server)) == 3 == len({body["messages"][0]["content"] for _, body in posts(server)}), posts(server)
        ended = canary(server, "--yes", "--count", "2")
        assert "after the first, median and range: first token" in ended.out, ended.out


@test
def a_whole_answer_has_no_first_token():
    whole = {"object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "one"}}],
             "usage": {"prompt_tokens": 3, "completion_tokens": 5}}
    with LlmServer(vllm(MODEL)) as server:
        server.answer = refusing(200, whole)
        one, = sent(server)["canary"]
        assert one["whole"] is True and "ttft_ms" not in one and one["tokens"] == 5, one


@test
def a_server_that_does_not_end_is_left():
    gone = threading.Event()

    def answer(handler, _body):
        handler.begin_stream()
        try:
            while True:
                handler.send_event(chat_event(content="more and more"))
        except OSError:
            gone.set()

    with LlmServer(vllm(MODEL)) as server:
        server.answer = answer
        one, = sent(server)["canary"]
        assert one["over_limit"] is True and one["state"] == "done" and 64 < one["tokens"] < 1000, one
        assert gone.wait(PATIENCE_S)


# ---- failures

@test
def a_key_goes_to_its_server_and_into_no_output():
    echo = {"error": {"message": f"Incorrect API key provided: {KEY}\x1b[2J\u202e."}}
    with LlmServer(vllm(MODEL)) as server:
        server.answer = refusing(401, echo)
        found = sent(server, keyed=True, status=2)
        one, = found["canary"]
        assert one["trouble"] == "refused" and one["http_status"] == 401 and one["key_sent"] is True, one
        assert "it rejects the key (HTTP 401): Incorrect API key" in one["text"], one
        assert server.asked[0][1]["authorization"] == f"Bearer {KEY}", server.asked
        ended = canary(server, "--yes", keyed=True)
        assert KEY not in ended.out + ended.errors + json.dumps(found), ended.out
        assert "sends the key in $GPU_KEY" in ended.errors and "\x1b" not in ended.out and "\u202e" not in ended.out, ended.out
        one, = sent(server, status=2)["canary"]
        assert "it wants a key (HTTP 401)" in one["text"] and one["key_sent"] is False, one


@test
def errors_become_one_sentence():
    for status, body, part in (
            (404, {"error": {"message": "model 'org/tiny' not found"}}, "it does not know this model, or has no such API (HTTP 404)"
                                                                       ": model 'org/tiny' not found"),
            (400, {"error": "max_tokens is not supported"}, "it does not take the request (HTTP 400): max_tokens is"),
            (402, {"error": {"message": "Insufficient credits"}}, "it wants to be paid (HTTP 402): Insufficient credits"),
            (429, {"detail": "quota exceeded"}, "the quota is used up (HTTP 429): quota exceeded"),
            (500, "Internal Server Error", "the server failed (HTTP 500): Internal Server Error"),
            (502, "<html>nginx</html>", "the server behind it does not answer (HTTP 502)"),
            (200, "<html>a login</html>", "the answer has no token in it (HTTP 200)")):
        with LlmServer(vllm(MODEL)) as server:
            server.answer = refusing(status, body)
            one, = sent(server, status=2)["canary"]
            assert part in one["text"] and "html" not in one["text"], one["text"]


@test
def an_error_within_the_stream_is_one_even_if_it_ends_well():
    with LlmServer(vllm(MODEL)) as server:
        server.answer = streaming(chat_event(content="one"), {"error": {"message": "EngineCore died"}}, "[DONE]")
        one, = sent(server, status=2)["canary"]
        assert one["trouble"] == "refused" and "the answer began, and failed (HTTP 200): EngineCore died" in one["text"], one
        server.answer = streaming(chat_event(content="one"), chat_event(content="two"))
        one, = sent(server, status=2)["canary"]
        assert one["trouble"] == "broken-off" and "broke off after 2 tokens" in one["text"], one


@test
def a_redirect_is_not_followed():
    with LlmServer(vllm(MODEL)) as other, LlmServer(vllm(MODEL)) as server:
        def answer(handler, _body):
            handler.send_response_only(307)
            handler.send_header("Location", f"{other.url}/v1/chat/completions?key=x")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        server.answer = answer
        one, = sent(server, keyed=True, status=2)["canary"]
        assert one["trouble"] == "redirected" and f"redirects to {other.url}/v1/chat/completions, which" in one["text"], one
        assert not posts(other), posts(other)


@test
def a_stall_ends_at_the_limit_before_the_first_token_and_after_it():
    for events, trouble in ((), "no-token"), ((chat_event(content="one"),), "stalled"):
        done = threading.Event()

        def answer(handler, body, events=events, done=done):
            streaming(*events)(handler, body)
            done.wait(PATIENCE_S)

        with LlmServer(vllm(MODEL)) as server:
            server.answer = answer
            one, = sent(server, more="canary-limit = 1", status=2)["canary"]
            done.set()
            assert one["state"] == "failed" and one["trouble"] == trouble, one
            assert ("ttft_ms" in one) == bool(events) and one["connect_ms"] >= 0, one


@test
def the_first_failure_ends_a_series():
    with LlmServer(vllm(MODEL)) as server:
        def answer(handler, body):
            (streaming(chat_event(content="one"), END) if len(server.asked) < 2 else refusing(500, "x"))(handler, body)

        server.answer = answer
        found = sent(server, "--count", "9", status=1)
        assert (found["done"], found["failed"], found["status"]) == (1, 1, "degraded"), found
        assert len(posts(server)) == 2, posts(server)


@test
def what_never_ends_a_line_is_cut_off():
    def answer(handler, _body):
        handler.begin_stream()
        handler.wfile.write(b"data: " + b"x" * (1 << 18))

    with LlmServer(vllm(MODEL)) as server:
        server.answer = answer
        one, = sent(server, status=2)["canary"]
        assert one["trouble"] == "too-big", one


@test
def it_ends_with_the_last_event_and_not_with_the_connection():
    lines = [{"message": {"content": "one"}, "done": False},
             {"message": {"content": ""}, "done": True, "eval_count": 16, "eval_duration": 10**8, "prompt_eval_count": 7}]
    streams = {vllm: [f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n"
                      for event in (chat_event(content="one"), END, {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 16}}, "[DONE]")],
               ollama: [json.dumps(line) + "\n" for line in lines]}
    for kind, parts in streams.items():
        gone = threading.Event()

        def answer(handler, _body, parts=parts, gone=gone):
            handler.begin_stream()
            for part in parts:
                handler.wfile.write(part.encode())
            if not handler.connection.recv(1):
                gone.set()

        with LlmServer(kind(MODEL)) as server:
            server.answer = answer
            one, = sent(server)["canary"]
            assert gone.wait(PATIENCE_S) and one["state"] == "done" and one["tokens"] == 16 and one["prompt_tokens"] == 7, one


def never_answers(server):
    """It begins a stream and waits: what says that it has begun, and that the other end is gone."""
    begun, gone = threading.Event(), threading.Event()

    def answer(handler, _body):
        handler.begin_stream()
        begun.set()
        if not handler.connection.recv(1):
            gone.set()

    server.answer = answer
    return begun, gone


@test
def a_signal_closes_the_connection():
    with LlmServer(vllm(MODEL)) as server, Setting(server) as it:
        begun, gone = never_answers(server)
        with subprocess.Popen([*it.words, "--canary", server.url, "--yes", "--format", "json"], env=it.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            assert begun.wait(PATIENCE_S)
            child.send_signal(signal.SIGINT)
            out, _ = child.communicate(timeout=30)
        assert gone.wait(PATIENCE_S)
        one, = validate(out.decode(), of="canary_report")[0]["canary"]
        assert child.returncode == 3 and one["state"] == "cancelled", (child.returncode, one)


# ---- on the screen

def pinned(server):
    return f"[endpoint a]\nurl = {server.url}\n"


@test
def c_asks_and_what_came_stays_in_detail_and_in_a_recording():
    with LlmServer(vllm(MODEL)) as server, Setting(server, more=pinned(server)) as it:
        record = os.path.join(it.folder.name, "r")
        with Terminal(it, 100, 40, "--record", record) as terminal:
            assert terminal.shows(MODEL), terminal.text()
            terminal.press("c")
            for part in ("Send a canary? y sends it", f"asks {MODEL} on", "the model is loaded", "sends no key"):
                assert terminal.shows(part), (part, terminal.text())
            terminal.press("n")
            assert terminal.shows("no canary was sent") and not posts(server), terminal.text()
            terminal.press("enter", "c", "y")
            assert terminal.shows("canary: first token after"), terminal.text()
            assert len(posts(server)) == 1, posts(server)
            terminal.press("G")
            for part in ("POST /v1/chat/completions", "resets-idle"):
                assert terminal.shows(part), (part, terminal.text())
            terminal.press("g", "j", "j", "j", "j", "j", "j", "j", "j")
            assert terminal.shows("CANARY") and terminal.shows("rest "), terminal.text()
            terminal.press("Q")
            terminal.wait()
        with Terminal(it, 100, 60, "--replay", record) as terminal:
            assert terminal.shows(MODEL), terminal.text()
            terminal.press("}", "enter")
            assert terminal.shows("CANARY") and terminal.shows("first token after"), terminal.text()
            terminal.press("c")
            assert terminal.shows("not in a replay"), terminal.text()
        assert len(posts(server)) == 1, posts(server)


@test
def one_that_waits_says_so_and_escape_closes_its_connection():
    with LlmServer(vllm(MODEL)) as server, Setting(server, more=pinned(server)) as it:
        begun, gone = never_answers(server)
        with Terminal(it, 100, 40) as terminal:
            assert terminal.shows(MODEL), terminal.text()
            terminal.press("c", "y")
            assert begun.wait(PATIENCE_S) and terminal.shows("canary: waiting for the first token"), terminal.text()
            terminal.press("c")
            assert terminal.shows("a canary is on its way: Esc ends it"), terminal.text()
            terminal.press("escape")
            assert terminal.shows("canary: cancelled after"), terminal.text()
            assert gone.wait(PATIENCE_S) and len(posts(server)) == 1, posts(server)
            terminal.press("enter")
            assert terminal.shows("before the first token"), terminal.text()


# ---- gateways

@test
def a_gateways_model_has_to_be_named_and_may_be_billed():
    with LlmServer(litellm("gpt-x", "claude-y")) as server:
        ended = canary(server, "--yes")
        assert ended.status == 64 and "has several models: name one (--model)" in ended.errors, ended.errors
        ended = canary(server, "--model", "gpt-x")
        assert ended.status == 64 and "may be billed: this gateway" in ended.errors and not posts(server), ended.errors
        one, = sent(server, "--model", "gpt-x")["canary"]
        assert one["cost"] == "bills" and posts(server)[0][1]["model"] == "gpt-x", one


if __name__ == "__main__":
    main()

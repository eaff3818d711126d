#!/usr/bin/python3
"""Do the fake tailnet's servers and their doors what they promise?"""
import contextlib
import glob
import json
import os
import re
import socket
import ssl
import struct
import sys
import time

from tap import main, raises, test, until

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "fake"))
from fake import FakeTailnet                                                        # noqa: E402
import recordings                                                                   # noqa: E402

LLAMA, OLLAMA = "llama-server-0.5.0/ready-idle", "ollama-0.17.4/loaded-idle"
PEERS = """
peer gpu1 linux direct 10.99.0.11:41641 rtt 0.3
peer nas linux offline 3h
"""


def recorded(name):
    with open(os.path.join(TESTS, "recordings", name), "rb") as file:
        return file.read()


@test
def a_raw_door_plays_the_recorded_bytes():
    with FakeTailnet(PEERS + f"door gpu1:a raw 18080 {LLAMA}") as fake, fake.connect("gpu1", 18080) as wire:
        real = recorded(f"{LLAMA}/v1-models.http")
        wire.sendall(b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n")
        heard = b""
        while len(heard) < len(real):
            heard += wire.recv(4096)
    assert heard == real


@test
def a_loaded_model_expires_as_far_from_now_as_it_did_then():
    real = json.loads(recorded(f"{OLLAMA}/api-ps.http").partition(b"\r\n\r\n")[2])
    with FakeTailnet(PEERS + f"door gpu1:a raw 21434 {OLLAMA}") as fake:
        ours = json.loads(fake.get("gpu1", 21434, "/api/ps")[2])
    assert ours["models"][0]["expires_at"][:19] > time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    ours["models"][0]["expires_at"] = real["models"][0]["expires_at"]
    assert ours == real


def chat(fake, stream=True, path="/v1/chat/completions", **body):
    """The answer to a chat completion of three tokens: its head and its events."""
    body = json.dumps({"stream": stream, "max_tokens": 3, "messages": [], **body}).encode()
    with fake.connect("gpu1", 18080) as wire:
        wire.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                     % (path.encode(), len(body)) + body)
        heard = b"".join(iter(lambda: wire.recv(4096), b""))
    head, _, events = heard.partition(b"\r\n\r\n")
    return head, re.findall(rb"^(?:data: )?([\[{].+)\n", events, re.M)


def token_texts(events):
    deltas = [event["message"] if "message" in event else event["choices"][0]["delta"] for event in events]
    return [delta["content"] for delta in deltas if delta.get("content")]


@test
def a_streamed_completion_is_asked_for_and_comes_in_events():
    with FakeTailnet(PEERS + f"door gpu1:a raw 18080 {LLAMA} streams 200 10") as fake:
        head, events = chat(fake)
        assert b"200 OK" in head and b"text/event-stream" in head, head
        assert events[-1] == b"[DONE]", events
        *told, usage = map(json.loads, events[:-1])
        assert token_texts(told) == ["The", " model", " reads"] and told[-1]["choices"][0]["finish_reason"] == "length", told
        assert usage["usage"]["completion_tokens"] == 3 and usage["timings"]["predicted_per_second"] == 200, usage
        assert chat(fake, stream=False)[1] == []
    with FakeTailnet(PEERS + f"door gpu1:a raw 18080 {LLAMA}") as fake:
        assert chat(fake)[1] == [], "a door that was not told to stream plays its recordings"


@test
def each_kind_of_engine_streams_in_its_own_format():
    def last(told):
        return next(event["usage"] for event in told if "usage" in event)["completion_tokens"]
    kinds = {OLLAMA: last, "vllm-0.32.0-cpu/generating": last, "mlx-lm-0.32.2/ready-idle": last,
             "llama-swap-v250-5-g0bdb3720/ready-idle": lambda told: told[-1]["timings"]["predicted_n"]}
    for recording, count in kinds.items():
        with FakeTailnet(PEERS + f"door gpu1:a raw 18080 {recording} streams 200 10") as fake:
            head, events = chat(fake, model="some/model")
        told = [json.loads(event) for event in events[:-1]]
        assert b"text/event-stream" in head and events[-1] == b"[DONE]", (recording, head, events)
        assert {event["model"] for event in told} == {"some/model"} and count(told) == 3, (recording, told)
        assert len(token_texts([event for event in told if event["choices"]])) == 3, (recording, told)


@test
def an_ollama_streams_lines_and_says_how_long_it_took():
    with FakeTailnet(PEERS + f"door gpu1:a raw 18080 {OLLAMA} streams 100 40") as fake:
        head, events = chat(fake, path="/api/chat", model="m", options={"num_predict": 4}, max_tokens=0)
    told = [json.loads(event) for event in events]
    assert b"application/x-ndjson" in head and len(token_texts(told)) == 4, (head, events)
    assert [event["done"] for event in told] == [False] * 4 + [True], told
    assert (told[-1]["eval_count"], told[-1]["eval_duration"], told[-1]["prompt_eval_duration"]) == (4, 4e7, 4e7), told[-1]


@test
def what_an_engine_streams_is_in_its_counters():
    def counted(fake):
        text = fake.get("admin", 18080, "/metrics")[2].decode()
        return [float(re.search(rf"^llamacpp:{name} (.*)$", text, re.M).group(1))
                for name in ("tokens_predicted_total", "requests_processing", "tokens_predicted_seconds_total")]
    with FakeTailnet(PEERS + f"""door admin:served https 18443 / {LLAMA} backend 18080
                                 door admin:a raw 18080 {LLAMA} streams 50 1
                                 client gpu1 admin:a every 30 tokens 40 after 0""") as fake:
        assert until(lambda: counted(fake)[1] == 1), "it is at work"
        assert until(lambda: counted(fake) == [60, 0, 0.880792]), counted(fake)
        assert b"tokens_predicted_total 60\n" in fake.get("admin", 18443, "/metrics", True)[2], "the mount is the same process"


@test
def a_model_is_said_in_the_place_of_another_with_its_figures():
    text = PEERS + f"""door gpu1:a raw 21434 {OLLAMA}
                       door gpu1:b raw 21435 {OLLAMA}
                       door gpu1:c raw 18080 llama-server-0.5.0/ready-idle
                       model mid:latest qwen3:32b gpu1:a size=20000 memory=33000 context_length=40960 quantization_level=Q4_K_M
                       model models/mid.gguf a.gguf n_ctx=4096 ftype=Q4_K+-+Medium"""
    with FakeTailnet(text) as fake:
        def told(port, path):
            return json.loads(fake.get("gpu1", port, path)[2])
        models = {model["name"]: model for model in told(21434, "/api/tags")["models"]}
        loaded, = told(21434, "/api/ps")["models"]
        assert sorted(models) == ["big:latest", "qwen3:32b", "tiny:latest"] and models["qwen3:32b"]["size"] == 20000, models
        assert models["qwen3:32b"]["details"]["quantization_level"] == "Q4_K_M", models
        assert models["big:latest"]["size"] == 2472270605, models
        assert (loaded["model"], loaded["size"], loaded["size_vram"], loaded["context_length"]) == ("qwen3:32b", 33000, 33000, 40960)
        assert b"mid:latest" in fake.get("gpu1", 21435, "/api/tags")[2], "another door's recordings are as they are"
        assert told(18080, "/props")["default_generation_settings"]["n_ctx"] == 4096
        assert told(18080, "/v1/models")["data"][0]["meta"]["ftype"] == "Q4_K - Medium"


@test
def a_client_s_end_has_the_address_of_its_machine():
    with FakeTailnet(PEERS + f"""door admin:a raw 18080 {LLAMA} streams 200 10
            client gpu1 admin:a every 0.2 tokens 5 after 0""") as fake:
        assert until(lambda: connections_from(fake.address("gpu1")))


def connections_from(address):
    """The lines of the kernel's table of TCP connections with that address."""
    word = "".join(f"{int(part):02X}" for part in reversed(address.split(".")))
    with open("/proc/net/tcp", encoding="ascii") as file:
        return [line for line in file if f" {word}:" in line]


@test
def an_unknown_path_gets_the_servers_own_404():
    with FakeTailnet(PEERS + "door gpu1:a raw 21434 ollama-0.17.4/queue-full") as fake:
        assert fake.get("gpu1", 21434, "/no/such/path")[::2] == (404, b"404 page not found")


@test
def every_recording_can_be_played():
    for folder in sorted(glob.glob(os.path.join(TESTS, "recordings", "*", "*", ""))):
        recording = recordings.Recording("/".join(folder.split("/")[-3:-1]))
        for name in ("root", *(os.path.basename(file)[:-5] for file in glob.glob(f"{folder}*.http"))):
            answer = recording.play(name)
            assert answer.absence or re.match(rb"HTTP/1\.[01] \d\d\d ", answer.data), (folder, name)
            assert b"(curl exit" not in answer.data and b"(cut here" not in answer.data, (folder, name)
            head, _, body = answer.data.partition(b"\r\n\r\n")
            length = re.search(rb"(?mi)^content-length: (\d+)", head)
            assert not length or answer.absence or int(length.group(1)) == len(body) or not body, (folder, name)


@test
def counters_of_a_working_engine_grow():
    def decoded(fake):
        return float(re.search(rb"\nllamacpp:n_decode_total (.*)", fake.get("gpu1", 18080, "/metrics")[2]).group(1))
    with FakeTailnet(PEERS + "door gpu1:a raw 18080 llama-server-0.5.0/queue works 100") as fake:
        first = decoded(fake)
        assert until(lambda: decoded(fake) > first + 5)


@test
def the_histograms_of_a_working_engine_fit_the_pace_at_which_it_streams():
    def under(fake):
        text = fake.get("gpu1", 18000, "/metrics")[2]
        return [float(re.search(rb'%s_seconds_bucket{[^}]*le="%s"[^}]*} (.*)' % words, text).group(1))
                for words in ((b"to_first_token", b"0.08"), (b"to_first_token", b"0.1"),
                              (b"inter_token_latency", b"0.01"), (b"inter_token_latency", b"0.025"))]
    with FakeTailnet(PEERS + "door gpu1:a raw 18000 vllm-0.32.0-cpu/ready-idle works 40 streams 42 90") as fake:
        assert until(lambda: under(fake)[1] > 4), under(fake)
        assert under(fake)[::2] == [3, 14] and under(fake)[3] > 15, under(fake)


@test
def counters_fall_only_with_a_new_process():
    def counted(fake):
        """The tokens that it predicted, and how often it decoded."""
        return re.findall(rb"\nllamacpp:(?:tokens_predicted|n_decode)_total (.*)", fake.get("gpu1", 18080, "/metrics")[2] or b"")
    with FakeTailnet(PEERS + """door gpu1:a raw 18080 llama-server-0.5.0/queue
                                at 0.4 gpu1:a recording llama-server-0.5.0/generating
                                at 2.4 gpu1:a recording ollama-0.17.4/loaded-idle
                                at 2.8 gpu1:a recording llama-server-0.5.0/generating""") as fake:
        assert counted(fake) == [b"1520", b"1915"]
        assert until(lambda: counted(fake) == [b"1520.000", b"1915.000"]), counted(fake)
        assert until(lambda: counted(fake)[:1] == [b"20"]), counted(fake)


@test
def serve_strips_the_mount_and_knows_no_other():
    text = PEERS + f"""door gpu1:a https 18443 /ollama {OLLAMA}
                       door gpu1:b https 18443 /dead dead
                       door gpu1:c http 18081 / {LLAMA}"""
    with FakeTailnet(text) as fake:
        assert fake.get("gpu1", 18443, "/ollama/api/version", True)[0] == 200
        assert fake.get("gpu1", 18443, "/ollama", True)[2] == b"Ollama is running"
        status, headers, body = fake.get("gpu1", 18443, "/ollamas", True)
        assert (status, body) == (404, b"404 page not found\n") and headers["X-Content-Type-Options"] == "nosniff"
        status, headers, body = fake.get("gpu1", 18443, "/dead/x", True)
        assert (status, body, sorted(headers)) == (502, b"", ["Content-Length", "Date"])
        assert fake.get("gpu1", 18081, "/health")[0] == 200
        assert fake.get("gpu1", 18081, "/health", Host=fake.address("gpu1"))[0] == 404


@test
def serve_wants_its_full_name_and_tls():
    def shake(name):
        with fake.connect("gpu1", 18443) as raw:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.wrap_socket(raw, server_hostname=name).close()
    with FakeTailnet(PEERS + f"door gpu1:a https 18443 / {LLAMA}") as fake:
        shake("gpu1.tail4c1d.ts.net")
        assert "ALERT_INTERNAL_ERROR" in raises(ssl.SSLError, lambda: shake("gpu1"))
        assert "ALERT_INTERNAL_ERROR" in raises(ssl.SSLError, lambda: shake(None))
        with fake.connect("gpu1", 18443) as wire:
            wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert wire.recv(4096).endswith(b"Client sent an HTTP request to an HTTPS server.\n")


@test
def certificates_fail_in_their_own_ways():
    kinds = {"good": "", "expiring": "", "expired": "certificate has expired",
             "untrusted": "unable to get local issuer", "wrong-name": "Hostname mismatch", "absent": "INTERNAL_ERROR"}
    doors = "".join(f"door gpu1:{kind} https {18443 + number} / {LLAMA} certificate {kind}\n"
                    for number, kind in enumerate(kinds))
    with FakeTailnet(PEERS + doors) as fake:
        for number, (kind, words) in enumerate(kinds.items()):
            said = raises(ssl.SSLError, lambda port=18443 + number: fake.get("gpu1", port, "/health", True))
            assert words in said and bool(words) == bool(said), (kind, said)


@test
def a_host_check_lets_only_localhost_in():
    with FakeTailnet(PEERS + f"door gpu1:a https 18443 / {OLLAMA} host-check") as fake:
        assert fake.get("gpu1", 18443, "/", True)[::2] == (403, b"")
        assert fake.get("gpu1", 18443, "/api/ps", True)[0] == 403
        assert fake.get("gpu1", 18443, "/api/ps", True, Host="localhost")[0] == 200


@test
def a_key_opens_another_recording():
    text = PEERS + ("door gpu1:a raw 18080 llama-server-0.5.0/api-key-missing pinned "
                    "key sk-lab llama-server-0.5.0/api-key-right")
    with FakeTailnet(text) as fake:
        assert fake.get("gpu1", 18080, "/props")[0] == 401
        assert fake.get("gpu1", 18080, "/props", Authorization="Bearer sk-lab")[0] == 200
        with open(fake.config, encoding="utf-8") as file:
            assert f"key_file = {fake.dir}/gpu1:a.key" in file.read()


@test
def faults_answer_as_they_are_called():
    names = ("html", "truncated", "rate-limited", "server-error", "redirect", "garbage", "closes", "cut-off",
             "many-headers", "endless", "trickle", "frozen", "crowded")
    doors = "".join(f"door gpu1:{name} raw {18100 + number} {name}\n" for number, name in enumerate(names))
    with FakeTailnet(PEERS + doors) as fake:
        def ask(name):
            with fake.connect("gpu1", 18100 + names.index(name), 0.5) as wire:
                wire.sendall(b"GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                heard = b""
                with contextlib.suppress(TimeoutError):
                    while len(heard) < 2000000 and (data := wire.recv(65536)):
                        heard += data
                return heard
        heard = {name: ask(name) for name in names}
    assert b"text/html" in heard["html"]
    assert heard["truncated"].endswith(b"half-a-mod") and heard["cut-off"].endswith(b"half-a-mod")
    assert b" 429 " in heard["rate-limited"] and b"\r\nRetry-After: 30\r\n" in heard["rate-limited"]
    assert b" 500 " in heard["server-error"]
    assert b" 302 " in heard["redirect"] and b"Location: https://login.example.com/" in heard["redirect"]
    assert heard["garbage"].startswith(bytes(range(20)))
    assert heard["closes"] == heard["frozen"] == b""
    assert heard["many-headers"].count(b"\r\n") > 10000
    assert len(heard["endless"]) >= 2000000
    assert heard["trickle"].endswith(b"\r\n\r\n ")
    assert heard["crowded"].count(b'"id": "model-') == 5000


@test
def a_fault_ends_when_its_client_breaks_off_even_over_tls():
    doors = "door gpu1:a https 18443 / endless\ndoor gpu1:b raw 18080 endless"
    with FakeTailnet(PEERS + doors) as fake:
        trust = ssl.create_default_context(cafile=os.path.join(fake.dir, "ca.crt"))
        for port in (18443, 18080, 18443):
            wire = fake.connect("gpu1", port)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if port == 18443:
                wire = trust.wrap_socket(wire, server_hostname="gpu1.tail4c1d.ts.net")
            wire.sendall(b"GET / HTTP/1.1\r\nHost: gpu1.tail4c1d.ts.net\r\n\r\n")
            wire.recv(65536)
            wire.close()
        assert all(fake.told("status") for _ in range(20))
    assert len(fake.complaints) < 1000, fake.complaints[:1000]


@test
def an_engine_comes_back_with_another_model():
    text = PEERS + f"door gpu1:a raw 21434 {OLLAMA}\nat 5 gpu1:a says other:7b tiny:latest"
    with FakeTailnet(text, speed=10) as fake:
        assert b"tiny:latest" in fake.get("gpu1", 21434, "/api/tags")[2]
        assert until(lambda: b"other:7b" in fake.get("gpu1", 21434, "/api/tags")[2])
        assert b"tiny:latest" not in fake.get("gpu1", 21434, "/api/tags")[2]


@test
def ports_refuse_swallow_or_hang_up():
    text = PEERS + f"""door gpu1:a raw 18080 refused
                       door gpu1:b raw 18081 black-hole
                       door gpu1:c tcp 18082 dead
                       door gpu1:d tcp 18083 {LLAMA}
                       door nas:a raw 18080 {LLAMA}"""
    with FakeTailnet(text) as fake:
        assert raises(ConnectionRefusedError, lambda: fake.connect("gpu1", 18080))
        assert raises(TimeoutError, lambda: fake.connect("gpu1", 18081, 0.3))
        with fake.connect("gpu1", 18082) as wire:
            assert wire.recv(1) == b""
        assert fake.get("gpu1", 18083, "/health")[0] == 200
        assert raises(TimeoutError, lambda: fake.connect("nas", 18080, 0.3)), "an offline peer swallows"


@test
def an_acl_is_a_black_hole_that_an_operator_reads_of():
    with FakeTailnet(PEERS + "daemon operator\ndoor gpu1:a raw 18080 acl") as fake:
        assert raises(TimeoutError, lambda: fake.connect("gpu1", 18080, 0.3))
        where = fake.address("gpu1")
        with fake.wire() as wire:
            wire.sendall(b"GET /localapi/v0/logtap HTTP/1.1\r\nHost: local-tailscaled.sock\r\n\r\n")
            heard = b""
            while b"rejected" not in heard:
                heard += wire.recv(4096)
    assert f" > {where}:18080 rejected due to acl".encode() in heard


@test
def an_own_mount_and_its_backend_share_their_fate():
    text = f"""door admin:a https 18443 / {LLAMA} backend 28080
               at 20 admin:a die"""
    with FakeTailnet(text, speed=10) as fake:
        port = fake.told("serve-config")["Web"]["admin.tail4c1d.ts.net:18443"]["Handlers"]["/"]["Proxy"][-5:]
        socket.create_connection(("127.0.0.1", int(port)), 1).close()
        assert fake.get("admin", 18443, "/health", True)[0] == 200
        assert until(lambda: fake.get("admin", 18443, "/health", True)[0] == 502)
        assert raises(ConnectionRefusedError, lambda: socket.create_connection(("127.0.0.1", int(port)), 1))


if __name__ == "__main__":
    main()

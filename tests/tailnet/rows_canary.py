"""Canaries of real servers: what they say is what packets, the engine's counters and the server itself say."""
import subprocess

import servers
from rows import QUIETLY, row
from rows_capture import install
from schema import validate
from top import NOBODY


def canary(lab, top, url, *words):
    """The one request of a series, as an ordinary user of admin sends it."""
    words, environment = top.command(lab.admin, [f"--canary={url}", "--yes", *words], QUIETLY, user=NOBODY)
    done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    one, = validate(done.stdout, of="canary_report")[0]["canary"]
    assert one["state"] == "done" and not one["key_sent"], one
    return one


@row
def a_canary_of_a_real_llama_server_agrees_with_packets_and_its_counters(lab, top):
    install(lab, top)
    lab.admin.reach(lab.gpu1)
    with servers.steady_llama_server(lab.gpu1) as server, server.served() as url:
        before = server.metrics()["tokens_predicted_total"]
        one = canary(lab, top, url)
        written = server.metrics()["tokens_predicted_total"] - before
    assert one["url"] == f"{url}/v1/chat/completions" and one["tls_ms"] > 0 and one["connect_ms"] > 0, one
    assert one["tokens"] == written == 16 and one["counted_by"] == "server", (written, one)
    assert 0 < one["prefill_ms"] < one["ttft_ms"] and one["decode_source"] == "server", one
    assert one["engine_counters"]["generated_tokens"] == 16, one
    after_the_handshake = one["ttft_ms"] - one["connect_ms"] - one["tls_ms"]
    assert abs(one["packets"]["ttft_ms"] - after_the_handshake) < max(15, 0.1 * after_the_handshake), one
    assert abs(one["packets"]["tokens_per_s"] - one["tokens_per_s"]) < 0.3 * one["tokens_per_s"], one


@row
def a_canary_of_a_real_ollama_loads_what_is_cold_and_loads_nothing_anew(lab, top):
    with servers.ollama(lab.gpu1) as server:
        runner, loaded = server.runner(), server.loaded()
        warm = canary(lab, top, server.direct, "--model=warm:latest")
        assert server.runner() == runner, "it was loaded anew"
        cold = canary(lab, top, server.direct, "--model=cold:latest")
        assert set(server.loaded()) == {*loaded, "cold:latest"}, server.loaded()
    assert warm["cost"] == "resets-idle" and not warm["cold"] and warm["api"] == "Ollama API", warm
    assert cold["cost"] == "loads" and cold["cold"] and cold["load_ms"] > warm["load_ms"], (cold, warm)
    for one in (warm, cold):
        assert one["url"] == f"{server.direct}/api/chat" and one["tokens"] > 0 and one["path_ms"] > 0, one
        assert one["connect_ms"] + one["load_ms"] + one["prefill_ms"] <= one["ttft_ms"] + 20, one

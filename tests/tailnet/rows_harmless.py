"""What watching idle servers costs them, by what they count, log and remember themselves.

Each row ends with a question that is not harmless: what did not move before moves then.
"""
import re
import time

import proxies
import servers
from rows import row, with_key
from world import until

OFTEN_S = 0.5       # the shortest period: servers are polled every 2.5 s
OLLAMA_IS_ASKED = {"/", "/api/version", "/api/ps", "/api/tags", "/v1/models"}
LITELLM_IS_ASKED = {"/", "/v1/models", "/health/liveliness"}


def requests(look):
    return look.snapshot["ledger"]["requests"]


def watched(watch, count):
    """Watches until so many requests more were sent, each of them a free one; the seconds that it took."""
    begun = requests(watch.until(lambda look: requests(look) > 0)[0])
    look, seconds = watch.until(lambda look: requests(look) >= begun + count, 60)
    assert set(look.snapshot["ledger"]["by_cost"]) == {"free"}, look.snapshot["ledger"]
    return seconds


@row
def watching_an_ollama_keeps_no_model_and_loads_none(lab, top):
    with servers.ollama(lab.gpu1) as server, server.served() as url:
        server.create("brief")
        server.load("brief", "8s")
        before, logged = server.loaded(), len(server.log)
        with top.watch(url, period=OFTEN_S) as watch:
            seconds = watched(watch, 8)
            sent = requests(watch.looks[-1])
        lines = server.log[logged:].splitlines()
        after = server.loaded()
        server.load("warm", "10m")
        moved = server.loaded()
    assert set(before) == {"warm:latest", "brief:latest"} and seconds > 10, (before, seconds)
    assert after == {"warm:latest": before["warm:latest"]}, f"{before} became {after}"
    assert moved["warm:latest"] != after["warm:latest"], "an expiry that nothing moves shows nothing"
    asked = [found[1] for line in lines if (found := re.search(r'^\[GIN\].*\| GET +"(.*)"$', line))]
    assert set(asked) == OLLAMA_IS_ASKED and not [line for line in lines if "POST" in line], lines
    assert 0 <= len(asked) - sent <= 2, f"{sent} requests, by its own log {len(asked)}"
    polls = asked.count("/api/ps")
    return (f"{polls} polls in {seconds:.0f} s: {len(asked)} log lines; expires_at {after['warm:latest']} as before, "
            "a model with keep_alive 8s gone")


@row
def watching_a_llama_server_moves_none_of_its_counters(lab, top):
    with servers.llama_server(lab.gpu1) as server, server.served() as url:
        before, logged = server.metrics(), server.log
        with top.watch(url, period=OFTEN_S) as watch:
            seconds = watched(watch, 12)
        after, log = server.metrics(), server.log
        server.post("/completion", prompt="once", n_predict=4, ignore_eos=True)
        moved = server.metrics()
    assert before["tokens_predicted_total"] == 0 and before == after, f"{before} became {after}"
    assert moved["tokens_predicted_total"] == 4 and moved["prompt_tokens_total"] > 0, moved
    assert log == logged, log[len(logged):]
    return f"12 requests in {seconds:.0f} s: {len(after)} counters and gauges as before, no log line"


@row
def a_llama_server_that_is_watched_falls_asleep_on_time_and_stays_asleep(lab, top):
    timer = 6
    with servers.llama_server(lab.gpu1, "--sleep-idle-seconds", str(timer)) as server, server.served() as url:
        begun = time.monotonic()
        with top.watch(url, period=OFTEN_S) as watch:
            watch.until(lambda look: look.endpoint(url)["state"] == "ok")
            until(lambda: "entering sleeping state" in server.log, "llama-server stays awake", 2 * timer)
            seconds = time.monotonic() - begun
            watched(watch, 8)
        asleep, log = server.get("/props")["is_sleeping"], server.log
        look = top.once(url)
        still = server.get("/props")["is_sleeping"]
        server.get("/slots")
        woken = not server.get("/props")["is_sleeping"]
    assert seconds < timer + 1, f"asleep after {seconds:.1f} s"
    assert asleep and still and "exiting sleeping state" not in log, log[-500:]
    assert look.endpoint(url)["state"] == "sleeping", look.endpoint(url)
    assert woken, "a sleep that nothing breaks shows nothing"
    return f"asleep {seconds:.1f} s after its start with a timer of {timer} s, and still so 8 requests later"


@row
def watching_a_litellm_calls_no_model_behind_it(lab, top):
    with servers.counter(lab.gpu1) as upstream, servers.litellm(lab.gpu1, upstream.port) as server, \
            server.served() as url:
        before = upstream.calls()       # its own, when it starts
        with top.watch(config=with_key(lab, url, "sk-right"), period=OFTEN_S) as watch:
            watch.until(lambda look: look.endpoint(url)["state"] == "ok")
            seconds = watched(watch, 6)
        log, after = server.log, upstream.calls()
        server.ask("/health", "-H", "Authorization: Bearer sk-right")
        billed = upstream.calls()
    asked = re.findall(r'"GET (\S+) HTTP/1.1" 200', log)
    assert set(asked) <= LITELLM_IS_ASKED and len(asked) >= 6, log[-1000:]
    assert before == after, after
    assert len(billed) > len(after), "an upstream that is never called shows nothing"
    return (f"{len(asked)} requests in {seconds:.0f} s: {len(asked)} log lines, no call upstream; one /health: "
            f"{len(billed) - len(after)}")


@row
def one_look_at_a_cold_ollama_loads_nothing_and_the_ledger_knows_each_request(lab, top):
    with servers.ollama(lab.gpu1) as server, server.served() as url:
        server.load("warm", "0")
        until(lambda: not server.loaded(), "Ollama keeps the model")
        logged = len(server.log)
        look = top.once(url)
        lines, after = server.log[logged:].splitlines(), server.loaded()
        server.load("warm", "10m")
        moved = server.loaded()
    asked = [found[1] for line in lines if (found := re.search(r'^\[GIN\].*\| GET +"(.*)"$', line))]
    assert set(asked) == OLLAMA_IS_ASKED and not [line for line in lines if "POST" in line], lines
    assert look.snapshot["ledger"]["by_cost"] == {"free": len(asked)}, f"{look.snapshot['ledger']} {asked}"
    assert not after and moved, "a model that nothing loads shows nothing"
    return f"{len(asked)} requests by its own log and by the ledger"


@row
def one_look_at_a_sleeping_llama_server_wakes_nothing_and_the_ledger_knows_each_request(lab, top):
    """It logs no request; nginx before it does."""
    with servers.llama_server(lab.gpu1, "--sleep-idle-seconds", "1") as server, proxies.nginx(server) as proxy:
        until(lambda: server.get("/props")["is_sleeping"], "llama-server stays awake")
        before = server.metrics()
        look = top.once(proxy.direct)
        asked, asleep, log = proxy.calls(), server.get("/props")["is_sleeping"], server.log
        after = server.metrics()
        server.get("/slots")
        woken = not server.get("/props")["is_sleeping"]
    assert look.endpoint(proxy.direct)["state"] == "sleeping", look.endpoint(proxy.direct)
    assert look.snapshot["ledger"]["by_cost"] == {"free": len(asked)}, f"{look.snapshot['ledger']} {asked}"
    assert asleep and before == after and "exiting sleeping state" not in log, f"{before} became {after}"
    assert woken, "a sleep that nothing breaks shows nothing"
    return f"{len(asked)} requests by the log of nginx and by the ledger"

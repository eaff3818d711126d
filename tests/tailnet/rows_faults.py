"""What goes wrong with real engines, and with what stands before them."""
import contextlib

import proxies
import servers
import threads
from rows import expect, nightly, row, with_key
from rows_engines import states
from top import codes
from world import until

OFTEN_S = 0.5       # the shortest period: servers are polled every 2.5 s
WARM = {"warm:latest": "loaded", "cold:latest": "cold"}
COLD = {"warm:latest": "cold", "cold:latest": "loaded"}
FULL = "maximum pending requests exceeded"


@row
def a_healthy_fleet_of_real_servers_raises_nothing(lab, top):
    with contextlib.ExitStack() as fleet:
        ollama = fleet.enter_context(servers.ollama(lab.gpu1))
        llama = fleet.enter_context(servers.llama_server(lab.tagged1))
        litellm = fleet.enter_context(servers.litellm(lab.gpu1, 8080))
        mounts = [fleet.enter_context(server.served(port))
                  for server, port in ((ollama, 8446), (llama, 8446), (litellm, 8447))]
        urls = [*mounts, ollama.direct, llama.direct]
        with top.watch(*urls[:2], *urls[3:], config=with_key(lab, urls[2], "sk-right"), period=OFTEN_S) as watch:
            watch.until(lambda look: all(look.endpoint(url)["state"] == "ok" for url in urls))
            watch.until(lambda look: look.snapshot["ledger"]["requests"] >= 30)
        once = top.once(*urls[:2], *urls[3:], config=with_key(lab, urls[2], "sk-right"))
    alarms = {alarm for look in (*watch.looks, once) for alarm in look.alarms}
    assert not alarms and once.status == 0, alarms
    assert [once.endpoint(url)["state"] for url in urls] == ["ok"] * 5
    assert [once.endpoint(url)["server"] for url in urls[:3]] == ["ollama", "llama-server", "litellm"]
    return f"{len(watch.looks)} snapshots of five endpoints"


# ---- the queue

@row
def a_real_llama_server_with_one_slot_tells_who_works_and_who_waits(lab, top):
    with servers.llama_server(lab.gpu1, "--ctx-size", "100000") as server, server.served() as url, \
            contextlib.ExitStack() as clients:
        for _ in range(3):
            clients.enter_context(server.at_work("/completion", prompt="once", n_predict=90000, ignore_eos=True))
        until(lambda: server.metrics()["requests_deferred"] == 2, "nobody waits for llama-server")
        look = top.once(url)
        assert server.metrics()["requests_deferred"] == 2, "it was done before it was looked at"
    endpoint = expect(look, url, "busy", "busy")    # its queue has no end: it is never full
    assert (endpoint["engine"]["running"], endpoint["engine"]["waiting"]) == (1, 2), endpoint["engine"]
    assert "working on 1 request, 2 more wait" in look.text(endpoint, "busy") and look.status == 0


@row
def a_real_ollama_that_turns_requests_away_hides_it_and_nothing_is_claimed(lab, top):
    with servers.ollama(lab.gpu1, max_queue=1, max_loaded_models=1) as server, server.served() as url, \
            server.writing("warm") as came, contextlib.ExitStack() as clients:
        until(came, "Ollama does not write")
        others = [clients.enter_context(server.writing("cold")) for _ in range(4)]
        until(lambda: sum(FULL in answer() for answer in others) >= 2, "Ollama turns nobody away")
        look, written = top.once(url), came()
        until(lambda: len(came()) > len(written), "Ollama came to an end before it was looked at")
    endpoint = expect(look, url, "ok")
    assert states(endpoint) == WARM and not endpoint["engine"], "its queue is unknown, not empty"


# ---- the models

@row
def a_model_that_a_real_ollama_throws_out_for_another_is_seen_to_go(lab, top):
    with servers.ollama(lab.gpu1, max_loaded_models=1) as server, server.served() as url, \
            top.watch(url, period=OFTEN_S) as watch:
        watch.until(lambda look: states(look.endpoint(url)) == WARM)
        server.load("cold", "10m")
        look, seconds = watch.until(lambda look: states(look.endpoint(url)) == COLD)
    said = look.text(expect(look, url, "ok", "evicted"), "evicted")
    assert said.startswith("Ollama probably unloaded warm:latest to make room for cold:latest"), said
    return f"told after {seconds:.1f} s"


@row
def a_model_whose_time_is_up_leaves_a_real_ollama_cold(lab, top):
    with servers.ollama(lab.gpu1) as server, server.served() as url, top.watch(url, period=OFTEN_S) as watch:
        watch.until(lambda look: states(look.endpoint(url)) == WARM)
        server.load("warm", "1s")
        until(lambda: not server.loaded(), "Ollama keeps the model")
        look, _ = watch.until(lambda look: "cold" in codes(look.endpoint(url)))
        one = top.once(url)
    for endpoint in (expect(look, url, "ok", "cold"), expect(one, url, "ok", "cold")):
        assert set(states(endpoint).values()) == {"cold"} and "evicted" not in codes(endpoint), endpoint
    assert one.status == 0


# ---- what hangs behind what answers

@row
def a_real_ollama_whose_runner_hangs_answers_as_ever_and_nothing_is_claimed(lab, top):
    with servers.ollama(lab.gpu1) as server, server.served() as url, lab.world.halted(server.runner()), \
            server.at_work("/api/generate", model="warm", prompt="once", raw=True) as came:
        until(server.has_client, "nobody asks Ollama")
        look = top.once(url)
        assert not came(), "a runner that works shows nothing"
    assert states(expect(look, url, "ok")) == WARM


@nightly
def a_real_llama_server_whose_engine_hangs_alone_is_stalled_after_a_minute(lab, top):
    """Its threads for HTTP go on: /health, /props and /v1/models say that all is well, /metrics asks the engine."""
    with servers.llama_server(lab.gpu1) as server, server.served() as url, top.watch(url, period=OFTEN_S) as watch:
        watch.until(lambda look: look.endpoint(url)["state"] == "ok")
        with threads.halted(server.pid):
            look, seconds = watch.until(lambda look: "engine-stalled" in codes(look.endpoint(url)), 120)
            one = top.once(url)
        again, _ = watch.until(lambda look: look.endpoint(url)["state"] == "ok", 30)
    said = look.text(expect(look, url, "stalled", "engine-stalled"), "engine-stalled")
    assert "answers /health, while /metrics has hung for" in said and "one long batch" in said, said
    assert seconds > 60, f"a long batch takes that long, too: {seconds:.0f} s"
    expect(one, url, "ok")      # one look cannot know
    expect(again, url, "ok")
    return f"told after {seconds:.0f} s"


# ---- what begins anew, or is something else

@row
def a_real_llama_server_that_is_started_anew_between_two_polls_says_so(lab, top):
    with servers.llama_server(lab.gpu1) as server, server.served() as url:
        server.post("/completion", prompt="once", n_predict=4, ignore_eos=True)
        with top.watch(url) as watch:
            watch.until(lambda look: look.endpoint(url)["state"] == "ok")
            server.begin_anew()
            until(server.is_ready, "llama-server is not ready")
            look, seconds = watch.until(lambda look: "restarted" in codes(look.endpoint(url)))
    expect(look, url, "ok", "restarted")
    assert {look.endpoint(url)["state"] for look in watch.looks} <= {"unknown", "ok"}, "nobody was to see it gone"
    return f"told after {seconds:.1f} s"


def replacement(look, url):
    """What is said of the program that has taken an engine's place."""
    row = look.endpoint(url)
    return look.text(row, "replaced") if "replaced" in codes(row) else ""


@row
def a_web_page_in_the_place_of_a_real_engine_has_replaced_it_until_it_is_back(lab, top):
    """A server of files says 404 to what an engine is asked; the other has its page for every path."""
    with servers.llama_server(lab.gpu1) as server, server.served() as url, top.watch(url, period=OFTEN_S) as watch:
        watch.until(lambda look: look.endpoint(url)["state"] == "ok")
        with lab.gpu1.running(server.port, servers.files(server.port, lab.world.path("ca"))):
            missing, seconds = watch.until(lambda look: "a web page does (HTTP 404" in replacement(look, url))
        watch.until(lambda look: look.endpoint(url)["state"] == "ok", 60)
        with lab.gpu1.playing(server.port, "html"):
            page, _ = watch.until(lambda look: "a web page does (HTTP 200" in replacement(look, url))
        again, _ = watch.until(lambda look: look.endpoint(url)["state"] == "ok", 60)
    expect(missing, url, "fault", "replaced")
    expect(page, url, "fault", "replaced")
    expect(again, url, "ok")
    return f"told after {seconds:.1f} s"


@row
def a_machines_own_mount_whose_real_engine_was_replaced_keeps_its_row(lab, top):
    """The second poll asks who that is; what never was an engine would be left alone then."""
    with servers.llama_server(lab.gpu1) as server, server.served() as url, \
            top.watch(host=lab.gpu1, period=OFTEN_S) as watch:
        watch.until(lambda look: any(row["url"] == url and row["state"] == "ok" for row in look.snapshot["endpoints"]))
        with lab.gpu1.playing(server.port, "html"):
            watch.until(lambda look: "for /health)" in replacement(look, url))
            look, _ = watch.until(lambda look: "for /v1/models)" in replacement(look, url))
    expect(look, url, "fault", "replaced")


@row
def a_wrong_base_path_of_a_real_engine_is_told_with_the_right_one(lab, top):
    with servers.llama_server(lab.gpu1) as llama, servers.ollama(lab.gpu1) as ollama, \
            ollama.served(path="/ollama") as mount:
        right = {f"{base}{path}": base for base in (llama.direct, ollama.direct, mount) for path in ("/v1/v1", "/v2")}
        right |= {f"{base}/v1": base for base in (ollama.direct, mount)}
        look = top.once(mount, *right)
    expect(look, mount, "ok")
    for url, base in right.items():
        said = look.text(expect(look, url, "fault", "wrong-base-path"), "wrong-base-path")
        assert said.endswith(base), said


# ---- proxies

PROXIES = (("nginx", proxies.nginx), ("Caddy", proxies.caddy), ("HAProxy", proxies.haproxy))


@row
def a_real_proxy_is_told_from_the_engine_behind_it_that_hangs_or_is_dead(lab, top):
    """HAProxy asks a dead engine for 3 s, longer than --once waits for one answer: only a watch sees its 503."""
    with servers.llama_server(lab.gpu1) as server, contextlib.ExitStack() as fleet:
        before = {name: fleet.enter_context(proxy(server)).direct for name, proxy in PROXIES}
        well = top.once(*before.values())
        with server.halted():
            hung = top.once(*before.values())
        with lab.gpu1.dead(server.port), top.watch(*before.values()) as watch:
            dead, _ = watch.until(lambda look: all(look.endpoint(url)["state"] == "fault" for url in before.values()))
    for name, url in before.items():
        assert expect(well, url, "ok")["server"] == "llama-server"
        for look, code, words in ((hung, "proxy-backend-silent", "is up, but its engine does not answer"),
                                  (dead, "proxy-backend-down", "is up, but its engine is not")):
            said = look.text(expect(look, url, "fault", code), code)
            assert said.startswith(f"{name} in front of {lab.gpu1.fqdn} {words}"), said


@row
def a_real_nginx_that_wants_a_login_or_limits_the_rate_is_not_taken_for_the_engine(lab, top):
    with servers.llama_server(lab.gpu1) as server, proxies.nginx(server) as proxy:
        private, limited = f"{proxy.direct}/private", f"{proxy.direct}/limited"
        look = top.once(private, limited)
    said = look.text(expect(look, private, "auth", "auth-at-proxy"), "auth-at-proxy")
    assert said.startswith("nginx in front of") and "the engine behind it cannot be seen" in said, said
    expect(look, limited, "slow", "rate-limited")


@row
def a_real_ollama_on_loopback_behind_a_proxy_that_passes_the_name_on_refuses_it(lab, top):
    """Caddy does so by itself, nginx does not."""
    with servers.ollama(lab.gpu1, "127.0.0.1") as server, proxies.caddy(server) as caddy, \
            proxies.nginx(server) as nginx:
        look = top.once(caddy.direct, nginx.direct)
    said = look.text(expect(look, caddy.direct, "fault", "host-check"), "host-check")
    assert "proven" in said, said
    assert expect(look, nginx.direct, "ok")["server"] == "ollama"

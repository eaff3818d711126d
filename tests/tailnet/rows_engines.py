"""What real servers of the lab are told to be: Ollama, llama-server and LiteLLM, no recordings."""
import servers
from rows import expect, row, with_key
from world import until


def states(endpoint):
    return {model["id"]: model["state"] for model in endpoint["models"]}


def expect_silence_then_a_dead_backend(lab, top, server):
    """A server is stopped, goes on, is killed."""
    direct = server.direct
    with server.served() as url:
        with server.halted():
            look = top.once(url, direct)
        expect(look, url, "stalled", "no-answer")
        expect(look, direct, "stalled", "no-answer")
        expect(top.once(url), url, "ok")
        lab.gpu1.end_server(server.port)
        look = top.once(url, direct)
    expect(look, url, "fault", "bad-gateway")
    expect(look, direct, "down", "not-listening")


@row
def a_real_ollama_is_well_and_tells_which_model_is_loaded(lab, top):
    with servers.ollama(lab.gpu1) as server, server.served() as url:
        look, version = top.once(url), server.get("/api/version")["version"]
    endpoint = expect(look, url, "ok")
    assert (endpoint["server"], endpoint["server_version"]) == ("ollama", version), endpoint
    assert states(endpoint) == {"warm:latest": "loaded", "cold:latest": "cold"}, endpoint["models"]
    assert look.status == 0


@row
def a_real_ollama_on_loopback_refuses_the_name_and_that_is_proven(lab, top):
    with servers.ollama(lab.gpu1, "127.0.0.1") as server, server.served() as url:
        look = top.once(url)
    expect(look, url, "fault", "host-check")
    said = look.text(look.endpoint(url), "host-check")
    assert "proven" in said and "OLLAMA_HOST=" in said, said


@row
def a_real_ollama_on_loopback_that_serve_passes_on_by_tcp_is_well_by_its_address_and_refuses_its_names(lab, top):
    host = lab.public1
    with servers.ollama(host, "127.0.0.1", 11434), host.serving(11434, "tcp://127.0.0.1:11434", "tcp"):
        for name, state, *wanted in ((host.address, "ok"), (host.fqdn, "fault", "host-check"),
                                     (host.name, "fault", "host-check")):
            url = f"http://{name}:11434"
            expect(top.once(url), url, state, *wanted)


@row
def a_real_ollama_that_is_stopped_and_killed(lab, top):
    with servers.ollama(lab.gpu1) as server:
        expect_silence_then_a_dead_backend(lab, top, server)


@row
def a_real_llama_server_is_well_and_busy_while_it_writes(lab, top):
    with servers.llama_server(lab.gpu1, "--ctx-size", "100000") as server, server.served() as url:
        idle = top.once(url)
        with server.at_work("/completion", prompt="once", n_predict=90000, ignore_eos=True):
            until(lambda: server.metrics()["requests_processing"], "llama-server does not work")
            busy = top.once(url)
            assert server.metrics()["requests_processing"], "it was done before it was looked at"
        until(lambda: not server.metrics()["requests_processing"], "llama-server goes on")
        again = top.once(url)
    endpoint = expect(idle, url, "ok")
    assert endpoint["server"] == "llama-server" and endpoint["server_version"].startswith("b"), endpoint
    assert states(endpoint) == {"noise": "loaded"} and endpoint["engine"]["slots"] == 1, endpoint
    expect(busy, url, "busy", "busy")
    assert busy.endpoint(url)["engine"]["running"] == 1 and busy.status == 0, busy.endpoint(url)
    expect(again, url, "ok")


@row
def a_real_llama_server_that_loads_is_loading_and_then_well(lab, top):
    with servers.loading_llama_server(lab.gpu1) as server, server.served() as url:
        look = top.once(url)
        until(server.is_ready, "llama-server is not ready", 120)
        loaded = top.once(url)
    expect(look, url, "loading", "loading")
    assert look.status == 0, "loading is no fault"
    expect(loaded, url, "ok")


@row
def a_real_llama_server_wants_its_key(lab, top):
    with servers.llama_server(lab.gpu1, "--api-key", "sk-right") as server:
        url = server.direct
        locked = top.once(url)
        opened = top.once(config=with_key(lab, url, "sk-right"))
        rejected = top.once(config=with_key(lab, url, "sk-wrong"))
    expect(locked, url, "auth", "auth-required")
    assert states(expect(opened, url, "ok")) == {"noise": "loaded"}
    expect(rejected, url, "warn", "auth-rejected")


@row
def a_real_llama_server_that_is_stopped_and_killed(lab, top):
    with servers.llama_server(lab.gpu1) as server:
        expect_silence_then_a_dead_backend(lab, top, server)


@row
def a_real_litellm_is_recognised_takes_its_key_is_well_before_an_engine_that_hangs_and_dies(lab, top):
    with servers.llama_server(lab.gpu1) as engine, servers.litellm(lab.gpu1, engine.port) as server, \
            server.served() as url:
        locked = top.once(url)      # without a database it says 500 to the keyless, not 401
        with engine.halted():
            hung = top.once(engine.direct, config=with_key(lab, url, "sk-right"))
        lab.gpu1.end_server(server.port)
        dead = top.once(url)
    assert locked.endpoint(url)["server"] == "litellm"
    assert [model["id"] for model in expect(hung, url, "ok")["models"]] == ["tiny"]
    expect(hung, engine.direct, "stalled", "no-answer")     # the one that is to blame
    expect(dead, url, "fault", "bad-gateway")

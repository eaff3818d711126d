"""What `tailscale serve`, TLS and the servers themselves answer."""
import contextlib
import sys

import programs
from rows import Skip, expect, row
from top import codes
from world import until

OLLAMA, LLAMA = "ollama-0.17.4/loaded-idle", "llama-server-0.5.0/ready-idle"


@contextlib.contextmanager
def playing(host, port, answer, *options, **how):
    """Another server on a port, for a while."""
    before = host.servers.get(port)
    host.play(port, answer, *options, **how)
    try:
        yield f"http://{host.fqdn}:{port}"
    finally:
        host.end_server(port)
        if before:
            host.play(port, *before.played[0], **before.played[1])


@contextlib.contextmanager
def dead(host, port):
    before = host.servers[port].played
    host.end_server(port)
    try:
        yield
    finally:
        host.play(port, *before[0], **before[1])


@contextlib.contextmanager
def served(host, *words, off):
    host.serve(*words)
    try:
        yield
    finally:
        host.cli("serve", *off, "off")


@row
def a_healthy_fleet_raises_nothing(lab, top):
    gpu1 = lab.gpu1.fqdn
    urls = [f"https://{gpu1}", f"https://{gpu1}:8443/llama", f"http://{gpu1}:8080", f"https://{lab.tagged1.fqdn}",
            f"http://{lab.admin.address}:8080"]
    look = top.once(*urls)
    assert not look.alarms, look.alarms
    assert (look.snapshot["status"], look.status) == ("ok", 0)
    assert [look.endpoint(url)["state"] for url in urls] == ["ok"] * 5
    assert [look.endpoint(url)["server"] for url in urls[:3]] == ["ollama", "llama-server", "llama-server"]
    assert codes(look.endpoint(urls[3])) == [], "a tagged host has no open-endpoint"
    assert look.seconds < 4, look.seconds


@row
def a_dead_backend_of_an_https_mount_is_a_bad_gateway(lab, top):
    with dead(lab.gpu1, 11434):
        look = top.once(f"https://{lab.gpu1.fqdn}")
    expect(look, f"https://{lab.gpu1.fqdn}", "fault", "bad-gateway")
    assert look.status == 2


@row
def a_dead_backend_of_a_tcp_mount_accepts_then_closes(lab, top):
    with served(lab.gpu1, "--tcp=9000", "tcp://localhost:9001", off=["--tcp=9000"]):
        look = top.once(f"http://{lab.gpu1.fqdn}:9000")
    expect(look, f"http://{lab.gpu1.fqdn}:9000", "down", "accepts-then-closes")


@row
def a_tcp_mount_with_a_living_backend_is_well(lab, top):
    with served(lab.gpu1, "--tcp=9000", "tcp://localhost:8080", off=["--tcp=9000"]):
        look = top.once(f"http://{lab.gpu1.fqdn}:9000")
    expect(look, f"http://{lab.gpu1.fqdn}:9000", "ok")


@row
def a_port_where_nothing_listens_is_not_listening(lab, top):
    urls = [f"http://{lab.gpu1.fqdn}:9999", f"https://{lab.gpu1.fqdn}:9998", f"http://{lab.gpu1.fqdn}:11434"]
    look = top.once(*urls)
    for url in urls:
        expect(look, url, "down", "not-listening")
    assert "tailscale serve --bg 11434" in look.text(look.endpoint(urls[2]), "not-listening")


@row
def a_path_that_is_not_mounted_is_no_mount(lab, top):
    look = top.once(f"https://{lab.gpu1.fqdn}:8443", f"https://{lab.gpu1.fqdn}:8443/ollama")
    expect(look, f"https://{lab.gpu1.fqdn}:8443", "fault", "no-mount")
    expect(look, f"https://{lab.gpu1.fqdn}:8443/ollama", "fault", "no-mount")


@row
def https_by_short_name_or_address_wants_the_full_name(lab, top):
    short, address = "https://gpu1", f"https://{lab.gpu1.address}"
    look = top.once(short, address)
    expect(look, short, "fault", "short-name")
    expect(look, address, "fault", "name-needed")
    for url, code in ((short, "short-name"), (address, "name-needed")):
        assert f"https://{lab.gpu1.fqdn}" in look.text(look.endpoint(url), code)


@row
def plain_http_by_short_name_is_well(lab, top):
    look = top.once("http://gpu1:8080", f"http://{lab.gpu1.address}:8080")
    expect(look, "http://gpu1:8080", "ok")
    expect(look, f"http://{lab.gpu1.address}:8080", "ok")


@row
def a_name_that_no_machine_has_is_an_unknown_host(lab, top):
    look = top.once("https://nobody.tail4c1d.ts.net")
    expect(look, "https://nobody.tail4c1d.ts.net", "down", "unknown-host")


@row
def the_wrong_scheme_is_not_tls(lab, top):
    plain, tls = f"http://{lab.gpu1.fqdn}:443", f"https://{lab.gpu1.fqdn}:8080"
    look = top.once(plain, tls)
    expect(look, plain, "fault", "not-tls")
    expect(look, tls, "fault", "not-tls")


@row
def an_expired_certificate_is_told_with_its_age(lab, top):
    url = f"https://{lab.gpu1.fqdn}:9443"
    lab.gpu1.play_tls(9443, LLAMA, "expired")
    look = top.once(url)
    expect(look, url, "fault", "cert-expired")
    assert "expired 2 d ago" in look.text(look.endpoint(url), "cert-expired"), look.endpoint(url)["verdicts"]
    lab.gpu1.play_tls(9443, LLAMA, "expiring")
    look = top.once(url)
    expect(look, url, "ok", "cert-expiring")
    lab.gpu1.play_tls(9443, LLAMA, "wrong-name")
    look = top.once(url)
    lab.gpu1.end_server(9443)
    expect(look, url, "fault", "cert-name-mismatch")


@row
def an_expired_certificate_that_serve_cannot_renew_is_not_shown(lab, top):
    url = f"https://{lab.gpu1.fqdn}"
    lab.gpu1.certify("expired")
    try:
        look = top.once(url)
    finally:
        lab.gpu1.certify()
    expect(look, url, "fault", "cert-not-issued")
    expect(top.once(url), url, "ok")


@row
def a_certificate_of_a_stranger_is_untrusted(lab, top):
    look = top.once(f"https://{lab.fenced1.fqdn}")
    expect(look, f"https://{lab.fenced1.fqdn}", "fault", "cert-untrusted")


@row
def serve_without_a_certificate_is_cert_not_issued(lab, top):
    look = top.once(f"https://{lab.relay1.fqdn}")
    expect(look, f"https://{lab.relay1.fqdn}", "fault", "cert-not-issued")


@row
def an_ollama_that_refuses_the_name_is_a_host_check_and_proven(lab, top):
    url = f"https://{lab.gpu1.fqdn}"
    with playing(lab.gpu1, 11434, OLLAMA, "--local-names", address="127.0.0.1"):
        look = top.once(url)
    expect(look, url, "fault", "host-check")
    said = look.text(look.endpoint(url), "host-check")
    assert "proven" in said and "OLLAMA_HOST=0.0.0.0" in said, said


@row
def a_key_that_is_wanted_given_and_wrong_are_three_things(lab, top):
    missing, right = "llama-server-0.5.0/api-key-missing", "llama-server-0.5.0/api-key-right"
    url = f"http://{lab.gpu1.fqdn}:9100"
    keyfile = lab.world.path("key")
    with playing(lab.gpu1, 9100, missing, "--key", f"sk-right={right}"):
        expect(top.once(url), url, "auth", "auth-required")
        for key, state, wanted in (("sk-right", "ok", []), ("sk-wrong", "auth", ["auth-rejected"])):
            with open(keyfile, "w", encoding="ascii") as file:
                file.write(key + "\n")
            look = top.once(config=f"discover = off\n[endpoint one]\nurl = {url}\nkey_file = {keyfile}\n")
            expect(look, url, state, *wanted)
            assert key not in str(look.snapshot)


@row
def a_model_that_is_loading_is_loading(lab, top):
    with playing(lab.gpu1, 9100, "llama-server-0.5.0/loading") as url:
        look = top.once(url)
    expect(look, url, "loading", "loading")
    assert look.status == 0, "loading is no fault"


@row
def a_frozen_server_behind_serve_gives_no_answer(lab, top):
    with playing(lab.gpu1, 9100, "frozen") as url, \
            served(lab.gpu1, "--https=8444", "http://127.0.0.1:9100", off=["--https=8444"]):
        mounted = f"https://{lab.gpu1.fqdn}:8444"
        look = top.once(url, mounted)
    expect(look, url, "stalled", "no-answer")
    expect(look, mounted, "stalled", "no-answer")


def expect_proxy_scheme(lab, top, port):
    url = f"https://{lab.admin.fqdn}:8444"
    with served(lab.admin, "--https=8444", f"https+insecure://localhost:{port}", off=["--https=8444"]):
        look = top.once()
    assert codes(look.mount(8444)) == ["proxy-scheme"], look.mount(8444)
    expect(look, url, "fault", "proxy-scheme")
    expect(look, f"https://127.0.0.1:{port}", "fault", "not-tls")


@row
def a_server_that_refuses_the_tls_of_an_https_insecure_target_is_proxy_scheme(lab, top):
    """As Go's servers (Ollama) and uvicorn (vLLM) do: 400 at once, so serve answers 502."""
    url = f"https://{lab.admin.fqdn}:8444"
    refuses = lab.world.start("admin", [sys.executable, "-m", "http.server", "9300"], "refuses.log")
    until(lambda: lab.admin.run("ss", "-Hltn", "sport = :9300"), "nothing listens on 9300")
    expect_proxy_scheme(lab, top, 9300)
    with served(lab.admin, "--https=8444", "https+insecure://localhost:9300", off=["--https=8444"]):
        away = top.once(url, host=lab.gpu1)
    lab.world.stop(refuses)
    expect(away, url, "fault", "bad-gateway")
    assert "https+insecure" in away.text(away.endpoint(url), "bad-gateway")


@row
def a_server_that_keeps_silent_to_the_tls_of_an_https_insecure_target_is_proxy_scheme(lab, top):
    """As llama-server does: serve waits for ten seconds, longer than anybody asks."""
    expect_proxy_scheme(lab, top, 8080)


@row
def a_mount_of_this_machine_names_its_dead_backend(lab, top):
    url = f"https://{lab.admin.fqdn}:8444"
    with served(lab.admin, "--https=8444", "http://127.0.0.1:9200", off=["--https=8444"]):
        look = top.once()
    expect(look, url, "fault", "bad-gateway")
    assert "http://127.0.0.1:9200" in look.text(look.endpoint(url), "bad-gateway")
    expect(look, "http://127.0.0.1:9200", "down", "not-listening")


@row
def funnel_makes_it_public(lab, top):
    url = f"https://{lab.public1.fqdn}"
    lab.public1.cli("funnel", "--bg", "--yes", "http://127.0.0.1:8080")
    try:
        look = top.once(host=lab.public1)
    finally:
        lab.public1.cli("funnel", "--https=443", "off")
    expect(look, url, "ok", "funnel-public")
    assert "no key" in look.text(look.endpoint(url), "funnel-public")
    assert codes(look.mount(443)) == ["funnel-public"] and look.mount(443)["funnel"]


@row
def a_real_litellm_is_recognised_takes_its_key_and_dies(lab, top):
    url = f"https://{lab.gpu1.fqdn}:8445"
    if not programs.litellm():
        raise Skip("LiteLLM cannot be fetched from PyPI")
    with open(lab.world.path("litellm.yaml"), "w", encoding="ascii") as file:
        file.write("model_list:\n- model_name: tiny\n  litellm_params:\n"
                   "    {model: openai/tiny, api_base: 'http://127.0.0.1:8080/v1', api_key: none}\n")
    with open(lab.world.path("litellm.key"), "w", encoding="ascii") as file:
        file.write("sk-right\n")
    server = lab.world.start("gpu1", [programs.litellm(), "--config", lab.world.path("litellm.yaml"),
                                      "--host", "127.0.0.1", "--port", "4000"], "litellm.log",
                             LITELLM_MASTER_KEY="sk-right", LITELLM_LOCAL_MODEL_COST_MAP="True")
    until(lambda: lab.gpu1.run("ss", "-Hltn", "sport = :4000"), "LiteLLM does not listen", 120)
    with served(lab.gpu1, "--https=8445", "http://127.0.0.1:4000", off=["--https=8445"]):
        locked = top.once(url)      # without a database it says 500 to the keyless, not 401
        opened = top.once(config="discover = off\n[endpoint one]\n"
                          f"url = {url}\nkey_file = {lab.world.path('litellm.key')}\n")
        lab.world.stop(server)
        gone = top.once(url)
    assert locked.endpoint(url)["server"] == "litellm"
    assert [model["id"] for model in expect(opened, url, "ok")["models"]] == ["tiny"]
    expect(gone, url, "fault", "bad-gateway")


@row
def discovery_finds_what_is_served(lab, top):
    look = top.once(config="discover = mine\n", deadline=15)
    found = {endpoint["url"]: endpoint["server"] for endpoint in look.snapshot["endpoints"]}
    for url, server in ((f"https://{lab.gpu1.fqdn}", "ollama"), (f"http://{lab.gpu1.fqdn}:8080", "llama-server"),
                        (f"https://{lab.gpu2.fqdn}", "ollama"), (f"https://{lab.gpu3.fqdn}", "ollama"),
                        (f"https://{lab.tagged1.fqdn}", "ollama"), ("http://127.0.0.1:8080", "llama-server")):
        assert found.get(url) == server, f"{url} is {found.get(url)}: {sorted(found)}"

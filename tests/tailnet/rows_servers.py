"""What `tailscale serve`, TLS and the servers themselves answer."""
import sys

from rows import expect, row, with_key
from tailnet import LLAMA, OLLAMA
from top import codes


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
    assert "open-endpoint" not in codes(look.endpoint(urls[3])), "a tagged host has no open-endpoint"
    assert look.seconds < 4, look.seconds


@row
def a_dead_backend_of_an_https_mount_is_a_bad_gateway(lab, top):
    with lab.gpu1.dead(11434):
        look = top.once(f"https://{lab.gpu1.fqdn}")
    expect(look, f"https://{lab.gpu1.fqdn}", "fault", "bad-gateway")
    assert look.status == 2


@row
def a_dead_backend_of_an_http_mount_is_a_bad_gateway_and_a_living_one_is_well(lab, top):
    with lab.gpu1.serving(8090, "http://localhost:9001", "http") as url:
        look = top.once(url)
    expect(look, url, "fault", "bad-gateway")
    with lab.gpu1.serving(8090, "http://localhost:8080", "http") as url:
        look = top.once(url)
    expect(look, url, "ok")


@row
def a_dead_backend_of_a_tcp_mount_accepts_then_closes(lab, top):
    with lab.gpu1.serving(9000, "tcp://localhost:9001", "tcp") as url:
        look = top.once(url)
    expect(look, url, "down", "accepts-then-closes")


@row
def a_tcp_mount_with_a_living_backend_is_well(lab, top):
    with lab.gpu1.serving(9000, "tcp://localhost:8080", "tcp") as url:
        look = top.once(url)
    expect(look, url, "ok")


@row
def a_port_where_nothing_listens_is_not_listening(lab, top):
    urls = [f"http://{lab.gpu1.fqdn}:9999", f"https://{lab.gpu1.fqdn}:9998", f"http://{lab.gpu1.fqdn}:11434"]
    look = top.once(*urls)
    for url in urls:
        expect(look, url, "down", "not-listening")
    assert "tailscale serve --bg --tcp=11434 tcp://127.0.0.1:11434" in look.text(look.endpoint(urls[2]), "not-listening")


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
    expect(look, url, "warn", "cert-expiring")
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
    with lab.gpu1.playing(11434, OLLAMA, "--local-names", address="127.0.0.1"):
        look = top.once(url)
    expect(look, url, "fault", "host-check")
    said = look.text(look.endpoint(url), "host-check")
    assert "proven" in said and "OLLAMA_HOST=" in said, said


@row
def a_key_that_is_wanted_given_and_wrong_are_three_things(lab, top):
    missing, right = "llama-server-0.5.0/api-key-missing", "llama-server-0.5.0/api-key-right"
    url = f"http://{lab.gpu1.fqdn}:9100"
    with lab.gpu1.playing(9100, missing, "--key", f"sk-right={right}"):
        expect(top.once(url), url, "auth", "auth-required")
        for key, state, wanted in (("sk-right", "ok", []), ("sk-wrong", "warn", ["auth-rejected"])):
            look = top.once(config=with_key(lab, url, key))
            expect(look, url, state, *wanted)
            assert key not in str(look.snapshot)


@row
def a_model_that_is_loading_is_loading(lab, top):
    with lab.gpu1.playing(9100, "llama-server-0.5.0/loading") as url:
        look = top.once(url)
    expect(look, url, "loading", "loading")
    assert look.status == 0, "loading is no fault"


@row
def a_frozen_server_behind_serve_gives_no_answer(lab, top):
    with lab.gpu1.playing(9100, "frozen") as url, lab.gpu1.serving(8444, "http://127.0.0.1:9100") as mounted:
        look = top.once(url, mounted)
    expect(look, url, "stalled", "no-answer")
    expect(look, mounted, "stalled", "no-answer")


def expect_proxy_scheme(lab, top, port):
    with lab.admin.serving(8444, f"https+insecure://localhost:{port}") as url:
        look = top.once()
    assert codes(look.mount(8444)) == ["proxy-scheme"], look.mount(8444)
    expect(look, url, "fault", "proxy-scheme")
    expect(look, f"https://127.0.0.1:{port}", "fault", "not-tls")


@row
def a_server_that_refuses_the_tls_of_an_https_insecure_target_is_proxy_scheme(lab, top):
    """As Go's servers (Ollama) and uvicorn (vLLM) do: 400 at once, so serve answers 502."""
    lab.admin.play_words(9300, [sys.executable, "-m", "http.server", "9300"])
    expect_proxy_scheme(lab, top, 9300)
    with lab.admin.serving(8444, "https+insecure://localhost:9300") as url:
        away = top.once(url, host=lab.gpu1)
    lab.admin.end_server(9300)
    expect(away, url, "fault", "bad-gateway")
    assert "https+insecure" in away.text(away.endpoint(url), "bad-gateway")


@row
def a_server_that_keeps_silent_to_the_tls_of_an_https_insecure_target_is_proxy_scheme(lab, top):
    """As llama-server does: serve waits for ten seconds, longer than anybody asks."""
    expect_proxy_scheme(lab, top, 8080)


@row
def a_mount_of_this_machine_names_its_dead_backend(lab, top):
    with lab.admin.serving(8444, "http://127.0.0.1:9200") as url:
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
    expect(look, url, "warn", "funnel-public")
    assert "no key" in look.text(look.endpoint(url), "funnel-public")
    assert codes(look.mount(443)) == ["funnel-public"] and look.mount(443)["funnel"]


@row
def discovery_finds_what_is_served(lab, top):
    with lab.admin.playing(8000, LLAMA, address=lab.admin.address):      # and not at its loopback
        look = top.once(config="discover = mine\n", deadline=15)
    assert look.said.startswith("tsllm-top: first run"), look.said
    found = {endpoint["url"]: endpoint["server"] for endpoint in look.snapshot["endpoints"]}
    for url, server in ((f"https://{lab.gpu1.fqdn}", "ollama"), (f"http://{lab.gpu1.fqdn}:8080", "llama-server"),
                        (f"https://{lab.gpu2.fqdn}", "ollama"), (f"https://{lab.gpu3.fqdn}", "ollama"),
                        (f"https://{lab.tagged1.fqdn}", "ollama"), ("http://127.0.0.1:8080", "llama-server"),
                        (f"http://{lab.admin.address}:8000", "llama-server")):
        assert found.get(url) == server, f"{url} is {found.get(url)}: {sorted(found)}"

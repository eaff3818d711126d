"""What a verdict says to run, run as it stands: the fault goes, or the command shows what the verdict promises."""
import contextlib
import json
import os
import re
import sys

import commands
import servers
from hosts import DOMAIN, STRANGERS, ask
from rows import ROWS, Skip, row
from rows_ways import routing
from tailnet import LLAMA
from top import codes
from world import until


TLS_BEFORE_8080 = """
import asyncio, ssl, sys
async def pass_on(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()
async def serve(reader, writer):
    there, back = await asyncio.open_connection("127.0.0.1", 8080)
    await asyncio.gather(pass_on(reader, back), pass_on(there, writer))
async def main():
    side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    side.load_cert_chain(*sys.argv[2:])
    await (await asyncio.start_server(serve, "0.0.0.0", int(sys.argv[1]), ssl=side)).serve_forever()
asyncio.run(main())
"""


def place(look, where):
    """Where a verdict is looked for: at an endpoint, at the mount of a port, or at this machine."""
    if isinstance(where, int):
        return look.mount(where)
    return look.endpoint(where) if where else look.snapshot


def urls(where):
    return [where] if isinstance(where, str) and where else []


def command_of(host):
    """A machine with tailscaled has the command, too."""
    return [f"--tailscale={host.command()[0]}"]


def has_command(verdict):
    if not verdict.get("run"):
        raise Skip(f"no command: {verdict.get('fix')}")
    return verdict


def still_holds(look, where, code):
    """A mount may have gone with its fault."""
    if isinstance(where, int) and where not in {row["port"] for row in look.snapshot["serve"]}:
        return False
    return code in codes(place(look, where))


def is_over(top, host, where, verdict):
    """It has gone, or the server is well at the URL that the fix says to use instead."""
    look = top.once(*urls(where), host=host)
    if not still_holds(look, where, verdict["code"]):
        return not urls(where) or look.endpoint(where)["state"] == "ok"
    instead = re.search(r"\bhttps?://[^ ;,)]*[^ ;,).]", verdict.get("hint", ""))
    return instead and top.once(instead[0], host=host).has(instead[0], "ok")


def ends(code):
    """Makes a row of a fault: the command of its verdict ends it."""
    def make(function):
        fault = contextlib.contextmanager(function)

        def ends_it(lab, top):
            with fault(lab) as (host, where):
                look = top.once(*urls(where), host=host, deadline=12, options=command_of(host))
                verdict = has_command(look.verdict(place(look, where), code))
                commands.run(lab, host, verdict)
                until(lambda: is_over(top, host, where, verdict), f"{verdict['run']}: {code} does not go")
            return verdict["run"]
        add(ends_it, f"the_command_against_{function.__name__}_ends_it")
    return make


def shows(code, part):
    """Makes a row of a fault: the command of its verdict prints what is to be looked for."""
    def make(function):
        fault = contextlib.contextmanager(function)

        def shows_it(lab, top):
            with fault(lab) as (host, where):
                look = top.once(*urls(where), host=host, options=command_of(host))
                verdict = has_command(look.verdict(place(look, where), code))
                said = commands.run(lab, host, verdict)
                assert part in said, f"{verdict['run']}: {said}"
            return verdict["run"]
        add(shows_it, f"the_command_against_{function.__name__}_shows_what_is_wrong")
    return make


def add(function, name):
    function.__name__ = name
    ROWS.append(function)


# ---- this machine

@ends("tailscale-stopped")
def a_stopped_tailscale(lab):
    lab.spare1.cli("down")
    try:
        yield lab.spare1, None
    finally:
        if lab.spare1.status()["BackendState"] == "Stopped":
            lab.spare1.cli("up")
        lab.admin.reach(lab.spare1)


@ends("tailscaled-missing")
def a_tailscaled_that_does_not_run(lab):
    lab.world.stop(lab.spare1.daemon)
    try:
        yield lab.spare1, None
    finally:
        if lab.spare1.daemon.poll() is not None:
            lab.spare1.start_daemon()
        lab.admin.reach(lab.spare1)


@ends("funnel-public")
def a_funnel(lab):
    lab.public1.cli("funnel", "--bg", "--yes", "http://127.0.0.1:8080")
    with taken_away(lab.public1):
        yield lab.public1, f"https://{lab.public1.fqdn}"


def mounted(host, *words):
    """A mount on a host, until whatever is mounted there is taken away."""
    host.serve(*words)
    return taken_away(host)


@contextlib.contextmanager
def taken_away(host):
    try:
        yield
    finally:
        host.cli("serve", "reset")


@ends("proxy-scheme")
def a_mount_that_asks_a_plain_server_by_tls(lab):
    with mounted(lab.spare1, "--http=8444", "https+insecure://localhost:8080"):
        yield lab.spare1, 8444


@ends("proxy-scheme")
def a_mount_whose_server_shows_a_certificate_of_its_own(lab):
    host = lab.spare1
    lab.certificates.context(host.fqdn, "untrusted")
    words = [sys.executable, "-c", TLS_BEFORE_8080, "9443", *(os.path.join(lab.certificates.folder, name)
                                                             for name in (f"{host.fqdn}-untrusted.crt", "leaf.key"))]
    with host.running(9443, words), mounted(host, "--http=8444", "https://localhost:9443"):
        yield host, f"http://{host.fqdn}:8444"


def configure(host, port, how, name, target):
    """A mount that `tailscale serve` would not make."""
    web = {f"{name}:{port}": {"Handlers": {"/": {"Proxy": target}}}}
    ask(host.socket, "POST", "/localapi/v0/serve-config", json.dumps({"TCP": {port: {how: True}}, "Web": web}))
    return taken_away(host)


@ends("bad-target")
def a_mount_with_a_bare_ipv6_address(lab):
    with configure(lab.spare1, 8444, "HTTP", lab.spare1.fqdn, "http://::1:8080"):
        yield lab.spare1, 8444


@ends("serve-renamed")
def a_mount_for_a_name_that_the_machine_had_before(lab):
    with configure(lab.public1, 8444, "HTTPS", f"before.{DOMAIN}", "http://127.0.0.1:8080"):
        yield lab.public1, 8444


@ends("funnel-public")
def a_funnel_of_a_text(lab):
    lab.public1.cli("funnel", "--bg", "--yes", "text:hello")
    with taken_away(lab.public1):
        yield lab.public1, 443


@shows("health-warning", "--accept-routes is false")
def a_warning_of_tailscaled(lab):
    with routing(lab, lab.spare1, "192.0.2.0/24"):
        yield lab.admin, None


@shows("port-taken", "python3")
def a_program_that_holds_the_port_of_a_mount(lab):
    with lab.spare1.playing(8444, "html"), mounted(lab.spare1, "--http=8444", "http://127.0.0.1:8080"):
        yield lab.spare1, f"http://{lab.spare1.fqdn}:8444"


@row
def the_command_against_names_that_do_not_resolve_ends_it(lab, top):
    """On a host whose daemon has an /etc of its own."""
    with lab.another("namer1", STRANGERS, has_etc=True) as host:
        with open(f"{host.etc}/resolv.conf", "w", encoding="ascii") as file:
            file.write("nameserver 127.0.0.1\n")

        def look():
            return top.once(host=host, names=False, dns=f"{host.etc}/resolv.conf")
        verdict = has_command(look().verdict(look().snapshot, "name-unresolved"))
        commands.run(lab, host, verdict)
        until(lambda: "name-unresolved" not in codes(look().snapshot), "name-unresolved does not go")
    return verdict["run"]


# ---- another machine

@ends("filtered")
def shields_that_are_up(lab):
    lab.admin.reach(lab.denied1)
    lab.denied1.cli("set", "--shields-up")
    try:
        yield lab.admin, f"http://{lab.denied1.fqdn}:8080"
    finally:
        lab.denied1.cli("set", "--shields-up=false")


@ends("not-listening")
def a_server_on_loopback(lab):
    with lab.public1.playing(8300, LLAMA, address="127.0.0.1"), taken_away(lab.public1):
        yield lab.admin, f"http://{lab.public1.fqdn}:8300"


@ends("host-unreachable")
def a_tailscaled_that_is_frozen(lab):
    with lab.gpu1.frozen():
        yield lab.admin, f"http://{lab.gpu1.fqdn}:8080"
    lab.admin.reach(lab.gpu1)


@ends("not-listening")
def an_ollama_on_loopback_that_is_asked_by_address(lab):
    with servers.ollama(lab.public1, "127.0.0.1", 11434), taken_away(lab.public1):
        yield lab.admin, f"http://{lab.public1.address}:11434"


@ends("host-check")
def an_ollama_on_loopback_behind_serve(lab):
    with servers.ollama(lab.public1, "127.0.0.1", 11434), mounted(lab.public1, "--https=443", "http://127.0.0.1:11434"):
        yield lab.admin, f"https://{lab.public1.fqdn}"


@shows("bad-gateway", "http://127.0.0.1:9001")
def a_dead_backend_of_another_machine(lab):
    with lab.gpu1.serving(8090, "http://127.0.0.1:9001", "http") as url:
        yield lab.admin, url


@shows("filtered", "tcp dport 8080 drop")
def a_firewall_of_another_machine(lab):
    with lab.fenced1.fenced("in iifname tailscale0 tcp dport 8080 drop"):
        yield lab.admin, f"http://{lab.fenced1.fqdn}:8080"


@shows("malformed", "HTTP/1.1 200")
def an_answer_that_cannot_be_read(lab):
    with lab.gpu1.playing(8300, "truncated") as url:
        yield lab.admin, url


@shows("accepts-then-closes", "tcp://127.0.0.1:9001")
def a_dead_backend_of_a_tcp_mount(lab):
    with lab.gpu1.serving(9000, "tcp://127.0.0.1:9001", "tcp") as url:
        yield lab.admin, url


@shows("no-mount", "/llama")
def a_path_that_is_not_mounted(lab):
    yield lab.admin, f"https://{lab.gpu1.fqdn}:8443"

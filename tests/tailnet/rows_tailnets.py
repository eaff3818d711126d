"""More than one tailnet: a machine that changes between two, and one that is locked."""
import contextlib
import re
import sys

import commands
from hosts import DOMAIN, LOCKED, STRANGERS
from rows import expect, row
from tailnet import LLAMA
from world import until

MAGIC_DNS = "100.100.100.100"
# A server that notes by which name it is asked, and is nothing that anybody looks for.
LISTENER = """
import http.server, sys
class Listener(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.headers["Host"], self.path, flush=True)
        self.send_error(404)
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Listener).serve_forever()
"""


def profiles(host):
    """The ids of its profiles; the current one is first."""
    lines = host.cli("switch", "--list").splitlines()[1:]
    return [line.split()[0] for line in sorted(lines, key=lambda line: not line.endswith("*"))]


@contextlib.contextmanager
def two_profiles(host, domain):
    """It has been in another tailnet too, for a while: the ids of its own profile, and of that."""
    own, = profiles(host)
    host.cli("login", *host.how_to_log_in(domain))
    other = profiles(host)[0]
    host.cli("switch", own)
    try:
        yield own, other
    finally:
        host.cli("switch", own)
        host.cli("switch", "remove", other)


def suffix(look):
    return look.snapshot["daemon"].get("magicdns_suffix")


@row
def a_switch_to_another_tailnet_asks_and_blames_nobody_of_the_one_before(lab, top):
    """An address of one of its machines is there another machine's."""
    host = lab.spare1
    with two_profiles(host, STRANGERS) as (own, other), lab.another("stranger1", STRANGERS) as stranger:
        pinned = f"http://{next(one for one in lab.hosts.values() if one.address == stranger.address).fqdn}:8080"
        found = [f"https://{lab.gpu1.fqdn}", f"http://{lab.admin.fqdn}:8080", f"https://{lab.tagged1.fqdn}"]
        for port in (8080, 11434):
            stranger.play_words(port, [sys.executable, "-c", LISTENER, str(port)])
        with host.serving(8444, "http://127.0.0.1:8080", "http"), \
                top.watch(pinned, host=host, config="discover = mine\n", names=False, dns=MAGIC_DNS) as watch:
            watch.until(lambda look: all(look.has(url, "ok") for url in (pinned, *found)))
            seen = len(watch.looks)
            try:
                host.cli("switch", other)
                _, seconds = watch.until(lambda look: suffix(look) == STRANGERS)
                watch.until(lambda _: len(watch.looks) > seen + 20, 40)
            finally:
                away = watch.looks[seen:]
                host.cli("switch", own)
            watch.until(lambda look: suffix(look) == DOMAIN)
            home = len(watch.looks)
            watch.until(lambda look: all(look.has(url, "ok") for url in (pinned, *found)))
        asked = [stranger.world.read(stranger.log(port)) for port in (8080, 11434)]
    away = [look for look in away if suffix(look) == STRANGERS]
    red = {alarm for look in away + watch.looks[home:] for alarm in look.alarms if "relayed" not in alarm}
    assert not red, red
    strangers = {row["url"] for look in away for row in look.snapshot["endpoints"]} - {pinned, "http://127.0.0.1:8080"}
    assert not strangers, f"of the tailnet before: {strangers}"
    assert DOMAIN not in "".join(asked), asked
    return f"noticed after {seconds:.1f} s"


def lock(host, lab):
    """It locks its tailnet, and signs the machines that are in it by now."""
    key = next(word for word in host.cli("lock", "status").split() if word.startswith("tlpub:"))
    host.cli("lock", "init", "--gen-disablements=1", "--confirm", key)
    lab.order(domain=host.domain)
    until(lambda: host.local("tka/status")["NodeKeySigned"], "the tailnet is not locked")


@row
def a_machine_that_tailnet_lock_keeps_out_is_told_on_both_sides_with_the_command_that_signs_it(lab, top):
    with lab.another("signer1", LOCKED) as signer, contextlib.ExitStack() as hosts:
        lock(signer, lab)
        newcomer = hosts.enter_context(lab.another("newcomer1", LOCKED))
        for host in (signer, newcomer):
            host.play(8080, LLAMA)
        url, way_back = f"http://{newcomer.fqdn}:8080", f"http://{signer.fqdn}:8080"
        until(lambda: signer.local("tka/status")["FilteredPeers"], "nobody is filtered")
        until(lambda: newcomer.status()["Health"], "tailscaled does not warn")
        options = {"names": False, "dns": MAGIC_DNS}
        there = top.once(url, host=signer, **options)
        here = top.once(way_back, host=newcomer, **options)
        expect(there, url, "down", "tailnet-lock")
        expect(here, way_back, "down", "tailnet-lock", daemon=["tailnet-lock"])
        fixes = {re.search("tailscale lock sign [^ `]+", verdict["fix"])[0] for verdict in (
            there.verdict(there.endpoint(url), "tailnet-lock"), here.verdict(here.endpoint(way_back), "tailnet-lock"),
            here.verdict(here.snapshot, "tailnet-lock"))}
        assert len(fixes) == 1, fixes
        commands.carry_out(lab, signer, *fixes)
        lab.order(domain=LOCKED)
        until(lambda: newcomer.local("tka/status")["NodeKeySigned"], "not signed")
        signer.reach(newcomer)
        newcomer.reach(signer)
        expect(top.once(url, host=signer, **options), url, "ok")
        expect(top.once(way_back, host=newcomer, **options), way_back, "ok")

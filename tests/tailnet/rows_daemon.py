"""This machine's own tailscaled, and the ways to it."""
import os

from rows import expect, row
from top import NOBODY, codes, told
from world import until


@row
def a_stopped_tailscale_is_told(lab, top):
    url = f"http://{lab.gpu1.fqdn}:8080"
    lab.spare1.cli("down")
    try:
        look = top.once(url, host=lab.spare1)
    finally:
        lab.spare1.cli("up")
    assert codes(look.snapshot) == ["tailscale-stopped"], look.snapshot["verdicts"]
    assert (look.status, look.snapshot["status"]) == (3, "unknown"), (look.status, look.snapshot["status"])
    assert look.seconds < 2, look.seconds
    lab.admin.reach(lab.spare1)


@row
def a_daemon_that_is_gone_is_missing(lab, top):
    url = f"http://{lab.gpu1.fqdn}:8080"
    look = top.once(url, socket=lab.world.path("nothing.sock"))
    assert codes(look.snapshot) == ["tailscaled-missing"], look.snapshot["verdicts"]
    assert (look.status, look.snapshot["status"]) == (3, "unknown"), (look.status, look.snapshot["status"])
    assert look.seconds < 6, look.seconds
    command = f"--tailscale={lab.spare1.command()[0]}"
    with lab.spare1.gone():
        looks = top.once(url, host=lab.spare1), top.once(url, host=lab.spare1, deadline=5, options=[command])
    for look in looks:
        assert codes(look.snapshot) == ["tailscaled-missing"], look.snapshot["verdicts"]
    assert looks[1].seconds < 5.5, "the command looks for its daemon for five seconds"
    lab.admin.reach(lab.spare1)


@row
def a_daemon_that_this_user_may_not_ask_is_denied(lab, top):
    os.chmod(lab.spare1.socket, 0o600)
    try:
        look, other = top.once(host=lab.spare1, user=NOBODY), top.once(host=lab.spare1)
    finally:
        os.chmod(lab.spare1.socket, 0o666)
    assert codes(look.snapshot) == ["tailscaled-denied"], look.snapshot["verdicts"]
    assert (look.status, look.snapshot["status"]) == (3, "unknown"), (look.status, look.snapshot["status"])
    assert "Permission denied" in look.text(look.snapshot, "tailscaled-denied")
    assert not codes(other.snapshot), "root may"


@row
def a_daemon_that_is_frozen_is_stale(lab, top):
    with lab.spare1.frozen():
        look = top.once(host=lab.spare1, deadline=5)
    assert codes(look.snapshot) == ["status-stale"], look.snapshot["verdicts"]
    assert look.status == 3 and look.seconds < 5.5, look.seconds
    lab.admin.reach(lab.spare1)


@row
def a_lost_control_plane_is_told_and_blames_no_peer(lab, top):
    url = f"http://{lab.gpu1.fqdn}:8080"
    with top.watch(url) as watch:
        watch.until(lambda look: look.endpoint(url)["state"] == "ok")
        with lab.admin.fenced("out ip daddr 10.99.0.1 tcp dport 9911 reject with tcp reset"):
            lab.order(spare1={"tags": []})     # news to be acknowledged: the answer is a reset
            look, _ = watch.until(lambda look: "control-lost" in codes(look.snapshot), 60)
            expect(look, url, "ok", daemon=["control-lost"])
        watch.until(lambda look: "control-lost" not in codes(look.snapshot), 60)


@row
def names_that_do_not_resolve_here_are_told_although_servers_are_well(lab, top):
    url = f"https://{lab.gpu1.fqdn}"
    look = top.once(url, names=False)
    expect(look, url, "ok", daemon=["name-unresolved"])
    assert "name-unresolved" in codes(look.snapshot)


@row
def an_ordinary_user_sees_the_same(lab, top):
    urls = [f"https://{lab.gpu1.fqdn}", f"http://{lab.gpu1.fqdn}:9999"]
    ours, theirs = told(top.once(*urls)), told(top.once(*urls, user=NOBODY))
    assert ours == theirs, (ours, theirs)


@row
def the_command_line_tells_the_same_as_the_socket(lab, top):
    urls = [f"https://{lab.gpu1.fqdn}", f"http://{lab.gpu1.fqdn}:9999"]
    wrapper = lab.world.path("tailscale")
    with open(wrapper, "w", encoding="ascii") as file:
        file.write(f'#!/bin/sh\nshift\nexec {" ".join(lab.admin.command())} "$@"\n')
    os.chmod(wrapper, 0o755)
    by_socket = top.once(*urls, deadline=15)
    by_command = top.once(*urls, deadline=15, socket=lab.world.path("nothing.sock"), options=[f"--tailscale={wrapper}"])
    assert (by_socket.snapshot["daemon"]["via"], by_command.snapshot["daemon"]["via"]) == ("localapi", "cli")
    assert told(by_socket) == told(by_command), (told(by_socket), told(by_command))


@row
def without_an_interface_servers_are_asked_through_tailscaled(lab, top):
    url, plain, dead = f"https://{lab.gpu1.fqdn}", f"http://{lab.gpu1.fqdn}:8080", f"http://{lab.gpu1.fqdn}:9999"
    lab.sidecar1.reach(lab.gpu1)
    look = top.once(url, plain, dead, host=lab.sidecar1)
    expect(look, url, "ok")
    expect(look, plain, "ok")
    expect(look, dead, "down", "not-listening")
    assert look.peer(lab.gpu1)["path"].get("rtt_source") != "tcp", "a connect to our own socket is no round trip"
    assert "userspace-networking" in codes(look.snapshot) and look.snapshot["daemon"]["tun"] is False


@row
def behind_a_userspace_daemon_a_closed_port_is_not_listening(lab, top):
    url = f"http://{lab.sidecar1.fqdn}:9999"
    lab.admin.reach(lab.sidecar1)
    look = top.once(url, f"http://{lab.sidecar1.fqdn}:8080")
    expect(look, url, "down", "not-listening")
    expect(look, f"http://{lab.sidecar1.fqdn}:8080", "ok")


@row
def a_logged_out_machine_needs_a_login(lab, top):
    lab.spare1.cli("logout")
    until(lambda: lab.spare1.status()["BackendState"] == "NeedsLogin", "still logged in")
    look = top.once(host=lab.spare1)
    assert codes(look.snapshot) == ["needs-login"], look.snapshot["verdicts"]
    assert look.status == 3, look.status
    assert look.snapshot["peers"] == [], look.snapshot["peers"]

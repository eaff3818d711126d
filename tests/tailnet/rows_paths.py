"""Paths, peers, and what keeps packets out."""
import time

from rows import expect, row
from top import NOBODY, codes
from world import until

DAY_S = 86400
LOG_BUDGET_S = 25     # of tailscaled for lines about silent connects: five, one every five seconds


def settled(host):
    """Waits until a host's packet filter is not the one that lets everybody in."""
    until(lambda: len(host.local("debug-packet-filter-rules")) > 2, f"{host.name} has no ACL")


def in_days(days):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * DAY_S))


def polls_until(watch, host, kind):
    """How many polls it takes until a host's path is of a kind, beside the one that is under way."""
    seen = len(watch.looks)
    look, _ = watch.until(lambda look: look.peer(host)["path"]["kind"] == kind)
    return watch.looks.index(look) - seen

@row
def a_direct_path_is_direct_at_the_first_look(lab, top):
    look = top.once(f"https://{lab.gpu1.fqdn}")
    path = look.peer(lab.gpu1)["path"]
    assert path["kind"] == "direct" and path["endpoint"] == f"{lab.gpu1.underlay}:41641", path


@row
def a_path_through_derp_is_relayed_and_names_the_region(lab, top):
    lab.admin.reach(lab.gpu2)
    look = top.once(f"https://{lab.gpu2.fqdn}")
    expect(look, f"https://{lab.gpu2.fqdn}", "slow", "relayed")
    path = look.peer(lab.gpu2)["path"]
    assert (path["kind"], path["via"]) == ("derp", lab.admin.peer(lab.gpu2)["Relay"]), path
    assert f"DERP {path['via']}" in look.text(look.peer(lab.gpu2), "relayed")
    assert look.status == 1


@row
def a_host_without_udp_is_the_reason_for_derp(lab, top):
    url = f"https://{lab.gpu2.fqdn}"
    lab.admin.reach(lab.gpu2)
    for options in ([], ["--passive"]):
        look = top.once(url, options=options)
        peer = look.peer(lab.gpu2)
        assert peer["net"]["udp"] is False and not peer["net"]["candidates"], peer["net"]
    look = top.once(url, user=NOBODY)
    assert look.peer(lab.gpu2)["path"]["reason"] == "udp-blocked-there", look.peer(lab.gpu2)["path"]
    said = look.text(look.peer(lab.gpu2), "relayed")
    assert "UDP is blocked on its network" in said and "network of gpu2" in said, said
    assert look.seconds < 5, look.seconds


@row
def udp_that_is_blocked_here_is_told_by_netcheck_and_by_the_tailnet(lab, top):
    url = f"https://{lab.gpu1.fqdn}"
    lab.admin.reach(lab.gpu1)
    with top.watch(url, options=[f"--tailscale={lab.admin.command()[0]}"]) as watch:
        watch.until(lambda look: look.endpoint(url)["state"] == "ok")
        with lab.admin.fenced("in iifname eth0 meta l4proto udp drop", "out oifname eth0 meta l4proto udp drop"):
            look, seconds = watch.until(lambda look: "udp-blocked" in codes(look.snapshot, with_info=False), 60)
            assert "netcheck" in look.text(look.snapshot, "udp-blocked")
            assert look.snapshot["daemon"]["net"]["udp"] is False
            assert look.peer(lab.gpu1)["path"]["reason"] == "udp-blocked-here", look.peer(lab.gpu1)["path"]
            until(lambda: knows_no_udp(lab.admin), "tailscaled still believes in UDP", 90)
            one = top.once(url)
        assert one.peer(lab.gpu1)["path"]["reason"] == "udp-blocked-here", one.peer(lab.gpu1)["path"]
        assert "what tailscaled found" in one.text(one.snapshot, "udp-blocked")
        assert one.seconds < 6, one.seconds
        until(lambda: lab.admin.peer(lab.gpu1)["CurAddr"], "no direct path again", 60)
    until(lambda: not knows_no_udp(lab.admin), "tailscaled does not believe in UDP again", 90)
    return f"told after {seconds:.0f} s"


def knows_no_udp(host):
    return host.local(f"whois?addr={host.address}")["Node"]["Hostinfo"]["NetInfo"]["WorkingUDP"] is False


@row
def a_firewall_against_one_peer_leaves_its_addresses_without_an_answer(lab, top):
    url = f"http://{lab.fenced1.fqdn}:8080"
    others = f"{{ {lab.admin.underlay}, {lab.relay1.underlay} }}"    # nor by the peer relay
    with lab.fenced1.fenced(f"in ip saddr {others} meta l4proto udp drop",
                            f"out ip daddr {others} meta l4proto udp drop"):
        until(lambda: not lab.admin.peer(lab.fenced1)["CurAddr"], "tailscaled holds on to the direct path")
        lab.admin.reach(lab.fenced1)
        look = top.once(url)
    path = look.peer(lab.fenced1)["path"]
    assert path.get("reason") == "no-answer" and "probably" in path["reason_text"], path
    until(lambda: lab.admin.ping(lab.fenced1)["Endpoint"], "no direct path again", 60)


@row
def large_packets_that_get_lost_are_an_mtu_black_hole(lab, top):
    one, other = f"http://{lab.gpu1.fqdn}:8080", f"http://{lab.gpu1.fqdn}:8081"
    lab.admin.reach(lab.gpu1)
    with lab.gpu1.playing(8081, "vllm-0.32.0-cpu/ready-idle"), top.watch(one, other) as watch:
        for url in (one, other):
            watch.until(lambda look: look.endpoint(url)["state"] == "ok")
        seen = len(watch.looks)
        with lab.gpu1.fenced("out oifname eth0 udp length > 900 drop"):
            look, seconds = watch.until(lambda look: "mtu-blackhole" in look.alarms_of(one), 90)
        assert look.peer(lab.gpu1)["path"]["kind"] == "direct", look.peer(lab.gpu1)["path"]
        for url in (one, other):
            expect(look, url, "fault", "mtu-blackhole")
        watch.until(lambda look: not look.alarms, 60)
        wrong = {one_look.endpoint(one)["state"] for one_look in watch.looks[seen:]} - {"ok", "fault"}
    return f"told after {seconds:.0f} s, {wrong or 'nothing else'} before"


@row
def a_path_through_a_peer_relay_is_peer_relayed_and_names_the_relay(lab, top):
    lab.admin.reach(lab.gpu3)
    until(lambda: lab.admin.ping(lab.gpu3)["PeerRelay"], "no peer relay", 60)
    look = top.once(f"https://{lab.gpu3.fqdn}", f"http://{lab.relay1.fqdn}:8080")
    expect(look, f"https://{lab.gpu3.fqdn}", "ok", "peer-relayed")
    path = look.peer(lab.gpu3)["path"]
    assert (path["kind"], path["via"]) == ("peer-relay", "relay1"), path


@row
def a_round_trip_is_measured_where_something_was_asked(lab, top):
    with top.watch(f"https://{lab.gpu1.fqdn}") as watch:
        look, _ = watch.until(lambda look: look.peer(lab.gpu1)["path"].get("rtt_ms"), 20)
    assert 0 < look.peer(lab.gpu1)["path"]["rtt_ms"] < 50, look.peer(lab.gpu1)["path"]


@row
def a_peer_that_went_is_offline_and_its_server_is_not_blamed(lab, top):
    url = f"http://{lab.spare1.fqdn}:8080"
    with top.watch(url) as watch:
        watch.until(lambda look: look.endpoint(url)["state"] == "ok")
        with lab.spare1.gone():
            look, seconds = watch.until(lambda look: "host-offline" in look.alarms_of(url))
        expect(look, url, "offline", "host-offline")
        assert seconds < 15, seconds
        until(lambda: lab.admin.peer(lab.spare1)["Online"], "spare1 is not back")
        _, seconds = watch.until(lambda look: look.endpoint(url)["state"] == "ok", 60)
    assert "last seen" in look.text(look.peer(lab.spare1), "host-offline")


@row
def a_peer_that_is_offline_is_so_at_the_first_look(lab, top):
    url = f"http://{lab.spare1.fqdn}:8080"
    with lab.spare1.gone():
        until(lambda: not lab.admin.peer(lab.spare1)["Online"], "spare1 is still online")
        look = top.once(url)
    expect(look, url, "offline", "host-offline")
    assert look.peer(lab.spare1)["path"]["kind"] == "offline"
    until(lambda: lab.admin.peer(lab.spare1)["Online"], "spare1 is not back")
    lab.admin.reach(lab.spare1)


@row
def an_expired_key_and_one_that_expires_soon_are_told(lab, top):
    url = f"http://{lab.spare1.fqdn}:8080"
    with lab.ordered(spare1={"expired": True, "keyExpiry": in_days(-3)}):
        until(lambda: lab.admin.peer(lab.spare1).get("Expired"), "not expired")
        look = top.once(url)
    expect(look, url, "offline", "key-expired")
    assert "3 d" in look.text(look.peer(lab.spare1), "key-expired")
    with lab.ordered(spare1={"keyExpiry": in_days(5)}):
        until(lambda: lab.admin.peer(lab.spare1).get("KeyExpiry"), "no expiry")
        lab.admin.reach(lab.spare1)
        look = top.once(url)
    expect(look, url, "warn", "key-expiring")
    lab.admin.reach(lab.spare1)
    expect(top.once(url), url, "ok")


@row
def a_firewall_on_the_host_is_filtered(lab, top):
    url, open_url = f"http://{lab.fenced1.fqdn}:8080", f"http://{lab.fenced1.fqdn}:8081"
    lab.fenced1.play(8081, "llama-server-0.5.0/ready-idle")
    with lab.fenced1.fenced("in iifname tailscale0 tcp dport 8080 drop"):
        look = top.once(url, open_url)
    lab.fenced1.end_server(8081)
    expect(look, url, "filtered", "filtered")
    assert "answers pings" in look.text(look.endpoint(url), "filtered")
    expect(look, open_url, "ok")
    assert look.seconds < 7, look.seconds


@row
def an_acl_against_the_pair_is_told_to_root_and_suspected_for_others(lab, top):
    url = f"http://{lab.denied1.fqdn}:8080"
    lab.admin.reach(lab.denied1)
    with lab.ordered(denied1={"denies": [{"from": "admin"}]}):
        settled(lab.denied1)
        look, other = top.once(url), top.once(url, user=NOBODY)
    expect(look, url, "filtered", "acl-denied")
    said = look.text(look.endpoint(url), "acl-denied")
    assert '"ip": ["tcp:8080"]' in said and lab.denied1.address in said, said
    expect(other, url, "filtered", "filtered")


@row
def an_acl_against_one_port_leaves_the_others_alone(lab, top):
    time.sleep(LOG_BUDGET_S)    # the row before has used up the lines that tailscaled logs of silent connects
    url, open_url = f"http://{lab.denied1.fqdn}:8080", f"http://{lab.denied1.fqdn}:8081"
    lab.denied1.play(8081, "llama-server-0.5.0/ready-idle")
    with lab.ordered(denied1={"denies": [{"from": "admin", "port": 8080}]}):
        settled(lab.denied1)
        look, other = top.once(url, open_url), top.once(url, open_url, user=NOBODY)
    lab.denied1.end_server(8081)
    expect(look, url, "filtered", "acl-denied")
    expect(other, url, "filtered", "filtered")
    for one in (look, other):
        expect(one, open_url, "ok")


@row
def a_peer_that_a_rule_hides_is_an_unknown_host(lab, top):
    url = f"http://{lab.spare1.fqdn}:8080"
    with lab.ordered(spare1={"hidden": True}):
        until(lambda: not lab.admin.peer(lab.spare1), "spare1 is still seen")
        look = top.once(url)
    expect(look, url, "down", "unknown-host")
    until(lambda: lab.admin.peer(lab.spare1), "spare1 is not back")


@row
def a_frozen_peer_is_unreachable(lab, top):
    url = f"http://{lab.gpu1.fqdn}:8080"
    with lab.gpu1.frozen():
        look = top.once(url, deadline=20)
    expect(look, url, "down", "host-unreachable")
    assert "host-unreachable" in codes(look.peer(lab.gpu1))
    lab.admin.reach(lab.gpu1)


@row
def a_frozen_peer_is_suspected_within_the_default_deadline(lab, top):
    url = f"http://{lab.gpu1.fqdn}:8080"
    lab.admin.reach(lab.gpu1)
    with lab.gpu1.frozen():
        look = top.once(url, deadline=5)
    said = set(codes(look.endpoint(url)))
    assert said & {"host-unreachable", "filtered", "connect-timeout"}, said
    lab.admin.reach(lab.gpu1)


@row
def a_peer_that_freezes_is_not_called_relayed_and_soon_unreachable(lab, top):
    url = f"http://{lab.gpu1.fqdn}:8080"
    lab.admin.reach(lab.gpu1)
    with top.watch(url) as watch:
        watch.until(lambda look: look.peer(lab.gpu1)["path"]["kind"] == "direct")
        with lab.gpu1.frozen():
            seen = len(watch.looks)
            _, seconds = watch.until(lambda look: "host-unreachable" in look.alarms_of(url), 90)
            frozen = watch.looks[seen:]
        watch.until(lambda look: look.endpoint(url)["state"] == "ok", 60)
    assert not any("relayed" in look.alarms_of(url) for look in frozen), "nothing came back, by DERP or otherwise"
    bare = {look.endpoint(url)["state"] for look in frozen if not look.endpoint(url)["verdicts"]} - {"ok"}
    assert not bare, f"a state without a reason: {bare}"
    assert seconds < 30, f"only after {seconds:.0f} s"


@row
def a_direct_path_that_breaks_is_noticed_and_blames_no_server(lab, top):
    url = f"https://{lab.gpu1.fqdn}"
    lab.admin.reach(lab.gpu1)
    with top.watch(url) as watch:
        known, _ = watch.until(lambda look: look.peer(lab.gpu1)["path"].get("pong_source") and
                               look.peer(lab.gpu1)["path"]["kind"] == "direct")
        with lab.gpu1.fenced("in udp dport 41641 drop", "out udp sport 41641 drop"):
            until(lambda: not lab.admin.peer(lab.gpu1)["CurAddr"], "tailscaled holds on to the direct path")
            polls = polls_until(watch, lab.gpu1, "derp")
            look, _ = watch.until(lambda look: "relayed" in look.alarms_of(url), 30)
        until(lambda: lab.admin.peer(lab.gpu1)["CurAddr"], "no direct path again", 40)
        polls_back = polls_until(watch, lab.gpu1, "direct")
        before, after = (look.peer(lab.gpu1)["path"]["changes"] for look in (known, watch.looks[-1]))
        assert after - before == 2, f"{before} changes of the path became {after}"
        watch.until(lambda look: not look.alarms)
        wrong = {one.endpoint(url)["state"] for one in watch.looks} - {"ok", "slow", "unknown"}
    assert not wrong, f"while the path was changing the server was called {wrong}"
    assert max(polls, polls_back) <= 2, f"noticed after {polls} polls, and the way back after {polls_back}"
    return f"noticed at poll {polls} after tailscaled, and the way back at poll {polls_back}"


# The last row: tailscaled writes only so many lines about rejects, and discovery uses them up.
@row
def an_acl_is_proven_while_discovery_asks_the_same_host(lab, top):
    url = f"http://{lab.denied1.fqdn}:8080"
    lab.admin.reach(lab.denied1)
    with lab.ordered(denied1={"denies": [{"from": "admin"}]}):
        settled(lab.denied1)
        with top.watch(url, config="discover = mine\n") as watch:
            watch.until(lambda look: "acl-denied" in look.alarms_of(url), 40)

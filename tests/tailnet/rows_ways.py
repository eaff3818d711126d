"""What leads elsewhere: a subnet router, an exit node, the address of a Service."""
import contextlib

import commands
from hosts import DOMAIN
from rows import expect, row
from tailnet import OLLAMA
from top import codes
from world import until

OUTSIDE = "203.0.113.7"     # an address outside the tailnet that only the exit node leads to
VIP, PORT = "100.100.7.7", 8090        # of the Service


@contextlib.contextmanager
def routing(lab, router, *routes):
    """A host offers routes, and whoever approves them has done so, for a while."""
    router.cli("set", f"--advertise-routes={','.join(routes)}")
    try:
        with lab.ordered(**{router.name: {"routes": routes}}):
            until(lambda: set(routes) <= set(lab.admin.peer(router)["AllowedIPs"]), f"no routes of {router.name}")
            yield
    finally:
        router.cli("set", "--advertise-routes=")


@row
def a_server_behind_a_subnet_router_needs_its_routes_and_the_router(lab, top):
    router = lab.spare1
    with lab.behind(router) as address, routing(lab, router, "192.0.2.0/24"):
        url = f"http://{address}:8080"
        refused = top.once(url)
        expect(refused, url, "down", "routes-not-accepted")
        assert router.name in refused.text(refused.endpoint(url), "routes-not-accepted")
        try:
            commands.run(lab, lab.admin, refused.verdict(refused.endpoint(url), "routes-not-accepted"))
            until(lambda: lab.admin.run("ip", "route", "show", "table", "52").count("192.0.2.0/24"), "no route")
            expect(top.once(url), url, "ok")
            with router.gone():
                until(lambda: not lab.admin.peer(router)["Online"], f"{router.name} is still online")
                gone = top.once(url)
            expect(gone, url, "down", "router-offline")
            assert router.name in gone.text(gone.endpoint(url), "router-offline")
            until(lambda: lab.admin.peer(router)["Online"], f"{router.name} is not back")
            lab.admin.reach(router)
            expect(top.once(url), url, "ok")
        finally:
            lab.admin.cli("set", "--accept-routes=false")


@row
def an_exit_node_that_is_offline_is_told_by_what_it_cuts_off(lab, top):
    """The address is on the exit node itself: what is beyond it would need the internet."""
    exit_node, client, url = lab.relay1, lab.spare1, f"http://{OUTSIDE}:8080"
    lab.world.ip(exit_node.name, "addr", "add", f"{OUTSIDE}/32", "dev", "lo")
    with routing(lab, exit_node, "0.0.0.0/0", "::/0"):
        client.reach(exit_node)
        client.cli("set", f"--exit-node={exit_node.address}")
        try:
            expect(top.once(url, host=client), url, "ok")
            with exit_node.gone():
                until(lambda: not client.peer(exit_node)["Online"], f"{exit_node.name} is still online")
                look = top.once(url, host=client)
            expect(look, url, "down", "exit-node-offline", daemon=["exit-node-offline"])
            for where in (look.snapshot, look.endpoint(url)):
                assert exit_node.name in look.text(where, "exit-node-offline"), where
            commands.run(lab, client, look.verdict(look.snapshot, "exit-node-offline"))
            assert "exit-node-offline" not in codes(top.once(host=client).snapshot)
        finally:
            client.cli("set", "--exit-node=")
            lab.world.ip(exit_node.name, "addr", "del", f"{OUTSIDE}/32", "dev", "lo")
    lab.admin.reach(exit_node)
    lab.admin.reach(client)


@contextlib.contextmanager
def hosting(lab, host):
    """A host of a Service that everybody may use, with an Ollama behind it, for a while; the URL of the Service."""
    backend = 11500
    host.play(backend, OLLAMA, address="127.0.0.1")
    try:
        with lab.ordered(**{host.name: {"tags": ["tag:gpu"], "services": {"llm": {"address": VIP, "ports": [PORT]}}}}):
            until(lambda: host.status()["Self"].get("Tags"), f"{host.name} has no tag")
            host.cli("serve", "--service=svc:llm", "--yes", f"--http={PORT}", f"http://127.0.0.1:{backend}")
            until(lambda: lab.admin.local("services"), "nobody is told of the Service")
            try:
                yield f"http://llm.{DOMAIN}:{PORT}"
            finally:
                host.cli("serve", "clear", "svc:llm")
    finally:
        host.end_server(backend)


def packets(host, where):
    """How many packets have met a counting rule."""
    return sum(int(line.split("packets")[1].split()[0]) for line in host.run("nft", "list", "table", "inet", "fence")
               .splitlines() if f"daddr {where} " in line)


@row
def a_service_is_found_and_asked_at_its_own_address_from_elsewhere_and_on_its_host(lab, top):
    host = lab.tagged1
    with hosting(lab, host) as url:
        away = top.once(config="discover = mine\n", deadline=15)
        with host.fenced(*(f"out ip daddr {address} tcp dport {PORT} counter" for address in (VIP, host.address))):
            here = top.once(host=host)
            at_service, at_node = packets(host, VIP), packets(host, host.address)
        host.cli("serve", "drain", "svc:llm")
        drained = top.once(host=host)
    for look, found_by in ((away, "service"), (here, "serve")):
        endpoint = look.endpoint(url)
        assert (endpoint["state"], endpoint["found_by"], endpoint["server"]) == ("ok", found_by, "ollama"), endpoint
        assert not look.alarms_of(url), endpoint["verdicts"]
    assert at_service and not at_node, f"{at_service} packets to the Service, {at_node} to the node"
    assert here.mount(PORT)["service"] == "svc:llm" and not here.alarms, here.alarms
    expect(drained, url, "unknown", "service-untested")


@row
def a_service_whose_backend_is_dead_is_a_bad_gateway(lab, top):
    with hosting(lab, lab.tagged1) as url:
        lab.tagged1.end_server(11500)
        away, here = top.once(url), top.once(host=lab.tagged1)
    expect(away, url, "fault", "bad-gateway")
    expect(here, url, "fault", "bad-gateway")

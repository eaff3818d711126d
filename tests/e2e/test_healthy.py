#!/usr/bin/python3
"""Healthy machines of other people: what works for them is never a fault here."""
import contextlib
import json
import os
import time

import stage
from stage import KEY, SUFFIX, Server, Tailscaled, once, status
from tap import main, test
from top import codes, endpoint, first

stage.enter(__file__)

OURS, GPU1, VIP, LAN = "100.64.0.1", "100.64.0.5", "100.64.9.1", "192.168.77.5"
NODE = f"admin.{SUFFIX}"


def mount(target, port=18081, path="/", host=NODE):
    return {"TCP": {str(port): {"HTTP": True}}, "Web": {f"{host}:{port}": {"Handlers": {path: {"Proxy": target}}}}}


def found(told, words=(), ports=18999, **daemon):
    """What --once says with `discover = mine` of no port but one, which nobody has."""
    with Tailscaled(told, **daemon):
        return json.loads(stage.top("--once", "--format", "json", *words, discover=f"mine\nports = {ports}",
                                    deadline=6).stdout)


def bad(snapshot):
    rows = [snapshot, *snapshot["peers"], *snapshot["endpoints"], *snapshot["serve"]]
    return [verdict for row in rows for verdict in row["verdicts"] if verdict["severity"] != "info"]


def page(*servers, code=404):
    for server in servers:
        server.body, server.code, server.pages = b"404: Not Found", code, {"/": (200, b"<html>ComfyUI</html>")}


@test
def a_mount_of_something_else_is_left_alone_whatever_it_answers():
    stage.needed()
    for code in (404, 302, 405, 200, 400, 500, 501):
        with Server("127.0.0.1", 19100) as backend, Server(OURS, 18081) as served:
            page(backend, served, code=code)
            snapshot = found(status(), serve=mount("http://127.0.0.1:19100"))
        assert not bad(snapshot) and not snapshot["endpoints"], (code, snapshot)
        assert snapshot["serve"][0]["backend_state"] == "web" and snapshot["status"] == "unknown", (code, snapshot)
        assert not served.paths, "its backend has told enough"


@test
def what_may_stand_before_a_server_or_has_failed_keeps_its_row():
    stage.needed()
    for code, state in ((401, "auth"), (502, "fault")):
        with Server("127.0.0.1", 19100, body=b"", code=code) as backend, Server(OURS, 18081, body=b"", code=code):
            backend.headers = {"Content-Type": "text/html"}
            snapshot = found(status(), serve=mount("http://127.0.0.1:19100"))
        assert endpoint(snapshot, "127.0.0.1:19100")["state"] == state, (code, snapshot)


@test
def a_pinned_mount_is_not_left_alone():
    stage.needed()
    with Server("127.0.0.1", 19100) as backend, Server(OURS, 18081) as served:
        page(backend, served)
        snapshot = found(status(), ["--endpoint", f"http://{NODE}:18081"], serve=mount("http://127.0.0.1:19100"))
    row = endpoint(snapshot, NODE)
    assert row["state"] == "fault" and served.paths, snapshot


@test
def a_mount_of_the_api_alone_is_asked_by_the_base_url_of_its_clients():
    stage.needed()
    with Server("127.0.0.1", 19100) as backend, Server(OURS, 18081) as served:
        snapshot = found(status(), serve=mount("http://127.0.0.1:19100/v1", path="/v1"))
    assert endpoint(snapshot, NODE)["url"] == f"http://{NODE}:18081", snapshot
    assert not bad(snapshot) and snapshot["serve"][0]["backend_state"] == "ok", snapshot
    assert not [path for path in (*backend.paths, *served.paths) if "/v1/v1" in path]


@test
def below_such_a_mount_nothing_else_of_its_server_is_asked():
    stage.needed()
    with Server("127.0.0.1", 19100) as backend, Server(OURS, 18081, code=404, body=b"404 page not found\n") as served:
        backend.headers = served.headers = {"Server": "llama.cpp"}
        backend.pages = {"/health": (200, b'{"status":"ok"}')}
        served.pages = {"/v1/models": (200, stage.MODELS)}
        snapshot = found(status(), serve=mount("http://127.0.0.1:19100/v1", path="/v1"))
    assert endpoint(snapshot, NODE)["state"] == "ok" and not bad(snapshot), snapshot
    assert set(served.paths) == {"/v1/models"}, served.paths


@test
def localhost_is_ipv6_as_well():
    stage.needed()
    with Server("::1", 19100), Server(OURS, 18081), Server("::1", 19101):
        snapshot = found(status(), ["--endpoint", "http://localhost:19101"], serve=mount("http://localhost:19100"))
    assert not bad(snapshot) and snapshot["serve"][0]["backend_state"] == "ok", snapshot
    assert endpoint(snapshot, "[::1]:19100")["state"] == endpoint(snapshot, "localhost:19101")["state"] == "ok"


def service(*ports, name="svc:llm", address=VIP):
    return {name: {"Name": name, "Addrs": [address], "Ports": list(ports)}}


@test
def a_service_is_asked_at_its_own_address_on_any_declared_port():
    stage.needed()
    with Server(VIP, 18001) as vip:
        snapshot = found(status(), services=service("tcp:18001", "udp:53", "443-444"))
        assert endpoint(snapshot, f"llm.{SUFFIX}:18001")["state"] == "ok", snapshot
        for name in (f"llm.{SUFFIX}", "llm", f"LLM.{SUFFIX}."):
            pinned = found(status(), ["--endpoint", f"http://{name}:18001"], services=service("tcp:18001"))
            assert [row["state"] for row in pinned["endpoints"] if row.get("pinned")] == ["ok"], (name, pinned)
        assert set(vip.keys) == {""}, vip.keys


@test
def a_declared_port_may_speak_either_protocol():
    stage.needed()
    with Server(VIP, 443):
        snapshot = found(status(), services=service("tcp:443"))
    assert endpoint(snapshot, f"http://llm.{SUFFIX}:443")["state"] == "ok", snapshot


def are_well(*parts):
    return lambda snapshot: {part for part in parts for row in snapshot["endpoints"]
                             if part in row["url"] and row["state"] == "ok"} == set(parts)


@test
def what_the_tailnet_before_had_is_not_asked_after_a_switch():
    """The same addresses are other machines' there."""
    stage.needed()
    other, before = status(suffix="tail7b2e.ts.net"), (f"gpu1.{SUFFIX}", f"llm.{SUFFIX}")
    other["Self"]["ID"] = "another"
    with Server(GPU1) as gpu1, Server(VIP, 18001) as vip, \
            Tailscaled(status(("gpu1", GPU1)), services=service("tcp:18001")) as daemon, \
            stage.watching(discover="mine\nports = 18080") as snapshots:
        assert first(snapshots, are_well(*before))
        daemon.told, daemon.services = other, service(name="svc:raw")
        rest = first(snapshots, lambda snapshot: not snapshot["endpoints"])
        assert rest and not bad(rest), rest
        asked = len(gpu1.paths), len(vip.paths)
        assert not first(snapshots, lambda _: (len(gpu1.paths), len(vip.paths)) != asked, most=14)
        daemon.told, daemon.services = status(("gpu1", GPU1)), service("tcp:18001")
        assert first(snapshots, are_well(*before))


@test
def a_service_or_a_port_of_it_that_is_offered_no_more_is_not_asked():
    """It is told at every thirtieth look."""
    stage.needed()
    raw, moved = service("tcp:18001", name="svc:raw", address=LAN), service("tcp:18001", name="svc:raw", address=GPU1)
    with Server(VIP, 18001) as port, Server(VIP, 18002), Server(LAN, 18001) as place, Server(GPU1, 18001), \
            Tailscaled(status(), services={**service("tcp:18001", "tcp:18002"), **raw}) as daemon, \
            stage.watching(discover="mine\nports = 18080") as snapshots:
        assert first(snapshots, are_well("llm", ":18001", ":18002", "raw"))
        daemon.services = {**service("tcp:18002"), **moved}
        left = first(snapshots, lambda snapshot: len(snapshot["endpoints"]) == 2)
        asked = len(port.paths), len(place.paths)
        assert left and first(snapshots, are_well("llm", ":18002", "raw")), left
        assert not first(snapshots, lambda _: (len(port.paths), len(place.paths)) != asked, most=14)


def hosting(addresses=True):
    told = status()
    if addresses:
        told["Self"]["CapMap"] = {"service-host": [{"svc:raw": [VIP, "fd7a:115c:a1e0::901"]}]}
    return told, {"Services": {"svc:raw": {"TCP": {"18080": {"TCPForward": "localhost:11434"}}}}}


@test
def an_own_service_is_never_looked_for_at_the_node():
    stage.needed()
    for told, serve in (hosting(), hosting(False)):
        services = service("tcp:18080", name="svc:raw")
        with Server("127.0.0.1", 11434), Server(VIP, 18080), Server(OURS, 18080) as node:
            snapshot = found(told, ports=11434, serve=serve, services=services)
        assert not bad(snapshot) and endpoint(snapshot, f"raw.{SUFFIX}:18080")["state"] == "ok", snapshot
        assert not node.paths and snapshot["serve"][0]["backend_state"] == "ok", snapshot


def records(name, address):
    told = status(("gpu1", GPU1))
    told["ExtraRecords"] = [{"Name": name, "Value": address}]
    return told


@test
def a_record_of_the_tailnet_leads_to_its_machine():
    stage.needed()
    stage.hosts({})
    name = f"llm.{SUFFIX}"
    with Server(GPU1) as gpu1:
        with Tailscaled(records(name, GPU1)):
            row = endpoint(once(f"http://{name}:18080"), name)
        assert row["state"] == "ok" and row["peer"] == "gpu1" and KEY in gpu1.keys, row


@test
def what_the_resolver_knows_of_the_tailnet_is_asked_without_a_key():
    """tailscaled before 1.100 does not list its records."""
    stage.needed()
    name = f"llm.{SUFFIX}"
    stage.hosts({name: GPU1})
    with Server(GPU1) as gpu1, Tailscaled(status(("gpu1", GPU1))):
        row = endpoint(once(f"http://{name}:18080"), name)
    assert row["state"] == "ok" and row["peer"] == "gpu1" and set(gpu1.keys) == {""}, (row, gpu1.keys)


@test
def but_never_where_it_leads_out_of_the_tailnet():
    stage.needed()
    name = f"llm.{SUFFIX}"
    stage.hosts({name: LAN, "llm": LAN})
    with Server(LAN) as lan, Tailscaled(status(("gpu1", GPU1))):
        snapshot = once(f"http://{name}:18080", "http://llm:18080")
    assert [codes(row) for row in snapshot["endpoints"]] == [["unknown-host"]] * 2 and not lan.keys, snapshot


@test
def a_4via6_name_is_the_address_that_it_says():
    stage.needed()
    stage.hosts({})
    address = "fd7a:115c:a1e0:b1a:0:7:c0a8:132"
    told = status(("router", GPU1))
    told["Peer"][f"nodekey:{2:064x}"]["PrimaryRoutes"] = ["fd7a:115c:a1e0:b1a:0:7:c0a8:100/120"]
    with Server(address) as behind:
        for name in (f"192-168-1-50-via-7.{SUFFIX}", "192-168-1-50-via-7"):
            with Tailscaled(told):
                assert endpoint(once(f"http://{name}:18080"), name)["state"] == "ok"
        before = len(behind.paths)
        with Tailscaled(status(("router", GPU1))):
            row = endpoint(once(f"http://192-168-1-50-via-7.{SUFFIX}:18080"), "via-7")
        assert codes(row) == ["unknown-host"] and len(behind.paths) == before, row


@contextlib.contextmanager
def remembered(stopped_ago):
    """The words that make a run remember gpu1, where nothing listens, and the file that it keeps that in."""
    folder = "/run/remembered"
    os.makedirs(f"{folder}/tsllm-top", exist_ok=True)
    path = f"{folder}/tsllm-top/endpoints"
    with open(path, "w", encoding="utf-8") as file:
        seconds = f"\t{int(time.time() - stopped_ago)}" if stopped_ago else ""
        file.write(f"http://gpu1.{SUFFIX}:18080\topenai-compatible{seconds}\n")
    yield path


def run_remembering(stopped_ago):
    with remembered(stopped_ago) as path, Tailscaled(status(("gpu1", GPU1))), \
            stage.configured(discover="mine\nports = 18999") as (words, environment):
        stage.has_address(GPU1)
        ended = stage.run_in(words, {**environment, "XDG_STATE_HOME": os.path.dirname(os.path.dirname(path))})
        with open(path, encoding="utf-8") as file:
            return json.loads(ended.stdout), file.read()


@test
def what_was_found_and_has_stopped_is_down_then_gone_then_forgotten():
    stage.needed()
    snapshot, kept = run_remembering(0)
    row = endpoint(snapshot, "gpu1")
    assert row["state"] == "down" and snapshot["status"] == "down", snapshot
    assert abs(int(kept.split("\t")[2]) - time.time()) < 30, kept
    snapshot, kept = run_remembering(2 * 3600)
    assert codes(endpoint(snapshot, "gpu1")) == ["gone"] and not bad(snapshot), snapshot
    assert "gpu1" in kept
    snapshot, kept = run_remembering(26 * 3600)
    assert not kept, kept


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Is the fake tailnet true? Its daemon's answers are compared with the recorded ones."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from tap import main, raises, test, until

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "fake"))
from fake import FakeTailnet                                                        # noqa: E402

LLAMA = "llama-server-0.5.0/ready-idle"
PEERS = """
peer gpu1 linux direct 10.99.0.11:41641 rtt 0.3
peer gpu2 linux derp fra rtt 1
peer gpu3 linux relay 10.99.0.14:40000:vni:3
peer nas linux offline 3h
peer stuck linux direct deaf
"""


def recorded(name):
    with open(os.path.join(TESTS, "recordings", name), "rb") as file:
        return file.read()


def keys(value):
    """What an object is made of, without its values: lists by their first item, null as anything."""
    if isinstance(value, dict):
        return {key: keys(inner) for key, inner in value.items()}
    return [keys(inner) for inner in value[:1]] if isinstance(value, list) else None


@test
def the_status_has_the_shape_of_the_recorded_one():
    real = json.loads(recorded("tailscale/localapi-status-paths.json"))
    with FakeTailnet(PEERS) as fake:
        ours = fake.told("status")
    assert set(ours) == set(real)
    assert set(ours["Self"]) == set(real["Self"])
    real_peer = next(iter(real["Peer"].values()))
    for key, peer in ours["Peer"].items():
        assert set(peer) == set(real_peer), set(peer) ^ set(real_peer)
        assert peer["PublicKey"] == key
        assert all(type(peer[name]) is type(real_peer[name]) for name in peer)


@test
def the_status_tells_the_path_kinds():
    with FakeTailnet(PEERS) as fake:
        ours = fake.peers()
    paths = {name: (peer["CurAddr"], peer["Relay"], peer["PeerRelay"], peer["Active"]) for name, peer in ours.items()}
    assert paths["gpu1"] == ("10.99.0.11:41641", "fra", "", True)
    assert paths["gpu2"] == ("", "fra", "", True)
    assert paths["gpu3"] == ("", "fra", "10.99.0.14:40000:vni:3", True)
    assert paths["nas"][3] is False and ours["nas"]["Online"] is False
    assert ours["nas"]["LastSeen"] > "2020" and ours["gpu1"]["LastSeen"] < "0002"


@test
def tags_expiry_and_strange_peers_are_told():
    text = """peer a linux tag gpu tag llm
              peer b linux expired
              peer c linux expires 60h
              peer d linux shared tail9f3b.ts.net bob@example.org
              peer e linux mullvad Germany DE Berlin ber"""
    with FakeTailnet(text) as fake:
        ours, users = fake.peers(), fake.told("status")["User"]
    assert ours["a"]["Tags"] == ["tag:gpu", "tag:llm"]
    assert ours["b"]["Expired"] is True and ours["c"]["KeyExpiry"] > "2020"
    assert ours["d"]["DNSName"] == "d.tail9f3b.ts.net."
    assert users[str(ours["d"]["UserID"])]["LoginName"] == "bob@example.org"
    assert ours["e"]["DNSName"] == "e.mullvad.ts.net." and ours["e"]["Location"]["Country"] == "Germany"


@test
def counters_grow_only_where_something_comes_back():
    with FakeTailnet(PEERS) as fake:
        before = fake.peers()
        time.sleep(0.1)
        after = fake.peers()
    grown = {name for name in after if after[name]["RxBytes"] > before[name]["RxBytes"]}
    assert grown == {"gpu1", "gpu2", "gpu3"}, grown


@test
def usermetrics_has_the_recorded_lines_and_grows():
    def names(text):
        return [re.sub(r" [\d.]+$", "", line) for line in text.splitlines()]

    def direct(text):
        return float(re.search(r'inbound_bytes_total\{path="direct_ipv4"\} (.*)', text).group(1))
    with FakeTailnet(PEERS) as fake:
        first = fake.localapi("usermetrics")[1].decode()
        time.sleep(0.1)
        second = fake.localapi("usermetrics")[1].decode()
    assert names(first) == names(recorded("tailscale/usermetrics.txt").decode())
    assert direct(second) > direct(first)


@test
def ping_whois_and_derpmap_have_the_recorded_shapes():
    with FakeTailnet(PEERS) as fake:
        ours = fake.peers()
        pings = {name: fake.told(f"ping?ip={ours[name]['TailscaleIPs'][0]}&type=disco", "POST")
                 for name in ("gpu1", "gpu2", "gpu3")}
        whois = fake.told(f"whois?addr={ours['gpu1']['TailscaleIPs'][0]}:41641")
        derpmap = fake.told("derpmap")
    for name, kind in (("gpu1", "direct"), ("gpu2", "derp"), ("gpu3", "peer-relay")):
        real = json.loads(recorded(f"tailscale/localapi-ping-disco-{kind}.json"))
        assert list(pings[name]) == list(real)
        assert {key: bool(pings[name][key]) for key in real} == {key: bool(real[key]) for key in real}, pings[name]
    assert keys(whois) == keys(json.loads(recorded("tailscale/whois-peer.json")))
    assert derpmap == json.loads(recorded("tailscale/derpmap.json"))


@test
def the_path_ring_has_the_recorded_events():
    real = json.loads(recorded("tailscale/localapi-debug-peer-endpoint-changes.json"))
    with FakeTailnet(PEERS) as fake:
        ours = fake.told(f"debug-peer-endpoint-changes?ip={fake.address('gpu1')}")
    assert {event["What"] for event in ours} <= {event["What"] for event in real}
    assert len([event for event in ours if event["What"].endswith("latency")]) >= 20


@test
def a_dead_peer_never_answers_a_ping():
    with FakeTailnet(PEERS) as fake:
        path = f"ping?ip={fake.address('stuck')}&type=disco"
        assert raises(TimeoutError, lambda: fake.localapi(path, "POST", seconds=0.3))


@test
def the_localapi_refuses_a_foreign_host_an_origin_and_the_log():
    with FakeTailnet(PEERS) as fake:
        assert fake.localapi("status", host="example.com") == (403, b"invalid localapi request\n")
        assert fake.localapi("status", Origin="http://x")[0] == 403
        assert fake.localapi("logtap")[0] == 403
        assert fake.localapi("no-such-thing")[0] == 404
        assert os.stat(fake.socket).st_mode & 0o777 == 0o666


@test
def the_localapi_keeps_a_connection_alive():
    with FakeTailnet(PEERS) as fake, fake.wire() as wire:
        for _ in range(2):
            wire.sendall(b"GET /localapi/v0/services HTTP/1.1\r\nHost: local-tailscaled.sock\r\n\r\n")
            assert b"200 OK" in wire.recv(65536)


@test
def the_bus_tells_its_start_and_the_changes():
    text = PEERS + "at 0.4 gpu1 offline\n"
    with FakeTailnet(text) as fake, fake.wire() as wire:
        wire.sendall(b"GET /localapi/v0/watch-ipn-bus?mask=278656 HTTP/1.1\r\nHost: local-tailscaled.sock\r\n\r\n")
        heard = b""
        while b'"PeerState":{"' not in heard:
            heard += wire.recv(65536)
    assert b'"InitialStatus":{' in heard and b'"Online":false' in heard.rsplit(b"PeerChangedPatch")[-1]


@test
def a_service_and_the_own_mounts_are_told():
    text = f"""peer gpu1 linux
               service svc:llm gpu1 443
               door admin:a https 18443 /a {LLAMA} backend 28080 funnel
               door admin:b http 18081 / {LLAMA} backend 28081 foreground
               door admin:c tcp 18082 dead backend 28082"""
    with FakeTailnet(text) as fake:
        served, offered, where = fake.told("serve-config"), fake.told("services"), fake.address("gpu1")
    shift = int(served["TCP"]["18082"]["TCPForward"].rpartition(":")[2]) - 28082   # other fakes may be running
    assert shift % 10 == 0 and 0 <= shift < 1000
    assert served["TCP"] == {"18443": {"HTTPS": True}, "18082": {"TCPForward": f"127.0.0.1:{28082 + shift}"}}
    handlers = served["Web"]["admin.tail4c1d.ts.net:18443"]["Handlers"]
    assert handlers["/a"] == {"Proxy": f"http://127.0.0.1:{28080 + shift}"}
    assert served["AllowFunnel"] == {"admin.tail4c1d.ts.net:18443": True}
    assert [*served["Foreground"].values()][0]["TCP"] == {"18081": {"HTTP": True}}
    assert offered == {"svc:llm": {"Name": "svc:llm", "Addrs": [where], "Ports": ["tcp:443"]}}


@test
def without_mounts_the_serve_config_is_null():
    with FakeTailnet(PEERS) as fake:
        assert fake.localapi("serve-config") == (200, b"null")


@test
def the_daemon_can_be_stopped_logged_out_and_restarted():
    text = PEERS + """at 0.8 daemon state Stopped
                      at 1.6 daemon state NeedsLogin login https://login.example/a
                      at 2.4 daemon restart"""
    with FakeTailnet(text) as fake:
        assert fake.told("status")["BackendState"] == "Running"
        assert until(lambda: fake.told("status")["BackendState"] == "Stopped")
        assert fake.told("status")["Health"] == ["Tailscale is stopped."]
        assert until(lambda: fake.told("status")["AuthURL"] == "https://login.example/a")
        assert fake.told("status")["Peer"] is None
        assert until(lambda: not os.path.exists(fake.socket))
        assert until(lambda: os.path.exists(fake.socket))
        assert fake.localapi("status")[0] == 200


def dial(fake, host, port):
    wire = fake.wire()
    wire.sendall(f"POST /localapi/v0/dial HTTP/1.1\r\nHost: local-tailscaled.sock\r\nConnection: upgrade\r\n"
                 f"Upgrade: ts-dial\r\nDial-Host: {host}\r\nDial-Port: {port}\r\n\r\n".encode())
    return wire, wire.recv(4096)


@test
def a_dial_reaches_a_door_and_tells_a_refusal():
    with FakeTailnet(PEERS + f"door gpu1:a raw 18080 {LLAMA}") as fake:
        wire, answer = dial(fake, "gpu1.tail4c1d.ts.net", 18080)
        assert answer.startswith(b"HTTP/1.1 101 ")
        wire.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b'{"status":"ok"}' in wire.recv(4096)
        wire.close()
        wire, answer = dial(fake, fake.address("gpu1"), 18081)
        wire.close()
        assert answer.startswith(b"HTTP/1.1 502 ") and b"connection refused" in answer


@test
def in_userspace_only_a_dial_reaches_a_peer():
    with FakeTailnet(PEERS + f"daemon tun off\ndoor gpu1:a raw 18080 {LLAMA}") as fake:
        assert fake.told("status")["TUN"] is False
        assert raises(ConnectionRefusedError, lambda: fake.connect("gpu1", 18080))
        wire, answer = dial(fake, fake.address("gpu1"), 18080)
        wire.close()
        assert answer.startswith(b"HTTP/1.1 101 ")


# ---- time and order

@test
def events_come_at_their_hour_times_speed():
    text = PEERS + f"""door gpu1:a raw 18080 llama-server-0.5.0/loading
                       at 10 gpu1:a recording {LLAMA}
                       at 20 gpu1 path derp nyc
                       at 30 gpu1 path direct
                       at 40 gpu1:a die
                       at 50 gpu1:a recording {LLAMA}"""
    start = time.monotonic()
    with FakeTailnet(text, speed=10) as fake:
        assert fake.get("gpu1", 18080, "/health")[0] == 503
        assert until(lambda: fake.get("gpu1", 18080, "/health")[0] == 200)
        assert until(lambda: (fake.peers()["gpu1"]["CurAddr"], fake.peers()["gpu1"]["Relay"]) == ("", "nyc"))
        assert until(lambda: fake.peers()["gpu1"]["CurAddr"] == "10.99.0.11:41641")
        assert until(lambda: raises(ConnectionRefusedError, lambda: fake.connect("gpu1", 18080)))
        assert time.monotonic() - start > 3.9
        assert until(lambda: not raises(ConnectionRefusedError, lambda: fake.connect("gpu1", 18080).close()))


@test
def a_machine_leaves_and_joins_as_another_one():
    with FakeTailnet(PEERS + "at 5 gpu1 leave\nat 10 gpu1 join gpu9 direct", speed=10) as fake:
        before = fake.peers()["gpu1"]
        assert until(lambda: "gpu1" not in fake.peers())
        assert "gpu2" in fake.peers()
        assert until(lambda: "gpu9" in fake.peers())
        after = fake.peers()["gpu9"]
    assert after["DNSName"] == "gpu9.tail4c1d.ts.net." and after["CurAddr"]
    assert before["ID"] != after["ID"] and before["PublicKey"] != after["PublicKey"]


@test
def a_mistake_names_its_file_and_line():
    for line, words in (("peer x", "expected: peer NAME OS"), ("peer a linux flop", "knows no 'flop'"),
                        ("door b:c raw 1 dead", "no peer b"), ("hm", "a line starts with"),
                        ("peer a linux offline soon", "'offline soon'"), ("at 3 daemon state Foo", "'state Foo'"),
                        ("client a admin:b", "no peer a"), ("client admin admin:b", "no door admin:b"),
                        ("client admin", "expected: client PEER DOOR WORDS")):
        said = raises(RuntimeError, lambda text=line: FakeTailnet("# a comment\n" + text).__enter__())
        assert "test.scenario:2: " in said and words in said, said


@test
def a_client_that_nobody_could_see_is_a_mistake():
    head = f"peer a linux\npeer b linux\ndoor a:raw raw 18080 {LLAMA} streams 30 100\ndoor a:mute raw 18081 {LLAMA}\n"
    for line, words in (("client b a:raw", "one end of a client's connection is this machine"),
                        ("client admin a:mute", "a client uses a raw door that streams"),
                        ("client admin a:raw every soon", "'every soon'")):
        said = raises(RuntimeError, lambda text=line: FakeTailnet(head + text).__enter__())
        assert "test.scenario:5: " in said and words in said, said


@test
def the_crowd_is_pinned_and_counted():
    with FakeTailnet("", peers=200, endpoints=20, black_holes=5) as fake:
        with open(fake.config, encoding="utf-8") as file:
            assert file.read().count("[endpoint ") == 20
        assert len(fake.peers()) == 200
        assert raises(TimeoutError, lambda: fake.connect("crowd4", 21434, 0.3))
        assert fake.get("crowd5", 21434, "/api/version")[0] == 200
        assert fake.get("crowd6", 21434, "/health")[0] == 200


@test
def two_fakes_live_side_by_side_and_leave_nothing():
    text = f"peer a linux\ndoor a:b raw 18080 {LLAMA}\ndoor admin:b https 18443 / {LLAMA} backend 28080"
    with FakeTailnet(text) as first, FakeTailnet(text) as second:
        assert first.address("a") != second.address("a")
        assert second.get("a", 18080, "/health")[0] == 200
    for fake in (first, second):
        assert (fake.left_over, fake.complaints, fake.process.returncode) == ([], "", 0)


@test
def sigterm_ends_it_too():
    with FakeTailnet(PEERS) as fake:
        fake.process.terminate()
        assert fake.process.wait(5) == 0 and not os.path.exists(fake.socket)


@test
def the_demo_ends_well_only_with_the_status_it_deserves():
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "top")
        for status, wanted in ((2, 0), (0, 1)):
            with open(program, "w", encoding="ascii") as file:
                file.write(f"#!/bin/sh\n[ -S \"$4\" ] && [ -f \"$2\" ] && [ \"$5\" = --once ] && exit {status}\nexit 9\n")
            os.chmod(program, 0o755)
            done = subprocess.run([sys.executable, os.path.join(TESTS, "fake", "demo.py"), "--top", program],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            assert done.returncode == wanted and f"ended with {status}:" in done.stdout, done


@test
def the_demo_starts_the_program_with_the_words_that_it_is_given():
    done = subprocess.run([sys.executable, os.path.join(TESTS, "fake", "demo.py"), "--top", "/bin/echo", "--", "--doctor", "gpu1"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and re.search(r"^--config \S+ --socket \S+ --doctor gpu1$", done.stdout, re.M), done


if __name__ == "__main__":
    main()

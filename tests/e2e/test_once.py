"""The whole program, once: what it says of a tailnet, and how it ends."""
import os
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from fake import FakeTailnet
from schema import validate
from tap import main, test
from top import TOP, a_cli, codes, endpoint, once, top

HERE = os.path.dirname(os.path.abspath(__file__))
DEMO = os.path.join(HERE, "..", "fake", "demo.scenario")

WELL = """
daemon magicdns off
peer gpu1 linux direct 10.99.0.11:41641 rtt 1 tag gpu
door gpu1:ollama https 18443 /ollama ollama-0.17.4/loaded-idle pinned
door gpu1:llama raw 18080 llama-server-0.5.0/ready-idle pinned
instead "size_vram":0 "size_vram":169056256
"""


@test
def in_a_pipe_nothing_is_cut_and_the_models_are_there():
    with FakeTailnet(path=DEMO) as fake:
        environment = {name: value for name, value in fake.environment.items() if name != "COLUMNS"}
        done = subprocess.run([TOP, "--config", fake.config, "--socket", fake.socket, "--once"], env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)
        lines = done.stdout.decode().splitlines()
        assert max(map(len, lines)) > 120 and not any("\u2026" in line.replace("\u2026 unknown", "") for line in lines), lines
        assert any(line.split()[:3] == ["MODEL", "#", "WARMTH"] for line in lines), lines


@test
def the_first_run_says_that_servers_are_looked_for():
    with FakeTailnet("config discover = mine\npeer gpu1 linux idle tag gpu\n") as fake:
        ended = top("--config", fake.config, "--socket", fake.socket, "--once", "--deadline", "3", fake=fake)
        assert ended.errors.count("first run: looking for LLM servers") == 1, ended.errors


@test
def a_healthy_fleet_ends_with_0_and_raises_nothing_above_info():
    with FakeTailnet(WELL) as fake:
        ended = once(fake)
    assert ended.status == 0, ended.out
    assert ended.json["status"] == "ok"
    rows = ended.json["endpoints"] + ended.json["peers"] + [ended.json]
    assert {verdict["severity"] for row in rows for verdict in row["verdicts"]} <= {"info"}, ended.out
    assert endpoint(ended.json, "/ollama")["server"] == "ollama"
    assert endpoint(ended.json, ":18080")["server"] == "llama-server"


@test
def what_is_pinned_is_not_found_a_second_time_by_another_name():
    scenario = """
daemon magicdns off
peer gpu1 linux direct 10.99.0.11:41641 rtt 1 tag gpu
config discover = all
config ports = 21434
door gpu1:ollama raw 21434 ollama-0.17.4/loaded-idle
"""
    with FakeTailnet(scenario) as fake:
        pins = ("http://GPU1:21434", "http://gpu1.tail4c1d.ts.net.:21434", f"http://{fake.address('gpu1')}:21434")
        for pin in pins:
            rows = once(fake, "--endpoint", pin).json["endpoints"]
            assert len(rows) == 1 and rows[0]["pinned"] and rows[0]["state"] == "ok", (pin, rows)
        rows = once(fake, *(word for pin in pins for word in ("--endpoint", pin))).json["endpoints"]
        assert len(rows) == len(pins) and all(row["pinned"] for row in rows), rows


@test
def the_demo_is_told_true_door_by_door():
    with FakeTailnet(path=DEMO) as fake:
        ended = once(fake)
    expected = {
        "gpu1.tail4c1d.ts.net:18443/ollama": ("ollama", "ok", None),
        "gpu1.tail4c1d.ts.net:18443/swap": ("llama-swap", "ok", None),
        "gpu2.tail4c1d.ts.net:28080": ("llama-server", "busy", "busy"),
        "gpu3.tail4c1d.ts.net:18443": ("vllm", "slow", "relayed"),
        "gpu4.tail4c1d.ts.net:18080": ("llama-server", "loading", "loading"),
        "nas.tail4c1d.ts.net:18443": ("open-webui", "web", "front-end"),
        "studio.tail4c1d.ts.net:18444": ("", "fault", "bad-gateway"),
        "tower.tail4c1d.ts.net:18443/ollama": ("", "fault", "host-check"),
        "tower.tail4c1d.ts.net:21434": ("", "down", "not-listening"),
        "edge.tail4c1d.ts.net:18443": ("litellm", "auth", "auth-required"),
        "edge.tail4c1d.ts.net:18444": ("", "fault", "cert-expired"),
        "cloud.tail4c1d.ts.net:18000": ("", "stalled", "no-answer"),
        "admin.tail4c1d.ts.net:18443/old": ("", "fault", "bad-gateway"),
        "admin.tail4c1d.ts.net:18444": ("ollama", "warn", "funnel-public"),
    }
    for part, (server, state, code) in expected.items():
        rows = [row for row in ended.json["endpoints"] if row["url"].endswith(part)]
        assert len(rows) == 1, part
        told = (rows[0].get("server") or "", rows[0]["state"])
        assert told == (server, state), f"{part}: {told} {codes(rows[0])}"
        assert code is None or code in codes(rows[0]), f"{part}: {codes(rows[0])}"
    assert ended.status == 2
    validate(ended.out)


@test
def nothing_but_free_questions_is_asked():
    with FakeTailnet(path=DEMO) as fake:
        ended = once(fake)
    assert set(ended.json["ledger"]["by_cost"]) == {"free"}, ended.json["ledger"]


@test
def without_a_terminal_it_prints_a_snapshot_by_itself():
    with FakeTailnet(WELL) as fake:
        ended = top(fake=fake)
    assert ended.status == 0
    assert "gpu1" in ended.out and "Ollama" in ended.out and "\x1b" not in ended.out
    assert ended.out.splitlines()[-1] == "status: ok (0)"


@test
def a_degraded_fleet_ends_with_1():
    with FakeTailnet(WELL.replace("direct 10.99.0.11:41641", "derp fra rate 5000")) as fake:
        ended = once(fake)
    assert ended.status == 1, ended.out
    assert "relayed" in codes(endpoint(ended.json, "/ollama"))


@test
def without_any_server_it_cannot_tell_and_says_what_was_asked():
    with FakeTailnet("peer box linux direct 10.99.0.11:41641\nconfig discover = all\nconfig ports = 21434\n") as fake:
        ended = top("--once", fake=fake)
    assert ended.status == 3
    assert "21434" in ended.out and "--endpoint" in ended.out, ended.out


@test
def of_a_peer_that_drops_connections_it_says_how_many_ports_it_asked():
    text = """peer box linux direct 10.99.0.11:41641
              config discover = all
              config ports = 18080, 18081, 18082, 18083
              door box:a raw 18080 black-hole
              door box:b raw 18081 black-hole
              door box:c raw 18083 llama-server-0.5.0/ready-idle"""
    with FakeTailnet(text) as fake:
        ended = top("--once", "--deadline", "8", fake=fake)
        looked = once(fake)
    assert ended.status == 3 and "18083" in ended.out, ended.out
    assert "box: drops connections: 2 of 4 ports asked for a server so far" in ended.out, ended.out
    assert "1 peer drops connections: 2 ports there not asked yet" in ended.out, ended.out
    probed = {peer["name"]: peer.get("probed") for peer in looked.json["peers"]}
    assert probed["box"] == {"ports": 4, "asked": 2, "silent": 2}, probed


@test
def without_tailscaled_it_ends_with_3_and_the_fix():
    with tempfile.TemporaryDirectory() as folder:
        ended = top("--once", "--socket", f"{folder}/none.sock", "--tailscale", f"{folder}/none",
                    environment=dict(os.environ, XDG_CONFIG_HOME=folder, XDG_STATE_HOME=folder))
    assert ended.status == 3
    said = " ".join(ended.out.split())
    assert f"can't reach tailscaled: no socket at {folder}/none.sock and no `{folder}/none` command" in said, said
    assert "install Tailscale (https://tailscale.com/download)" in said, said


@test
def every_state_of_the_backend_has_its_code():
    for state, code in (("Stopped", "tailscale-stopped"), ("NeedsLogin", "needs-login"),
                        ("NeedsMachineAuth", "needs-approval"), ("Starting", "tailscale-starting")):
        with FakeTailnet(f"daemon state {state}\n") as fake:
            ended = once(fake)
        assert ended.status == 3 and code in codes(ended.json), f"{state}: {codes(ended.json)}"


@test
def who_approves_a_machine_is_known_before_it_is_told():
    for headscale, wanted in (("", "https://login.tailscale.com/admin/machines"),
                              ("daemon headscale https://hs.example.org prefs-take 0.7\n", "https://hs.example.org")):
        with FakeTailnet(f"daemon state NeedsMachineAuth\n{headscale}") as fake:
            ended = once(fake, deadline=60)
        fixes = [verdict["hint"] for verdict in ended.json["verdicts"] if verdict["code"] == "needs-approval"]
        assert len(fixes) == 1 and wanted in fixes[0], fixes


@test
def a_server_on_a_polite_port_is_found_and_remembered():
    scenario = """
daemon magicdns off
config discover = all
config ports = 21434, 18080
peer gpu1 linux direct 10.99.0.11:41641 tag gpu
peer phone iOS direct 10.99.0.12:41641
door gpu1:ollama raw 21434 ollama-0.17.4/loaded-idle
door phone:ollama raw 21434 ollama-0.17.4/loaded-idle
"""
    with FakeTailnet(scenario) as fake:
        first = once(fake)
        with open(f"{fake.dir}/state/tsllm-top/endpoints", encoding="utf-8") as file:
            remembered = file.read()
        second = once(fake, "--forget")
        forgotten = not os.path.exists(f"{fake.dir}/state/tsllm-top/endpoints") or second
    found = endpoint(first.json, "gpu1")
    assert (found["server"], found["found_by"], found["state"]) == ("ollama", "port", "ok")
    assert remembered == "http://gpu1.tail4c1d.ts.net:21434\tollama\n"
    assert not [row for row in first.json["endpoints"] if "phone" in row["url"]]
    assert forgotten and second.status == 0


@test
def what_was_found_in_another_tailnet_is_not_asked_in_this_one():
    with FakeTailnet(WELL + "config discover = mine\nconfig ports = 21434\n") as fake:
        os.makedirs(f"{fake.dir}/state/tsllm-top")
        with open(f"{fake.dir}/state/tsllm-top/endpoints", "w", encoding="utf-8") as file:
            file.write("http://gpu1.tail0000.ts.net:11434\tollama\nhttp://gpu1.example:11434\tollama\n")
        ended = once(fake)
    assert len(ended.json["endpoints"]) == 2 and ended.status == 0, ended.out


@test
def a_web_server_on_a_polite_port_is_left_alone():
    scenario = """
daemon magicdns off
config discover = all
config ports = 18080
peer gpu1 linux direct 10.99.0.11:41641 tag gpu
door gpu1:wiki raw 18080 html
"""
    with FakeTailnet(scenario) as fake:
        ended = once(fake)
    assert ended.json["endpoints"] == [] and ended.status == 3


@test
def passive_sends_nothing_to_anybody():
    with FakeTailnet(WELL) as fake:
        ended = once(fake, "--passive")
    assert ended.json["ledger"]["requests"] == 0
    assert [peer["name"] for peer in ended.json["peers"]] == ["admin", "gpu1"]
    assert ended.status == 0


@test
def with_userspace_networking_servers_are_reached_through_the_daemon():
    with FakeTailnet("daemon tun off\n" + WELL) as fake:
        ended = once(fake)
    assert "userspace-networking" in codes(ended.json)
    assert endpoint(ended.json, "/ollama")["state"] == "ok", ended.out
    assert endpoint(ended.json, ":18080")["state"] == "ok"


@test
def tailnet_lock_is_asked_for_and_its_key_is_a_secret():
    with FakeTailnet("daemon locked nodekey:0123abcd\n" + WELL) as fake:
        ended, redacted = once(fake), once(fake, "--redact")
    fixes = [verdict["fix"] for verdict in ended.json["verdicts"] if verdict["code"] == "tailnet-lock"]
    assert fixes == ["on a signing node: sudo tailscale lock sign nodekey:0123abcd"], ended.json["verdicts"]
    assert "tailnet-lock" in codes(redacted.json) and "0123abcd" not in redacted.out, redacted.out


@test
def the_fix_for_names_follows_the_preferences():
    for switch, part in (("on", "/etc/resolv.conf"), ("off", "--accept-dns=true")):
        with FakeTailnet(WELL.replace("magicdns off", f"pref CorpDNS {switch}")) as fake:
            found = [verdict["fix"] for verdict in once(fake).json["verdicts"] if verdict["code"] == "name-unresolved"]
        assert len(found) == 1 and part in found[0], (switch, found)


@test
def the_cli_stands_in_for_the_socket():
    with FakeTailnet(WELL) as fake:
        cli = f"{fake.dir}/tailscale"
        with open(cli, "w", encoding="utf-8") as file:
            file.write(CLI.format(socket=fake.socket))
        os.chmod(cli, 0o755)
        by_socket = once(fake)
        by_cli = top("--once", "--format", "json", "--deadline", "10", "--config", fake.config, "--socket",
                     f"{fake.dir}/none.sock", "--tailscale", cli, environment=fake.environment)
    assert by_cli.json["daemon"]["via"] == "cli" and by_socket.json["daemon"]["via"] == "localapi"
    assert [[row["url"], row["state"]] for row in by_cli.json["endpoints"]] == \
        [[row["url"], row["state"]] for row in by_socket.json["endpoints"]]
    assert [row["id"] for row in by_cli.json["peers"]] == [row["id"] for row in by_socket.json["peers"]]


CLI = """#!/usr/bin/python3
import http.client, socket, sys
path = {{"status": "status", "serve": "serve-config", "metrics": "usermetrics"}}[sys.argv[2]]
connection = http.client.HTTPConnection("local-tailscaled.sock")
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.connect("{socket}")
connection.request("GET", "/localapi/v0/" + path)
sys.stdout.write(connection.getresponse().read().decode())
"""


@test
def what_the_cli_says_instead_of_a_status_is_quoted():
    """On macOS it prints an error as its answer, with status 0 or another, or on stderr."""
    said = "The Tailscale GUI failed to start: no answer."
    for script in (f"echo '{said}'", f"echo '{said}'; exit 1", f"echo '{said}' >&2; exit 1"):
        with tempfile.TemporaryDirectory() as folder, a_cli(script) as (cli, _):
            ended = top("--once", "--format", "json", "--deadline", "4", "--socket", f"{folder}/none.sock", "--tailscale",
                        cli, environment=dict(os.environ, XDG_CONFIG_HOME=folder, XDG_STATE_HOME=folder))
        assert ended.status == 3, ended.out
        assert any(said in verdict["text"] for verdict in ended.json["verdicts"]), ended.json["verdicts"]


@test
def a_cli_that_hangs_ends_nobody():
    with tempfile.TemporaryDirectory() as folder:
        cli = f"{folder}/tailscale"
        with open(cli, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexec sleep 60\n")
        os.chmod(cli, 0o755)
        ended = top("--once", "--deadline", "1", "--socket", f"{folder}/none.sock", "--tailscale", cli,
                    environment=dict(os.environ, XDG_CONFIG_HOME=folder, XDG_STATE_HOME=folder))
    assert ended.status == 3


@test
def watch_prints_a_valid_line_a_period_until_it_is_told_to_stop():
    with FakeTailnet(WELL) as fake:
        child = subprocess.Popen([TOP, "--watch", "--period", "0.5", "--config", fake.config, "--socket", fake.socket],
                                 env=fake.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        lines = []
        while len(lines) < 60 and (len(lines) < 3 or '"status":"ok"' not in lines[-1]):
            lines.append(child.stdout.readline().decode())
        child.send_signal(signal.SIGTERM)
        child.stdout.close()
        status = child.wait(timeout=10)
    for line in lines:
        validate(line)
    assert status == 0


@test
def what_prints_once_and_is_interrupted_leaves_the_file_as_it_was_and_ends_by_the_signal():
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as daemon:
        path, report = os.path.join(folder, "socket"), os.path.join(folder, "report")
        daemon.bind(path)
        daemon.listen(8)
        with open(report, "w", encoding="utf-8") as file:
            file.write("the old one")
        to_file = ("--output", report)
        modes = [("--doctor", "--audit", *to_file), ("--doctor", *to_file), ("--audit", *to_file), ("--once", *to_file),
                 ("--format", "json", *to_file), ("--once",), ("--connect", "m"), ("--pick", "m"), ("--canary", "m", "--yes"),
                 ("--server-log", "http://127.0.0.1:9"), ("--server-log", "http://127.0.0.1:9", "--follow")]
        for at, words in enumerate(modes):
            number = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[at % 3]
            child = subprocess.Popen([TOP, "--socket", path, "--deadline", "60", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     env=dict(os.environ, XDG_CONFIG_HOME=folder, XDG_STATE_HOME=folder))
            asked, _ = daemon.accept()      # and it gets no answer
            child.send_signal(number)
            out, _ = child.communicate(timeout=10)
            asked.close()
            assert child.returncode == -number and not out, (words, child.returncode, out)
            with open(report, encoding="utf-8") as file:
                assert file.read() == "the old one", words
        assert [name for name in os.listdir(folder) if name.startswith("report")] == ["report"], os.listdir(folder)


@test
def a_muted_verdict_is_shown_and_not_counted():
    muted = WELL.replace("direct 10.99.0.11:41641", "derp fra rate 5000") + "config ignore = relayed@gpu1\n"
    with FakeTailnet(muted) as fake:
        ended = once(fake)
    row = endpoint(ended.json, "/ollama")
    assert ended.status == 0, ended.out
    assert [verdict["muted"] for verdict in row["verdicts"] if verdict["code"] == "relayed"] == [True]


KEYED = """
daemon magicdns off
peer edge linux direct 10.99.0.11:41641 tag gpu
door edge:proxy https 18443 / litellm-1.106.2/key-missing pinned key sk-very-secret litellm-1.106.2/key-right
"""


@test
def a_key_goes_to_its_host_and_into_no_output():
    with FakeTailnet(KEYED) as fake:
        ended = once(fake, "--log", f"{fake.dir}/log")
        text = top("--once", fake=fake)
        with open(f"{fake.dir}/log", encoding="utf-8") as file:
            log = file.read()
    assert endpoint(ended.json, "edge")["state"] == "ok", ended.out
    assert "sk-very-secret" not in ended.out + ended.errors + text.out + log


WRONG_PLACES = ("key_env = sk-SEKRIT", "key_env = SEKRIT", "key_file = sk-SEKRIT", "key_file = /srv/SEKRIT",
                "keyenv = SEKRIT", "api_key = SEKRIT", "key = sk-SEKRIT", "SEKRIT9==")


@test
def a_key_in_the_wrong_place_is_told_to_nobody():
    with FakeTailnet("daemon magicdns off\nconfig discover = off\n") as fake:
        config, log = f"{fake.dir}/home/config", f"{fake.dir}/home/log"
        os.makedirs(f"{fake.dir}/home")
        for line in WRONG_PLACES:
            with open(config, "w", encoding="utf-8") as file:
                file.write(f"discover = off\n[endpoint a]\nurl = http://127.0.0.1:9\n{line}\n")
            for more in ((), ("--redact",)):
                ended = top("--once", "--config", config, "--log", log, "--socket", fake.socket, *more,
                            environment=fake.environment)
                with open(log, encoding="utf-8") as file:
                    told = ended.out + ended.errors + file.read()
                assert ended.errors and "SEKRIT" not in told, (line, told)
                os.remove(log)


@test
def a_key_that_others_may_read_is_not_sent_and_the_line_that_fixes_it_works():
    with FakeTailnet(KEYED) as fake:
        os.chmod(f"{fake.dir}/edge:proxy.key", 0o640)
        refused = once(fake)
        command = refused.errors[refused.errors.index("chmod 600 "):]
        subprocess.run(["sh", "-c", command], check=True)
        taken = once(fake)
    assert "(mode 0640)" in refused.errors and "sk-very" not in refused.errors, refused.errors
    assert endpoint(refused.json, "edge")["state"] == "auth", refused.out
    assert endpoint(taken.json, "edge")["state"] == "ok" and not taken.errors, taken.out + taken.errors


@test
def a_log_that_others_may_read_is_wrong_usage():
    with FakeTailnet("daemon magicdns off\nconfig discover = off\n") as fake:
        log, link = f"{fake.dir}/home/log", f"{fake.dir}/home/link"
        os.makedirs(f"{fake.dir}/home")
        made = top("--once", "--log", log, fake=fake)
        mode = os.stat(log).st_mode & 0o777
        os.chmod(log, 0o644)
        os.symlink(log, link)
        ended, linked = top("--once", "--log", log, fake=fake), top("--once", "--log", link, fake=fake)
        told = top("--once", "--log", "/dev/stderr", fake=fake)
    assert made.status != 64 and mode == 0o600, (made.errors, oct(mode))
    assert ended.status == 64 and f"(mode 0644); run: chmod 600 '{log}'" in ended.errors, ended.errors
    assert linked.status == 64 and "symbolic link" in linked.errors, linked.errors
    assert told.status != 64, told.errors


@test
def a_state_directory_that_others_may_write_in_is_said_and_a_link_in_it_not_followed():
    with FakeTailnet("daemon magicdns off\nconfig discover = mine\n") as fake:
        folder, precious = f"{fake.dir}/state/tsllm-top", f"{fake.dir}/state/precious"
        os.makedirs(folder)
        with open(precious, "w", encoding="utf-8") as file:
            file.write("precious")
        os.symlink(precious, f"{folder}/endpoints.new")
        os.chmod(folder, 0o777)
        ended = once(fake)
        with open(precious, encoding="utf-8") as file:
            kept = file.read()
        modes = {name: os.stat(f"{folder}/{name}").st_mode & 0o777 for name in os.listdir(folder)}
    assert f"(mode 0777); run: chmod 700 '{folder}'" in ended.errors, ended.errors
    assert kept == "precious" and modes["endpoints"] == 0o600 and len(modes.keys() - {"models", "peers"}) == 2, (kept, modes)


@test
def certificates_and_a_configuration_that_everybody_may_change_are_said():
    with FakeTailnet(WELL) as fake:
        os.chmod(f"{fake.dir}/ca.crt", 0o646)
        certificates = once(fake)
        os.chmod(fake.config, 0o666)
        refused = once(fake, "--redact")
    told = f"others may change the ca_file (mode 0646); run: chmod go-w '{fake.dir}/ca.crt'\n"
    assert certificates.status == 0 and told in certificates.errors, certificates.errors
    assert refused.status == 64 and not refused.out, refused.out
    assert "the configuration (mode 0666); run: chmod go-w '…'" in refused.errors, refused.errors


TWO = """
daemon magicdns off
peer gpu1 linux direct 10.99.0.11:41641 rtt 1 tag gpu
peer gpu2 linux direct 10.99.0.12:41641 rtt 1 tag gpu
door gpu1:ollama https 18443 /ollama ollama-0.17.4/models-unloaded pinned
door gpu2:ollama https 18443 /ollama ollama-0.17.4/loaded-idle pinned
"""


@test
def a_pick_is_the_place_where_the_model_is_loaded():
    with FakeTailnet(TWO) as fake:
        plain, why = top("--pick", "mid", fake=fake), top("--pick", "mid", "-v", fake=fake)
        unknown = top("--pick", "no-such-model", fake=fake)
        offers = [offer for offer in once(fake).json["offers"] if offer["model"] == "mid:latest"]
    best = "https://gpu2.tail4c1d.ts.net:18443/ollama/v1\n"
    assert (plain.status, plain.out, plain.errors) == (0, best, ""), plain.out + plain.errors
    assert why.out == best and "  2  https://gpu1" in why.errors and "not loaded" in why.errors, why.errors
    assert unknown.status == 2 and not unknown.out and "mid:latest" in unknown.errors, unknown.errors
    assert [offer["warmth"] for offer in offers] == ["warm", "cold"], offers


@test
def a_dead_server_is_never_picked():
    with FakeTailnet(TWO.replace("ollama-0.17.4/loaded-idle", "refused")) as fake:
        ended = top("--pick", "mid", fake=fake)
    assert ended.out == "https://gpu1.tail4c1d.ts.net:18443/ollama/v1\n", ended.out + ended.errors


@test
def usage_errors_end_with_64():
    for words in (["--no-such-thing"], ["--format", "yaml"], ["--endpoint", "ftp://x"], ["--period", "soon"]):
        ended = top(*words)
        assert ended.status == 64 and ended.errors, words


@test
def a_wrong_configuration_line_is_told_and_costs_only_itself():
    with FakeTailnet(WELL + "config colour = red\n") as fake:
        ended = once(fake)
    assert f"{fake.config}:" in ended.errors and "colour" in ended.errors, ended.errors
    assert ended.status == 0 and len(ended.json["endpoints"]) == 2


if __name__ == "__main__":
    main()

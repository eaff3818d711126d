#!/usr/bin/python3
"""What is shipped for Prometheus, Grafana and systemd, tried with the real ones where they are installed."""
import contextlib
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import Skipped, main, test, until
from top import TOP

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARE = os.path.join(ROOT, "tui/share")
DEMO = os.path.join(ROOT, "tests/fake/demo.scenario")
LISTEN, PROMETHEUS = 9877, 19090


def text(name):
    with open(os.path.join(SHARE, name), encoding="utf-8") as file:
        return file.read()


def needed(program, package):
    path = shutil.which(program)
    if not path:
        raise Skipped(f"{program} is not installed (apt install {package})")
    return path


# ---- alerts

ENDPOINT = 'endpoint="gpu1:8000"'
# For each alert that no code stands for: a series, values that bring it about and values that keep it away.
CASES = {
    "TsllmExporterGone": ('up{job="tsllm-top"}', "0", "1"),
    "TsllmEndpointDown": (f'tsllm_endpoint_state{{{ENDPOINT},state="down"}}', "1", "0"),
    "TsllmQueueLong": ('tsllm_engine_waiting_requests{engine="gpu1:8000"}', "11", "10"),
    "TsllmKvCacheFull": ('tsllm_engine_kv_cache_usage_ratio{engine="gpu1:8000"}', "0.96", "0.95"),
    "TsllmFileStale": ("tsllm_snapshot_timestamp_seconds", "0", "0+60"),
}
LAPTOP = 'endpoint="",peer="laptop"'


def waits():
    """By name: for how long its expression must hold, in minutes, and its code, if one stands for it."""
    found = re.findall(r"- alert: (\w+)\n +expr: '(.*)'\n +for: (\d+)m", text("alerts.yml"))
    return {name: (int(minutes), re.search(r'severity\{code="([a-z-]+)"\}', expression)) for name, expression, minutes in found}


def rule_test(name, series, value, minutes, is_expected):
    """In the language of promtool, of which JSON is a part. The exporter is there, but in its own test."""
    lines = [{"series": series, "values": f"{value}x60" if "+" in value else f"{value}+0x60"}]
    if name != "TsllmExporterGone":
        lines.append({"series": 'up{job="tsllm-top"}', "values": "1+0x60"})
    return {"interval": "1m", "input_series": lines, "name": f"{name} {value}", "promql_expr_test": [firing(name, minutes, is_expected)]}


def firing(name, minutes, count):
    return {"expr": f'count(ALERTS{{alertname=~"{name}",alertstate="firing"}}) or vector(0)', "eval_time": f"{minutes}m",
            "exp_samples": [{"labels": "{}", "value": int(count)}]}


def verdict_test(codes, level, checks):
    """Of one row's verdicts, all of that severity; a laptop that serves nothing has them too, as information."""
    lines = [{"series": f'tsllm_verdict_severity{{code="{code}",{ENDPOINT},peer="gpu1"}}', "values": f"{level}+0x60"} for code in codes]
    lines += [{"series": f'tsllm_verdict_severity{{code="{code}",{LAPTOP}}}', "values": "1+0x60"} for code in codes]
    return {"interval": "1m", "input_series": [*lines, {"series": 'up{job="tsllm-top"}', "values": "1+0x60"}], "name": f"severity {level}",
            "promql_expr_test": checks}


@test
def each_alert_comes_after_its_time_and_no_sooner_and_stays_away():
    promtool = needed("promtool", "prometheus")
    own = {name: minutes for name, (minutes, code) in waits().items() if not code}
    of_codes = {name: (minutes, code[1]) for name, (minutes, code) in waits().items() if code}
    assert own.keys() == CASES.keys() and len(of_codes) > 60, own.keys() ^ CASES.keys()
    codes = [code for _, code in of_codes.values()]
    tests = [verdict_test(codes, 1, [firing("Tsllm.+", 50, 0)]), verdict_test(codes, 0, [firing("Tsllm.+", 50, 0)]),
             verdict_test(codes, 2, [firing(name, minutes, 1) for name, (minutes, _) in of_codes.items()] +
                          [firing(name, minutes - 1, 0) for name, (minutes, _) in of_codes.items()])]
    for name, (series, bad, good) in CASES.items():
        begins = 6 if name == "TsllmFileStale" else 0       # it is stale only after five minutes
        tests += [rule_test(name, series, bad, begins + own[name], True), rule_test(name, series, good, 50, False)]
        if own[name] > 1:
            tests.append(rule_test(name, series, bad, own[name] - 1, False))
    # An endpoint that is down is one alert: that of its code, unless the codes take turns.
    for values, is_expected in ((["3+0x60"], False), (["3 0 " * 30, "0 3 " * 30], True)):
        explained = rule_test("TsllmEndpointDown", CASES["TsllmEndpointDown"][0], "1", 30, is_expected)
        explained["input_series"] += [{"series": f'tsllm_verdict_severity{{code="{code}",{ENDPOINT},peer="gpu1"}}', "values": value.strip()}
                                      for code, value in zip(("host-unreachable", "bad-gateway"), values)]
        tests.append(explained)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tests.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"rule_files": [os.path.join(SHARE, "alerts.yml")], "evaluation_interval": "1m", "tests": tests}, file)
        done = subprocess.run([promtool, "test", "rules", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lint = subprocess.run([promtool, "check", "config", "--lint=all", "--lint-fatal", os.path.join(SHARE, "prometheus.yml")],
                          capture_output=True, text=True, check=False)
    assert lint.returncode == 0, lint.stdout + lint.stderr


@test
def the_alerts_are_those_of_the_rules_of_today():
    """tests/unit/test_rules.c holds the rules to tests/golden/rules.txt, from which they are made."""
    made = subprocess.run([sys.executable, os.path.join(ROOT, "tests/alerts.py")], capture_output=True, text=True, check=True).stdout
    assert made == text("alerts.yml"), "`make alerts` makes them anew"


@test
def what_is_shipped_asks_for_metrics_states_and_codes_that_there_are():
    source = "".join(open(path, encoding="utf-8").read() for path in glob.glob(f"{ROOT}/tui/out/exposition_*.c"))
    names = set(re.findall(r'\{ "(tsllm_\w+)"', source))
    with open(f"{ROOT}/probes/model/verdict_codes.h", encoding="utf-8") as file:
        codes = set(re.findall(r'"([a-z-]+)"', file.read()))
    with open(f"{ROOT}/probes/model/states.c", encoding="utf-8") as file:
        states = set(re.findall(r'\[STATE_\w+\] = "(\w+)"', file.read()))
    dashboard = json.loads(text("grafana.json"))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]] + [text("alerts.yml")]
    used = {key: {word for query in queries for words in re.findall(pattern, query) for word in words.split("|")}
            for key, pattern in (("names", r"\b(tsllm_\w+)"), ("codes", r'code=~?"([^"]+)"'), ("states", r'\bstate=~?"([^"]+)"'))}
    assert len(names) > 40 and used["names"] <= names, used["names"] - names
    assert len(used["codes"]) > 10 and used["codes"] <= codes, used["codes"] - codes
    assert used["states"] <= states, used["states"] - states
    assert dashboard["__inputs"][0]["name"] == "DS_PROMETHEUS"
    assert all(target["datasource"]["uid"] == "${DS_PROMETHEUS}" for panel in dashboard["panels"] for target in panel["targets"])
    places = [(panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y) for panel in dashboard["panels"]
              for x in range(panel["gridPos"]["w"]) for y in range(panel["gridPos"]["h"])]
    assert len(places) == len(set(places)) and max(x for x, _ in places) < 24, "panels overlap"


# ---- a Prometheus

def ask(path, **query):
    with urllib.request.urlopen(f"http://127.0.0.1:{PROMETHEUS}/api/v1/{path}?{urllib.parse.urlencode(query)}", timeout=10) as answer:
        return json.load(answer)["data"]


def result(query):
    return ask("query", query=query)["result"]


@contextlib.contextmanager
def a_prometheus(program, folder):
    """By what is shipped, only faster."""
    config = text("prometheus.yml").replace("15s", "1s").replace("refresh_interval: 30s", "refresh_interval: 5s")
    with open(os.path.join(folder, "prometheus.yml"), "w", encoding="utf-8") as file:
        file.write(config)
    shutil.copy(os.path.join(SHARE, "alerts.yml"), folder)
    child = subprocess.Popen([program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                              f"--web.listen-address=127.0.0.1:{PROMETHEUS}", "--log.level=error"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def is_scraped():
    try:
        return bool(result('up{job="tsllm-top"} == 1'))
    except OSError:
        return False


def is_capturing():
    """Clients are seen only in packets, for which the helper needs a right."""
    with urllib.request.urlopen(f"http://127.0.0.1:{LISTEN}/snapshot.json", timeout=10) as answer:
        return json.load(answer)["capture"]["state"] == "running"


@test
def a_real_prometheus_scrapes_the_demo_and_the_dashboard_s_every_query_has_data():
    program = needed("prometheus", "prometheus")
    dashboard = json.loads(text("grafana.json"))
    with open(DEMO, encoding="utf-8") as file:      # with a vLLM at work, whose histograms move
        scenario = re.sub(r"vllm-0.32.0-cpu/ready-idle +pinned", "vllm-0.32.0-cpu/generating pinned works 45", file.read())
    with FakeTailnet(scenario) as fake, tempfile.TemporaryDirectory() as folder, a_prometheus(program, folder):
        child = subprocess.Popen([TOP, "--config", fake.config, "--socket", fake.socket, "--headless", "--listen", str(LISTEN)],
                                 env=fake.environment, stdin=subprocess.DEVNULL)
        try:
            assert until(is_scraped, 30), "it is not scraped"
            empty, sees_packets = {}, is_capturing()

            def has_all():
                empty.clear()
                for panel in dashboard["panels"]:
                    for target in panel["targets"]:
                        if "tsllm_client_" in target["expr"] and not sees_packets:
                            continue
                        query = target["expr"].replace("$instance", ".*").replace("$__rate_interval", "10s")
                        if not result(query):
                            empty[panel["title"]] = query
                return not empty
            assert until(has_all, 60), empty
            assert result('tsllm_build_info') and result('tsllm_endpoint_state{endpoint="tower:21434",state="down"} == 1')
            assert not result('tsllm_up == 0')

            def is_discovered():
                found = {target["labels"].get("endpoint"): target for target in ask("targets")["activeTargets"]
                         if target["labels"]["job"] == "llm-engines"}
                return {"admin:28080", "gpu2:28080", "https://gpu3:18443"} <= found.keys() and \
                    found["admin:28080"]["health"] == "up"
            assert until(is_discovered, 30), ask("targets")["activeTargets"]
            assert result('{job="llm-engines",endpoint="admin:28080",__name__=~"llamacpp:.+"}')
            rules = {rule["name"]: rule["state"] for group in ask("rules")["groups"] for rule in group["rules"]}
            assert rules["TsllmNotListening"] in ("pending", "firing") and rules["TsllmTailscaledMissing"] == "inactive", rules
        finally:
            child.terminate()
            assert child.wait(10) == 2


# ---- systemd

@test
def the_service_is_one_that_systemd_finds_well_confined():
    program = needed("systemd-analyze", "systemd")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tsllm-top.service")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text("tsllm-top.service").replace("@PREFIX@/bin/tsllm-top", os.path.abspath(TOP)))
        checked = subprocess.run([program, "verify", "--man=no", path], capture_output=True, text=True, check=False)
        assert path not in checked.stderr and "tsllm-top.service:" not in checked.stderr, checked.stderr
        rated = subprocess.run([program, "security", "--offline=yes", "--threshold=25", path], capture_output=True, text=True, check=False)
    if "Overall exposure" not in rated.stdout:
        raise Skipped(f"systemd-analyze rates nothing here: {rated.stderr.strip()[:100]}")
    assert rated.returncode == 0, rated.stdout[-200:]


@test
def make_install_puts_all_of_them_where_the_manual_says():
    with open(f"{ROOT}/Makefile", encoding="utf-8") as file:
        makefile = file.read()
    shipped = re.search(r"^SHARE := \$\(addprefix tui/share/,(.*)\)$", makefile, re.M).group(1).split()
    others = re.findall(r"tui/share/([\w.-]+)", makefile)      # installed by lines of their own
    assert set(shipped) | set(others) == set(os.listdir(SHARE)), (shipped, others)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["make", "-n", "install", f"DESTDIR={folder}", "PREFIX=/opt/x"], cwd=ROOT, capture_output=True, text=True,
                              check=False)
    assert done.returncode == 0, done.stderr
    assert f"{folder}/opt/x/share/tsllm-top tui/share/alerts.yml" in done.stdout, done.stdout[-2000:]
    assert "s|@PREFIX@|/opt/x|" in done.stdout


if __name__ == "__main__":
    sys.exit(main())

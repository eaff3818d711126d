#!/usr/bin/python3
"""The recipes of tsllm-top-outputs(7), run as they are printed there, against what they are for or its documented interface."""
import contextlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import Skipped, main, test, until
from top import TOP, top

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WELL = """
daemon magicdns off
config discover = off
config capture = off
peer gpu1 linux direct 10.99.0.11:41641 rtt 0.4 rate 900000
door gpu1:llama raw 18080 llama-server-0.5.0/ready-idle pinned
"""
ILL = WELL + "door gpu1:none raw 18000 refused pinned\n"


def recipe(title):
    """What is printed under that title, to be typed."""
    with open(f"{ROOT}/man/tsllm-top-outputs.7", encoding="utf-8") as file:
        section = re.search(rf"^\.Ss {title}\n(.*?)^\.S[sh] ", file.read(), re.M | re.S)[1]
    typed = "\n".join(re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed|^\.Dl ([^\n]*)", section, re.M | re.S)[0]).strip()
    return typed.replace("\\e", "\\")


@contextlib.contextmanager
def receiver():
    """Takes down each request: its method, path, parameters and token."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            path, _, query = self.path.partition("?")
            asked.append((self.command, path, dict(urllib.parse.parse_qsl(query)), self.headers["Authorization"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
        do_POST = do_GET

        def log_message(self, *_):
            pass

    asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def typed(script, scenario, **environment):
    """Runs it in a shell whose tsllm-top is this one, of a user with that tailnet."""
    with FakeTailnet(scenario) as fake:
        folder = f"{fake.environment['XDG_CONFIG_HOME']}/tsllm-top"
        os.makedirs(folder)
        for name in ("config", "ca.crt"):
            shutil.copy(f"{fake.dir}/{name}", folder)
        path = f"{os.path.dirname(os.path.abspath(TOP))}:{os.environ['PATH']}"
        done = subprocess.run(["sh", "-c", script], env={**fake.environment, "PATH": path, "TS_SOCKET": fake.socket, **environment},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == "", done.stderr


def sent(title, host, scenario, **environment):
    with receiver() as (url, asked):
        script = recipe(title)
        assert host in script, script
        typed(script.replace(host, url), scenario, **environment)
    assert len(asked) == 1, asked
    return asked[0]


@test
def uptime_kuma_is_told_up_or_down_and_why():
    """GET /api/push/TOKEN?status=up|down&msg=TEXT"""
    told = sent("Uptime Kuma", "https://KUMA", WELL)[2]
    assert told["status"] == "up" and told["msg"].startswith("TSLLM OK - "), told
    method, path, told, _ = sent("Uptime Kuma", "https://KUMA", ILL)
    assert (method, path, told["status"]) == ("GET", "/api/push/TOKEN", "down") and "gpu1:18000: nothing listens" in told["msg"], told


@test
def gatus_is_told_success_or_failure_with_the_token():
    """POST /api/v1/endpoints/KEY/external?success=true|false&error=TEXT, with a bearer"""
    for scenario, success in ((WELL, "true"), (ILL, "false")):
        method, path, told, token = sent("Gatus", "https://GATUS", scenario, TOKEN="sesame")
        assert (method, path, told["success"], token) == ("POST", "/api/v1/endpoints/tailnet_tsllm/external", success, "Bearer sesame")
        assert ("nothing listens" in told["error"]) == (success == "false"), told


@test
def healthchecks_is_told_the_exit_status():
    """GET /UUID/STATUS, of which 0 is well"""
    for scenario, status in ((WELL, 0), (ILL, 2)):
        assert sent("healthchecks.io", "https://hc-ping.com", scenario)[:2] == ("GET", f"/UUID/{status}")


@test
def node_exporter_passes_the_file_on():
    program = shutil.which("prometheus-node-exporter") or shutil.which("node_exporter")
    if not program:
        raise Skipped("node_exporter is not installed (apt install prometheus-node-exporter)")
    words = recipe("Textfile collector of node_exporter").replace("--period 15", "--period 1").split()
    with FakeTailnet(ILL) as fake, tempfile.TemporaryDirectory() as folder:
        words[-1] = f"{folder}/{os.path.basename(words[-1])}"
        watch = subprocess.Popen([TOP, "--config", fake.config, "--socket", fake.socket, *words[1:]], env=fake.environment,
                                 stdin=subprocess.DEVNULL)
        exporter = subprocess.Popen([program, "--collector.disable-defaults", "--collector.textfile", f"--collector.textfile.directory={folder}",
                                     "--web.listen-address=127.0.0.1:19100"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def passed_on():
            try:
                with urllib.request.urlopen("http://127.0.0.1:19100/metrics", timeout=5) as answer:
                    return answer.read().decode()
            except OSError:
                return ""
        try:
            assert until(lambda: 'tsllm_endpoint_state{endpoint="gpu1:18000",state="down"} 1' in passed_on(), 30), passed_on()
            assert "\nnode_textfile_scrape_error 0\n" in passed_on()
        finally:
            for child in (watch, exporter):
                child.terminate()
                child.wait(10)


@test
def home_assistant_s_templates_give_a_state_and_a_number():
    try:
        import jinja2.sandbox
    except ImportError:
        raise Skipped("Jinja is not installed (apt install python3-jinja2)") from None
    text = recipe("Home Assistant")
    templates = [found.strip() for found in re.findall(r"value_template: (?:\"(.*?)\"|>-\n(.*))", text) for found in found if found]
    with FakeTailnet(ILL) as fake:
        snapshot = json.loads(top("--format", "json", fake=fake).out)
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment()
    assert [environment.from_string(template).render(value_json=snapshot) for template in templates] == ["down", "1"], templates


if __name__ == "__main__":
    sys.exit(main())

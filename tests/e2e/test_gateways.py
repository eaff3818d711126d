#!/usr/bin/python3
"""Gateways over several polls: what makes them ask the servers behind them is asked once, even if it fails."""
import collections
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading

from tap import main, test
from top import TOP, endpoint

JSON, HTML = "application/json", "text/html"
HEALTH = (200, "application/health+json", b'{"status": "pass"}')
BIFROST = {"/": (200, HTML, b"<html><title>Bifrost</title></html>"), "/health": (200, JSON, b'{"status": "ok"}')}
GUARDRAILS = {"/": (200, JSON, b'{"status": "ok"}'), "/healthz": HEALTH}


class Gateway:
    """Answers what is in the table, closes the connection for /v1/models, and counts what it is asked."""
    def __init__(self, answers):
        asked = self.asked = collections.Counter()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                asked[self.path] += 1
                if self.path == "/v1/models":
                    self.close_connection = True
                    return
                status, kind, body = answers.get(self.path, (404, HTML, b"<html>404</html>"))
                self.send_response_only(status)  # BaseHTTP in a header is the sign of MLX
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def watch_until(url, is_enough, most=60):
    with tempfile.TemporaryDirectory() as home:
        config = os.path.join(home, "config")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"discover = off\ncapture = off\n[endpoint gateway]\nurl = {url}\n")
        words = [TOP, "--watch", "--period", "0.5", "--config", config, "--socket", os.path.join(home, "none"),
                 "--tailscale", os.path.join(home, "none")]
        environment = {**os.environ, "HOME": home, "XDG_STATE_HOME": home}
        child = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL)
        last = {}
        try:
            for _, line in zip(range(most), child.stdout):
                last = json.loads(line)
                if is_enough():
                    break
        finally:
            child.terminate()
            child.stdout.close()
            assert child.wait(timeout=10) in (0, 1, 2, 3)
        return last


@test
def a_list_that_is_work_is_asked_for_once_even_if_it_fails():
    for answers, health, server in ((BIFROST, "/health", "bifrost"), (GUARDRAILS, "/healthz", "nemo-guardrails")):
        with Gateway(answers) as gateway:
            last = watch_until(gateway.url, lambda: gateway.asked[health] >= 4)
        row = endpoint(last, gateway.url)
        assert row["server"] == server and row["state"] == "ok", row
        assert gateway.asked[health] >= 4, gateway.asked
        # A failure on a connection that was kept is no evidence, so it is repeated on a new one.
        assert 1 <= gateway.asked["/v1/models"] <= 2, gateway.asked


if __name__ == "__main__":
    main()

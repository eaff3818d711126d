#!/usr/bin/python3
"""Figures over the cap: they are not fetched poll after poll, and the row says that they are not read."""
import http.server
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import main, test
from top import codes, endpoint, watching

LINE = 'vllm:request_success_total{finished_reason="stop",model_name="adapter-%06d-' + "x" * 40 + '"} 1.0\n'
FIGURES = 'vllm:num_requests_running{engine="0"} 3.0\nvllm:num_requests_waiting{engine="0"} 7.0\n'
LIST = b'{"object":"list","data":[{"id":"m","object":"model","owned_by":"vllm","max_model_len":8192}]}'


class VLLM(http.server.BaseHTTPRequestHandler):
    """Keeps its connections, as the real one does, and notes what it was asked."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append(self.path)
        answers = {"/metrics": ("text/plain", self.server.metrics), "/v1/models": ("application/json", LIST),
                   "/version": ("application/json", b'{"version":"0.32.0"}'), "/health": ("", b"")}
        kind, body = answers.get(self.path, ("application/json", b'{"detail":"Not Found"}'))
        self.send_response_only(200 if self.path in answers else 404)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:     # it was cut off
            self.close_connection = True

    def log_message(self, *_):
        pass


def watched(lines, polls):
    """The last row of a vLLM with so many lines of adapters, after so many polls, and what it was asked."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), VLLM) as server, FakeTailnet() as fake:
        server.asked, server.metrics = [], ("".join(LINE % i for i in range(lines)) + FIGURES).encode()
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        port = server.server_address[1]
        with watching("--endpoint", f"http://127.0.0.1:{port}", fake=fake) as snapshots:
            last = next(snapshot for snapshot in snapshots
                        if server.asked.count("/health") >= polls and endpoint(snapshot, str(port))["state"] != "unknown")
        server.shutdown()
        return endpoint(last, str(port)), server.asked


@test
def figures_over_four_megabytes_are_asked_once_in_a_minute_and_said_to_be_unread():
    row, asked = watched(45000, polls=4)
    assert asked.count("/metrics") == 1, asked
    assert row["state"] == "ok" and "running" not in row["engine"], row
    said = {verdict["code"]: verdict for verdict in row["verdicts"]}
    assert said["figures-unread"]["severity"] == "info", said
    assert "too large to read (over 4 MB)" in said["figures-unread"]["text"], said


@test
def figures_of_three_megabytes_are_read_at_each_poll():
    row, asked = watched(25000, polls=3)
    assert asked.count("/metrics") in (asked.count("/health"), asked.count("/health") - 1), asked
    assert row["engine"]["running"] == 3 and row["engine"]["waiting"] == 7, row
    assert "figures-unread" not in codes(row), row


if __name__ == "__main__":
    main()

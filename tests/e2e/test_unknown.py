#!/usr/bin/python3
"""Servers of no known family: how rarely they are asked for their list, and what is said while it does not come."""
import http.server
import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import main, test
from top import codes, endpoint, first, once, top, watching

QUIET = "daemon magicdns off\n"
LIST = {"object": "list", "data": [{"id": "acme/chat-9b", "object": "model", "created": 1, "owned_by": "acme"}]}
FASTAPI_404 = (404, {"Content-Type": "application/json"}, {"detail": "Not Found"})
PAGE = (200, {"Content-Type": "text/html"}, "<html><title>Gateway</title></html>")


class Server:
    """Answers each path with (status, headers, body), a function that returns that, or None: never."""

    def __init__(self, routes, other=(404, {"Content-Type": "application/json"}, {"error": "not found"})):
        self.asked, self.routes, self.connections, self.over = [], routes, 0, threading.Event()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                server.connections += 1
                super().setup()

            def log_message(self, *_):
                pass

            def do_GET(self):
                server.asked.append(self.path)
                answer = server.routes.get(self.path, other)
                answer = answer() if callable(answer) else answer
                if answer is None:
                    server.over.wait(30)
                    self.close_connection = True
                    return
                status, headers, body = answer
                body = (body if isinstance(body, str) else json.dumps(body)).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def ok(body):
    return (200, {"Content-Type": "application/json"}, body)


def looked_at(server, times):
    """Its row when it was connected to so often; half a second is a period, so that it is polled every 2.5 s."""
    with FakeTailnet(QUIET) as fake, watching("--endpoint", server.url, fake=fake) as snapshots:
        return endpoint(first(snapshots, lambda _: server.connections >= times), server.url)


@test
def a_list_is_asked_once_and_connected_to_between():
    with Server({"/v1/models": ok(LIST)}) as server:
        row = looked_at(server, 4)
        assert server.asked.count("/v1/models") == 1 and server.asked.count("/") == 1, server.asked
    assert row["state"] == "ok" and row["server"] == "openai-compatible" and not row.get("stale"), row
    assert [model["id"] for model in row["models"]] == ["acme/chat-9b"], row


@test
def a_root_that_gave_a_page_tells_a_frozen_server():
    with Server({"/": PAGE, "/v1/models": ok(LIST)}) as server:
        with FakeTailnet(QUIET) as fake, watching("--endpoint", server.url, fake=fake) as snapshots:
            assert first(snapshots, lambda s: endpoint(s, server.url)["state"] == "ok")
            server.routes.update({"/": lambda: None, "/v1/models": lambda: None})
            assert first(snapshots, lambda s: codes(endpoint(s, server.url)) == ["no-answer"])
            server.routes.update({"/": PAGE, "/v1/models": ok(LIST)})
            assert first(snapshots, lambda s: endpoint(s, server.url)["state"] == "ok", 120)
        assert server.asked.count("/v1/models") == 2, server.asked


@test
def between_two_lists_an_accepted_connection_says_nothing():
    with Server({"/v1/models": ok(LIST)}) as server:
        with FakeTailnet(QUIET) as fake, watching("--endpoint", server.url, fake=fake) as snapshots:
            assert first(snapshots, lambda s: endpoint(s, server.url)["state"] == "ok")
            server.routes["/v1/models"] = lambda: None
            before = server.connections
            row = endpoint(first(snapshots, lambda s: server.connections > before + 1), server.url)
            assert row["state"] == "ok" and row["age_ms"] > 2000, row
        assert server.asked.count("/v1/models") == 1, server.asked


@test
def a_frozen_server_is_told_by_its_list():
    with Server({"/": lambda: None, "/v1/models": lambda: None}) as server, FakeTailnet(QUIET) as fake:
        row = endpoint(once(fake, "--endpoint", server.url).json, server.url)
    assert codes(row) == ["no-answer"], row


@test
def a_list_that_never_comes_is_asked_once_too():
    with Server({"/": PAGE, "/v1/models": lambda: None}) as server:
        row = looked_at(server, 4)
        assert server.asked.count("/v1/models") == 1, server.asked
    assert row["state"] == "unknown" and not codes(row), row


@test
def who_refuses_connections_is_down_at_once_and_up_again_as_soon():
    stopped = []
    with Server({"/": PAGE, "/v1/models": ok(LIST)}) as server:
        port = server.server.server_address[1]
        with FakeTailnet(QUIET) as fake, watching("--endpoint", server.url, fake=fake) as snapshots:
            for snapshot in snapshots:
                row = endpoint(snapshot, server.url)
                if row["state"] == "ok" and not stopped:
                    server.stop()
                    stopped.append(time.time())
                if stopped and row["state"] == "down":
                    break
                assert not stopped or time.time() - stopped[0] < 10, row
    assert codes(row)[0] == "not-listening", (port, row)


@test
def a_guess_that_its_health_refutes_falls():
    owned = {"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "vllm"}]}
    for health in ok({"status": "healthy"}), (404, {"Content-Type": "text/html"}, "<html>no</html>"), FASTAPI_404:
        routes = {"/": PAGE, "/health": health, "/metrics": health, "/v1/models": ok(owned)}
        with Server(routes) as server, FakeTailnet(QUIET) as fake:
            row = endpoint(once(fake, "--endpoint", server.url).json, server.url)
        assert row["state"] == "ok" and [model["id"] for model in row["models"]] == ["m"], row


@test
def an_older_ollama_is_known_by_the_paths_that_it_has():
    tags = {"models": [{"name": "tiny:1b", "size": 900000000, "details": {}}]}
    routes = {"/": (200, {"Content-Type": "text/plain"}, "Ollama is running"), "/api/version": ok({"version": "0.1.34"}),
              "/api/tags": ok(tags)}
    with Server(routes, (404, {"Content-Type": "text/plain"}, "404 page not found")) as server:
        with FakeTailnet(QUIET) as fake:
            row = endpoint(once(fake, "--endpoint", server.url).json, server.url)
    assert row["state"] == "ok" and row["server"] == "ollama" and row["server_version"] == "0.1.34", row
    assert [(model["id"], model["state"]) for model in row["models"]] == [("tiny:1b", "unknown")], row


@test
def a_slash_that_is_missing_is_added_on_the_same_host():
    for location in "/v1/models/", "http://elsewhere.example/v1/models/", "/mounted/here/v1/models/?":
        routes = {"/v1/models": (307, {"Location": location}, ""), "/v1/models/": ok(LIST)}
        with Server(routes) as server, FakeTailnet(QUIET) as fake:
            row = endpoint(once(fake, "--endpoint", server.url).json, server.url)
            assert row["state"] == "ok" and row["models"], (location, row)
            assert server.asked.count("/v1/models/") >= 1, server.asked


@test
def a_slash_that_leads_nowhere_is_added_once():
    for end in (307, {"Location": "/v1/models//"}, ""), (404, {"Content-Type": "text/html"}, "no"):
        with Server({"/v1/models": (307, {"Location": "/v1/models/"}, ""), "/v1/models/": end}) as server:
            with FakeTailnet(QUIET) as fake:
                row = endpoint(once(fake, "--endpoint", server.url).json, server.url)
            assert row["state"] == "fault" and len(server.asked) <= 8, (row, server.asked)


@test
def a_root_that_leads_to_a_page_of_its_own_says_nothing_against_the_server():
    for location in "/docs", "ui/", "HERE/ui/":
        with Server({"/v1/models": ok(LIST)}) as server, FakeTailnet(QUIET) as fake:
            server.routes["/"] = (302, {"Location": location.replace("HERE", server.url)}, "")
            row = endpoint(once(fake, "--endpoint", server.url).json, server.url)
            assert row["state"] == "ok", (location, row)


@test
def a_login_is_not_passed():
    for location in "/login?next=/", "https://login.example.net/":
        with Server({}, (302, {"Location": location}, "")) as server, FakeTailnet(QUIET) as fake:
            row = endpoint(once(fake, "--endpoint", server.url).json, server.url)
            assert codes(row) == ["redirected"] and not {"/login", "/login?next=/"} & set(server.asked), \
                (row, server.asked)


@test
def a_login_at_the_root_alone_hides_no_api():
    for location in "/login?next=/", "https://login.example.net/":
        with Server({"/v1/models": ok(LIST), "/": (302, {"Location": location}, "")}) as server:
            with FakeTailnet(QUIET) as fake:
                row = endpoint(once(fake, "--endpoint", server.url).json, server.url)
            assert row["state"] == "ok", (row, server.asked)


@test
def the_last_of_two_thousand_models_is_picked():
    names = [f"prov{i % 40}/family-{i // 40}" for i in range(2000)] + ["zz/last-one"]
    with Server({"/v1/models": ok({"object": "list", "data": [{"id": name} for name in names]})}) as server:
        with FakeTailnet(QUIET) as fake:
            ended = top("--pick", "zz/last-one", "--endpoint", server.url, fake=fake)
        assert ended.status == 0 and ended.out.strip() == server.url + "/v1", (ended.status, ended.out, ended.errors)


NGINX = {"Server": "nginx/1.27.0", "Content-Type": "text/html"}
REFUSALS = {
    "vllm": (403, NGINX, "<html><h1>403 Forbidden</h1></html>"),
    "acme": (401, {**NGINX, "WWW-Authenticate": "Basic"}, "<html>401 Authorization Required</html>"),
    "llamacpp": (502, NGINX, "<html><h1>502 Bad Gateway</h1></html>"),
    "sglang": (302, {"Location": "/login", "Content-Type": "text/html"}, ""),
}


@test
def a_proxy_that_lets_the_list_alone_through_hides_no_server():
    for owner, refusal in REFUSALS.items():
        mine = {"object": "list", "data": [{"id": "m", "object": "model", "owned_by": owner}]}
        with Server({"/v1/models": ok(mine)}, refusal) as server, FakeTailnet(QUIET) as fake:
            row = endpoint(once(fake, "--endpoint", server.url).json, server.url)
        assert row["state"] == "ok" and [m["id"] for m in row["models"]] == ["m"], (owner, row)


if __name__ == "__main__":
    main()

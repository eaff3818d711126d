"""Bad input of every kind gets a clear answer and loses nothing."""
import contextlib
import http.client
import os
import socket
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import main, test
from top import codes, endpoint, once, top

PEER = "daemon magicdns off\npeer gpu1 linux direct 10.99.0.11:41641 tag gpu\n"
GOOD = "door gpu1:good raw 18080 llama-server-0.5.0/ready-idle pinned\n"


def behind(fault, kind="raw"):
    """What is said of a door with this fault; the good door beside it has to stay well."""
    with FakeTailnet(f"{PEER}{GOOD}door gpu1:bad {kind} 18090 {fault} pinned\n") as fake:
        ended = once(fake)
    assert endpoint(ended.json, ":18080")["state"] == "ok", ended.out
    return endpoint(ended.json, ":18090")


def serve(listener, parts_for):
    """Gives everybody who connects these parts for what was asked."""
    def run():
        while True:
            try:
                wire = listener.accept()[0]
            except OSError:
                return
            with wire, contextlib.suppress(OSError):
                for part in parts_for(wire.recv(65536)):
                    wire.sendall(part)

    threading.Thread(target=run, daemon=True).start()


def daemon_that_says(answer):
    """The program against a unix socket that gives this to everybody."""
    with tempfile.TemporaryDirectory() as folder:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(f"{folder}/ts.sock")
        listener.listen(8)
        serve(listener, lambda _: answer)
        ended = top("--once", "--deadline", "2", "--socket", f"{folder}/ts.sock", "--tailscale", f"{folder}/none",
                    environment=dict(os.environ, XDG_CONFIG_HOME=folder, XDG_STATE_HOME=folder))
        listener.close()
    return ended


def http_json(body):
    return [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body), body]


@test
def a_server_that_trickles_a_byte_a_second_gives_no_answer():
    assert codes(behind("trickle"))[0] == "no-answer"


@test
def an_endless_body_is_malformed_not_endured():
    assert codes(behind("endless"))[0] == "malformed"


@test
def ten_thousand_headers_are_malformed():
    assert codes(behind("many-headers"))[0] == "malformed"


@test
def a_redirect_to_another_host_is_not_followed():
    row = behind("redirect")
    assert codes(row)[0] == "redirected", row


@test
def garbage_is_malformed_and_its_bytes_are_escaped():
    row = behind("garbage")
    assert codes(row)[0] == "malformed", row
    assert all(character >= " " for character in row["verdicts"][0]["text"]), row


@test
def a_page_where_json_was_asked_is_html_not_api():
    assert codes(behind("html"))[0] == "html-not-api"


@test
def broken_json_and_a_broken_off_answer_are_malformed():
    assert codes(behind("truncated"))[0] == "malformed"
    assert codes(behind("cut-off"))[0] == "malformed"


@test
def a_rate_limit_is_honoured_not_called_down():
    row = behind("rate-limited")
    assert codes(row)[0] == "rate-limited" and row["state"] == "slow", row


@test
def an_engines_own_mishap_is_a_server_error():
    assert codes(behind("server-error"))[0] == "server-error"


@test
def a_door_that_closes_at_once_is_told_from_a_refused_one():
    assert codes(behind("closes"))[0] == "accepts-then-closes"
    assert codes(behind("refused"))[0] == "not-listening"


@test
def a_port_that_swallows_connects_is_filtered_at_the_second_time():
    row = behind("black-hole")
    assert codes(row)[0] == "filtered" and row["state"] == "filtered", row
    assert "answers pings" in row["verdicts"][0]["text"], row


@test
def certificates_are_told_apart():
    for kind, code in (("expired", "cert-expired"), ("untrusted", "cert-untrusted"), ("absent", "cert-not-issued"),
                       ("wrong-name", "cert-name-mismatch"),
                       ("expiring", "cert-expiring")):
        with FakeTailnet(f"{PEER}door gpu1:a https 18443 / ollama-0.17.4/loaded-idle pinned certificate {kind}\n") as fake:
            ended = once(fake)
        assert codes(endpoint(ended.json, "18443"))[0] == code, f"{kind}: {ended.out}"


def refuses_handshakes(plain):
    """What is said of a server that answers a handshake with an alert, and plain HTTP with that text."""
    alert = [b"\x15\x03\x03\0\x02\x02\x28"]
    page = [b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%s" % (len(plain), plain)]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serve(listener, lambda asked: alert if asked.startswith(b"\x16") else page)
        url = "https://127.0.0.1:%d" % listener.getsockname()[1]
        with FakeTailnet(PEER) as fake:
            return codes(endpoint(once(fake, "--endpoint", url).json, url))


@test
def what_a_server_of_https_says_to_plain_http_is_no_plain_http():
    for words in (b"Client sent an HTTP request to an HTTPS server.\n",
                  b"<center>The plain HTTP request was sent to HTTPS port</center>",
                  b"You're speaking plain HTTP to an SSL-enabled server port.<br />"):
        assert refuses_handshakes(words) == ["tls-failed"], words
    assert refuses_handshakes(b"Ollama is running") == ["not-tls"]


@test
def a_hostile_model_name_reaches_nobodys_terminal():
    evil = "\\u001b]0;owned\\u0007\\u202egpj.exe" + "A" * 9000
    with FakeTailnet(f"{PEER}door gpu1:a raw 18080 ollama-0.17.4/loaded-idle pinned\ninstead mid:latest {evil}\n") as fake:
        text, ended = top("--once", fake=fake), once(fake)
    name = endpoint(ended.json, "18080")["models"][0]["id"]
    assert "\x1b" not in text.out and "\u202e" not in text.out and "\x1b" not in name and "\u202e" not in name
    assert len(name.encode()) <= 256


@test
def a_truncated_status_is_told_with_its_place():
    ended = daemon_that_says(http_json(b'{"BackendState":"Running","Peer":{"nodekey:1":{"ID":"a"'))
    assert ended.status == 3 and "cannot be read" in ended.out, ended.out


@test
def a_status_that_is_no_json_or_of_wrong_types_is_told():
    for body in (b"\x00\xff\x13binary", b"[]", b'{"BackendState":[],"Peer":7}', b"[" * 5000, b'{"Peer":' + b'{"a":' * 3000):
        ended = daemon_that_says(http_json(body))
        assert ended.status == 3 and ended.out, body[:20]


@test
def a_status_of_fifty_megabytes_of_numbers_is_refused():
    block = b"1," * 500_000
    ended = daemon_that_says([b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b'{"Health":[', *[block] * 50])
    assert ended.status == 3


@test
def a_daemon_that_answers_html_or_nothing_is_told():
    for answer in ([b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<html>hi</html>"], [b"HTTP/1.1 500 Oops\r\n\r\n"], []):
        ended = daemon_that_says(answer)
        assert ended.status == 3 and ended.out


@test
def a_denied_socket_is_told_with_the_fix():
    ended = daemon_that_says([b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"])
    assert ended.status == 3 and "--operator" in ended.out, ended.out


@test
def a_daemon_restarted_between_polls_loses_nothing():
    with FakeTailnet(f"{PEER}{GOOD}at 0.5 daemon restart\n") as fake:
        ended = once(fake)
    assert ended.status == 0 and endpoint(ended.json, ":18080")["state"] == "ok", ended.out


@test
def a_hostile_host_name_is_drawn_as_text():
    with FakeTailnet(PEER + GOOD) as fake:
        text = top("--once", "--endpoint", "http://127.0.0.1:1/%1b]0;x", fake=fake)
    assert text.status in (2, 64) and "\x1b" not in text.out + text.errors


@test
def a_long_or_binary_configuration_is_told_by_line_and_the_rest_applies():
    with FakeTailnet(PEER + GOOD) as fake:
        with open(fake.config, "ab") as file:
            file.write(b"exclude = " + b"x" * 5000 + b"\nperiod = never\n\x00\x01\x02\n")
        ended = once(fake)
    assert ended.errors.count(f"{fake.config}:") >= 3, ended.errors
    assert endpoint(ended.json, ":18080")["state"] == "ok"


if __name__ == "__main__":
    main()

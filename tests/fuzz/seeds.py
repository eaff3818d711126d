#!/usr/bin/python3
"""Makes corpus/, or the same in FOLDER: for each target what recordings, captures of tests/wire, themes and a few lines of
our own begin with.

Nothing is removed: what was found to break a target stays in the corpus under a name of its own.
"""
import glob
import json
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
WIRE, RECORDINGS = os.path.join(TESTS, "wire"), os.path.join(TESTS, "recordings")
THEMES = os.path.join(os.path.dirname(TESTS), "themes")
sys.path.insert(0, WIRE)

import scenes_flows as flows
import scenes_lies as lies
import scenes_paths as paths
from pcap import LINKS, cut, framed, plain

ORDER = ["none", "null", "loop", "ethernet", "raw", "sll", "sll2"]      # enum link
TICK_US, SIZE_MAX = 1700, 3600
NTP = b"\0\x7b\0\x7b"      # what only passes the time in those scenes: few of them are needed


def seed(link, packets):
    """The first of these packets."""
    text, before = bytes([ORDER.index(link)]), None
    for number, (when, packet, length) in enumerate(packets):
        if NTP in packet[:60] and number % 8:
            continue
        passed = 0 if before is None else when - before
        step = min(passed // TICK_US, 0xFFFE) if passed >= 0 else 0xFFFF
        text += struct.pack(">BHH", len(packet), min(length - len(packet), 0xFFFF), step) + packet
        before = when
        if len(text) > SIZE_MAX:
            break
    return text


def recorded(name, skip=0):
    """The packets of a fixture."""
    with open(os.path.join(WIRE, "fixtures", f"{name}.pcap"), "rb") as file:
        link, = struct.unpack("<I", file.read(24)[20:])
        packets = []
        while head := file.read(16):
            seconds, rest, captured, length = struct.unpack("<IIII", head)
            packets.append((seconds * 1_000_000 + rest, file.read(captured), length))
    return "ethernet" if link == LINKS["ethernet"] else "raw", packets[skip:]


def made(packets, link="ethernet", snaplen=116):
    return link.replace("qinq", "ethernet"), cut(framed(LINKS[link], plain(packets)), snaplen)


SEEDS = {
    "handshake": recorded("direct-handshake", 9), "derp": recorded("derp"), "relay": recorded("peer-relay"),
    "bulk": recorded("bulk-gro", 40), "bulk-inside": recorded("bulk-gro.inner"), "stream": recorded("stream.inner", 2),
    "stream-plain": recorded("stream.inner", 85), "stun": made(paths.stun()), "ipv6": made(paths.pings(True), "sll2"),
    "relay-ipv6": made(paths.pings(True, 7), "sll"), "null": made(paths.handshake(), "null"),
    "loop": made(paths.handshake_of_its(), "loop"), "lost": made(paths.comes_back()), "lies": made(lies.lies()),
    "fragments": made(lies.fragments()), "options": made(lies.options_of_ip()), "tcp-lies": made(lies.tcp_lies(), "raw"),
    "coalesced": made(flows.coalesced(), "raw", 52), "tls": made(flows.tls_stream(), "raw"), "many": made(paths.crowd(40)),
    "stream-ipv6": made(flows.stream(ipv6=True), "raw", 72), "kept-alive": made(flows.kept_alive(), "raw", 52),
    "with-headers": made(flows.headers_with_first(), "raw", 52), "twice": made(flows.sent_twice(), "raw", 52),
    "loopback": made(flows.stream(client="127.0.0.1:40000", server="127.0.0.1:8081"), "ethernet", 66),
    "cookie": made(paths.cookie()), "tags": made(paths.handshake(), "qinq"), "two-pings": made(paths.two_pings(2)),
    "roams": made(paths.roams()),
    "probes": made(paths.probes()), "clock": made(paths.clock_steps(-paths.HOUR)), "bulk-made": made(paths.bulk()),
}


# ---- whole capture files

def capture_file(link, packets, order="<", nanoseconds=False):
    """A pcap file of the first of these packets."""
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    text = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 128, LINKS[link])
    for when, packet, length in packets:
        text += struct.pack(order + "IIII", when // 10**6, when % 10**6 * (1000 if nanoseconds else 1), len(packet), length) + packet
        if len(text) > SIZE_MAX:
            break
    return text


def blocks(*bodies):
    """A pcapng file of these blocks: type and body."""
    return b"".join(struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12) for kind, body in bodies)


def far_future():
    """A pcapng file with times of 2^63 seconds and of no seconds at all."""
    section = (0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    interface = (1, struct.pack("<HHI", 1, 0, 128) + struct.pack("<HHB3x", 9, 1, 0) + struct.pack("<HH", 0, 0))
    frame = bytes(60)
    packets = [(6, struct.pack("<IIIII", 0, high, low, len(frame), len(frame)) + frame)
               for high, low in ((0x7FFFFFFF, 0xFFFFFFFF), (0x80000000, 0), (0, 0), (0xFFFFFFFF, 0xFFFFFFFF))]
    return blocks(section, interface, *packets)


def pcaps():
    for name in ("handshake", "relay", "stream", "lies", "fragments", "tcp-lies", "clock"):
        link, packets = SEEDS[name]
        yield name, b"\0" + capture_file(link, packets)
    link, packets = SEEDS["handshake"]
    yield "told", b"\1" + capture_file(link, packets)
    yield "big-endian", b"\0" + capture_file(link, packets, ">", True)
    yield "far-future", b"\0" + far_future()


# ---- what tailscaled and the capture helper say

def recorded_text(path):
    with open(os.path.join(RECORDINGS, path), "rb") as file:
        return file.read()


def small_json(path, most=None):
    """Without blanks; of a list the last few."""
    value = json.loads(recorded_text(f"tailscale/{path}"))
    return json.dumps(value[-most:] if most else value, separators=(",", ":")).encode()


UNREAD = {"CapMap", "Capabilities", "TaildropTarget", "PublicKey", "NodeID", "AllowedIPs", "InMagicSock"}


def small_status(path, peers):
    """With the first of its peers, and of them what is read."""
    value = json.loads(recorded_text(f"tailscale/{path}"))
    value["Peer"] = dict(list((value.get("Peer") or {}).items())[:peers])
    for peer in (value.get("Self") or {}, *value["Peer"].values()):
        for word in [word for word, told in peer.items() if word in UNREAD or told in (None, "", [], False)]:
            peer.pop(word)
    return json.dumps(value, separators=(",", ":")).encode()


def statuses():
    pieces = [1, 255, 7, 64, 100]
    names = ["status-mixed", "status-paths", "status-needs-login", "status-stopped", "status-gpu1"]
    for piece, name in zip(pieces, names):
        yield name, bytes([piece]) + small_status(f"{name}.json", 9)
    yield "escapes", b'\3{"BackendState":"Running","Peer":{"nodekey:\\u0061\\"":{"ID":"n\\ud83d\\ude00","HostName":"\\u202e\\u0000x"}}}'
    yield "nulls", b'\2{"BackendState":"Running","Self":null,"Peer":null,"Health":null,"User":{"1":null},"CurrentTailnet":null}'


def ping(name):
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + recorded_text(f"tailscale/localapi-ping-{name}.json")


def answers():
    """Behind the number of their reader in fuzz_answers.c."""
    for number, pattern in enumerate(("serve-*.json", "services.json", "usermetrics*.txt", "derpmap.json", "netcheck.json",
                                      "whois-*.json")):
        for path in sorted(glob.glob(f"{RECORDINGS}/tailscale/{pattern}")):
            name, kind = os.path.splitext(os.path.basename(path))
            text = small_json(name + kind) if kind == ".json" else recorded_text(path)
            yield name, bytes([number]) + text
    yield "services-two", b'\1{"svc:llm":{"Name":"svc:llm","Addrs":["100.100.1.2","fd7a:115c:a1e0::1"],"Ports":["tcp:443","tcp:1-9","*"]}}'
    yield "path-memory", b"\6" + small_json("localapi-debug-peer-endpoint-changes.json", 40)
    for name in ("disco-derp", "disco-direct", "disco-peer-relay"):
        yield f"ping-{name}", b"\7" + ping(name)
    yield "ping-refused", b'\7HTTP/1.1 200 OK\n\n{"Err":"no matching peer","LatencySeconds":0,"Endpoint":"1.2.3.4:5"}'
    yield "prefs", b'\10{"ControlURL":"https://headscale.example.net","RouteAll":false,"ExitNodeID":"n2","CorpDNS":true}'
    yield "lock", b'\11{"Enabled":true,"NodeKeySigned":false,"NodeKey":"nodekey:01","FilteredPeers":[{"Name":"a.b.","NodeKey":"k"},{}]}'
    yield "ping-below-zero", b'\7HTTP/1.1 200 OK\n\n{"LatencySeconds":-1,"Endpoint":"1.2.3.4:5"}'


def helper_lines():
    names = ["stream.inner", "peer-relay", "path-drop", "tls-stream", "two-pings-of-its", "upload", "roams", "derp", "stun-v6",
             "missed-and-taken-back"]
    for number, name in enumerate(names):
        yield name, bytes([1 + number * 25]) + wire_lines(name)[:6000]
    yield "odd", b"\5hello protocol=2\nhello\n\nflow at=1 client=[::1]:1 server=x\nmiss at=-1\n" + b"x" * 600 + b"\nend reason=\xff\n"


def wire_lines(name):
    with open(os.path.join(WIRE, "expected", f"{name}.txt"), "rb") as file:
        return file.read().replace(b"VERSION", b"0.1.0")


# ---- what servers answer

def states():
    """Server and state to the names and bytes of its small recordings."""
    found = {}
    for path in sorted(glob.glob(f"{RECORDINGS}/*/*/*.http")):
        server, state, name = os.path.relpath(path, RECORDINGS)[:-5].split(os.sep)
        found.setdefault((server, state), {})[name] = recorded_text(path)
    return found


def cut_lines(text, most):
    return text if len(text) <= most else text[:text.rindex(b"\n", 0, most) + 1]


def servers():
    for (server, state), recordings in states().items():
        order = sorted(recordings, key=lambda name: (name != "root", "models" not in name, "health" not in name, name))
        short = server[:server.rindex("-")]
        yield f"{short}-{state}"[:60], b"".join(b"@@ answer\n" + cut_lines(recordings[name], 1200) + b"\n" for name in order[:3])


def metrics():
    seen = set()
    for (server, _), recordings in states().items():
        for name, text in recordings.items():
            body = text.replace(b"\r", b"").partition(b"\n\n")[2]
            if "metrics" in name and body.startswith(b"# ") and (server not in seen):
                seen.add(server)
                yield server, cut_lines(b"".join(line + b"\n" for line in body.splitlines() if not line.startswith(b"#")), 8000)
    yield "odd", (b'vllm:num_requests_running{engine="0",model_name="a\\"}b"} 1e400\nvllm:num_requests_waiting NaN\n'
                  b"llamacpp:requests_processing -1\nllamacpp:requests_deferred +Inf\n" + b"\n" * 50
                  + b'vllm:time_to_first_token_seconds_bucket{le="+Inf"} 3\nvllm:time_to_first_token_seconds_bucket{le="1"} 4\n')


# ---- the user's files, and small things

def configs():
    yield "all", (b'period = 1.5\ndeadline = 4\ndiscover = all\nexclude = tag:iot, os:windows\nignore = relayed, slow-ttfb@gpu1\n'
                  b'ports = 443, 80, 11434\nsocket = /run/x.sock\nca_file = "a b;c"\ntheme = nord\nllama-metrics = off\n'
                  b'capture = off\n; comment\n[endpoint one]\nurl = http://gpu1:8080/x/\nkey_env = LLM_KEY\nplain-key = on\n'
                  b'[endpoint two]\nurl = https://[fd7a:115c:a1e0::1]:8443\nkey_file = keys/two\n'
                  b'[peer gpu1]\nmac = 3C-7C-3F-1E-88-A0\ngpu = http://gpu1:9400/\n')
    yield "ports", b"ports = " + b", ".join(b"%d" % (65000 + i) for i in range(31)) + b"\n"
    yield "wrong", b'\xef\xbb\xbfperiod = never\nfoo\n[x\n[endpoint ]\nkey_env = sk-1\nurl = "a\\\n\x00 = 1\ntheme = \ntheme : "\\n\\r\\""\n'


def themes():
    for path in sorted(glob.glob(f"{THEMES}/*.theme")):
        with open(path, "rb") as file:
            yield os.path.basename(path)[:-6], file.read()
    yield "odd", b"text = 255 #12345g\nbanner = red on blue\n[x]\ndim = default default bold bold dim\n" + b"x" * 300 + b" = 1\n"


def remembered():
    yield "three", b"http://100.64.0.2:11434\tollama\nhttps://gpu1.tail4c1d.ts.net/x\tvllm\nhttp://[fd7a::1]:80/\t\n"
    yield "odd", b"no url\tx\nhttp://a\tB\n\thttp://a\nhttp://a\n" + b"http://" + b"a" * 1100 + b"\tollama\nhttp://b\tlocalai\x00\n"


TEXTS = {
    "url": ["http://gpu1:8080/x/", "HTTPS://GPU1.tail4c1d.ts.net.:443//", "http://[FD7A:115C:a1e0::0:1]:11434", "https://u:p@gpu1/a?b#c",
            "http://ada:PASSWORD@gpu1:80/x@y", "socks5h://ada:PASSWORD@h", "//user@h/", "http://0x7f.1", "localhost:11434",
            "unix:/run/a.sock", "https+insecure://127.0.0.1:8443", "http://gpu1/%7e%2F", "http://${HOST}/"],
    "text": ["\x20plain", "\x05wide 中文 emoji \U0001f600 e\u0301", "\x00\u202eabc\u200b\x1b[31m", "\x102026-11-23T00:45:46.123456789+05:30",
             "\x7f0001-01-01T00:00:00Z", "\x04……", "\x09\udcff\udcc3\udca9\udced\udca0\udc80", "\x0a65535", "\x209999-12-31T23:59:59.999Z"],
    "log": ["\x05cudaMalloc failed: out of memory\nAuthorization: Bearer abcDEF1234567890\r\n\x1b[31mred\x1b[0m\n10 %\r20 %\rx",
            "\x010::/user.slice/user-1000.slice/user@1000.service/app.slice/ollama.service\n", "\x40api_key='x' hf_AbCdEfGhIj\n\n\x00\udcff",
            "\x090::/system.slice/docker-0123456789abcdef.scope\n1:name=systemd:/lxc.payload.web\n", "\xff[GIN] | 403 |\n[GIN] | 403 |\x1b["],
    "secret": ["sk-5ecret/a&b\noops sk-5ecret/a&b", "a\\b%41&amp;c\n{\"x\":\"a\\\\b%41&amp;c\"}", "aaaaaaaa\naaaaaaaaaaaaaaaaa",
               "12345678\n&#49;&#x32;%33\\u00345678 1234", "key-\"of\"-<one>\nkey-&quot;of&quot;-&lt;one&gt;", "ключ-секрет\nx"],
    "socks": ["\x05\x01\x00", "\x05\x01\x00\x03\x0cgpu1.example\x01\udcbb", "\x05\x01\x00\x01\x64\x40\x00\x02\x1f\udc90",
              "\x05\x01\x00\x04" + "\x00" * 16 + "\x00\x50", "HTTP/1.1 101 Switching Protocols\r\n\r\n\x16",
              "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 18\r\n\r\nconnection refused", "\x05\x01\x00\x03\x06a\r\nb: \x00\x50"],
    "canary": ['\x00\x09: ping\n\ndata: {"choices":[{"delta":{"content":"one"}}]}\r\n\r\ndata: {"choices":[{"delta":{},"finish_reason":'
               '"length"}],"timings":{"prompt_ms":5.5,"predicted_ms":8,"predicted_n":2}}\n\ndata: [DONE]\n\n',
               '\x01\x07data: {"type":"response.output_text.delta","delta":"a"}\n\ndata: {"type":"response.failed","response":{"error":{"message":"x"}}}\n\n',
               '\x02\x0bdata: {"type":"content_block_delta","delta":{"thinking":"h"}}\n\ndata: {"type":"message_stop"}\n\n',
               '\x03\x14{"message":{"content":"a"},"done":false}\n{"done":true,"load_duration":1e300,"eval_count":-1,"eval_duration":0}\n',
               '\x00\x05{"error":{"message":"\udcff\x1b[2J"}}', '\x00\x02<html>', '\x00\x03data: {"choices":\ndata: 7}\n\r\r\n\ndata:',
               '\x02\x01{"type":"message","content":[{"text":"a"},7],"usage":{"output_tokens":4}}'],
    "keys": ["\x00123456\n\x1bjjjk\n\x1b", "\x07" + "6\udca0\x60\x032\udca0\x5f\x04\n", "\x0d/gpu\nnN\x1bfqwen\n\x1b?jjj\x1b",
             "\x0f1Ssy\nYp2345\udcd0\x28\x08jj\udcd0\udcff\x602\x1b", "\x08\udcf12\udca0\x5f\x04\udcf06\udca0\x20\x05\udcf1\udca0\x5f\x03\udcf0",
             "\x8d123456?\udcd0\x00\x00\udcd0\x01\x01\n\n\t\t\x7f\x0c", "\x0e/\udc8e\udc8f\udc90\udc91\n\udc84\udc85\udc86\udc87rtm",
             "\x04123456\n", "\x02123456\n", "\x0c654321\njjjj\n\x1b\udca1\x10\x10\udca2\x10\x10", "\x016\udcc0\x0a7\udcc0\x00y\udcc0\x0ejj\n"],
}


def small(name):
    for number, text in enumerate(TEXTS[name]):
        yield f"{number:02}", text.encode(errors="surrogateescape")


# ---- the chain

def section(words, body=b""):
    return b"@@ " + words.encode() + b"\n" + body + (b"" if not body or body.endswith(b"\n") else b"\n")


def byte_counts(name):
    return b"".join(line + b"\n" for line in recorded_text(f"tailscale/{name}").splitlines() if b"bytes_total{" in line)


STATUS = section("status", small_status("status-paths.json", 5))
FAMILIES = {"llama-cpp-python": "llama-cpp-python", "llama-server": "llama-server", "llama-swap": "llama-swap", "ollama": "ollama",
            "vllm": "vllm", "vllm-0.32.0": "vllm", "llama-swap-v250-5": "llama-swap", "mlx-lm": "mlx", "xinference": "xinference", "ray-serve": "ray-serve", "litellm": "litellm",
            "open-webui": "open-webui", "portkey-gateway": "portkey", "triton": "triton",
            "vllm-router": "vllm-router", "sglang-router": "sglang-router", "smg": "smg"}
PATHS = ["/health", "/props", "/slots", "/metrics", "/running", "/models", "/api/tags", "/api/ps", "/api/version", "/v1/models",
         "/v1/cluster/auth", "/v1/model/info", "/api/config", "/health/liveliness", "/health/readiness", "/v2", "/v2/health/ready",
         "/v2/health/live", "/v2/models/stats", "/-/routes", "/-/healthz", "/v1/metadata", "/load", "/readiness", "/version", "/is_sleeping", "/get_server_info"]
HOSTS = ["gpu1.tail4c1d.ts.net", "%HOST%.tail4c1d.ts.net", "100.64.0.3", "mac1.tail4c1d.ts.net", "%OUTSIDE%"]


def path_of(name):
    """The path that a recording of this name answers."""
    flat = {path.replace("/", "-")[1:]: path for path in PATHS} | {"root": "/", "openapi": "/openapi.json"}
    longest = max((known for known in flat if name == known or name.startswith(known + "-")), key=len, default="")
    return flat.get(longest, f"/{name}")


def doors_of(server):
    """A door for each state of a server, and what it answers there, twice."""
    family = FAMILIES.get(server[:server.rindex("-")], "")
    for number, ((other, state), recordings) in enumerate(states().items()):
        if other != server:
            continue
        text = section(f"endpoint http://{HOSTS[number % len(HOSTS)]}:{8000 + number} {family if number % 3 else ''}")
        for name, recording in list(recordings.items())[:5]:
            text += section(f"answer {path_of(name)}", cut_lines(recording, 1500))
        yield text


def by_server():
    """In files that are small enough: a status, doors, time that passes."""
    for server in sorted({server for server, _ in states()}):
        text, number = STATUS, 0
        for door in [*doors_of(server), None]:
            if door is None or len(text) + len(door) > 15000:
                yield f"{server[:server.rindex('-')]}-{server[-3:]}-{number}", text + section("wait 1000") + section("take")
                text, number = STATUS, number + 1
            text += door or b""


def by_time():
    """One door, whose server goes from state to state."""
    for server in ("llama-server-0.5.0", "ollama-0.17.4", "vllm-0.32.0-cpu", "llama-swap-v250-5-g0bdb3720", "triton-2.51.0"):
        family = FAMILIES[server[:server.rindex("-")]]
        text = STATUS + section(f"endpoint https://gpu1.tail4c1d.ts.net {family}")
        for (other, _), recordings in states().items():
            answers_of = b"".join(section(f"answer {path_of(name)}", cut_lines(recording, 1500))
                                  for name, recording in list(recordings.items())[:6])
            if other == server and len(text) + len(answers_of) < 15500:
                text += answers_of + section("wait 10000") + section("take")
        yield f"{family}-in-time", text + section("outcome 5") + section("wait 9000") + section("outcome 5")


GPUS = (b'HTTP/1.1 200 OK\nContent-Type: text/plain\n\nDCGM_FI_DEV_FB_USED{gpu="0",UUID="a",modelName="NVIDIA L40S"} 1200\n'
        b'DCGM_FI_DEV_FB_FREE{gpu="0",UUID="a"} 23000\nDCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="a"} 98\n'
        b'DCGM_FI_DEV_FB_USED{gpu="0",UUID="a",GPU_I_ID="7"} NaN\nDCGM_FI_DEV_FB_TOTAL{gpu="1",UUID="b\\""} 1e99\n')


def stories():
    hello = section("lines", wire_lines("peer-relay")[:3000])
    ready = section("answer /health", recorded_text("llama-server-0.5.0/ready-idle/health.http"))
    yield "nothing", b""
    yield "logged-out", section("status", small_status("status-needs-login.json", 0))
    yield "stopped", section("status", small_status("status-stopped.json", 9)) + section("wait 5000")
    yield "mixed", section("status", small_status("status-mixed.json", 9)) + section("names fail") + section("discovery 4 3 2")
    yield "troubles", b"".join(section(f"trouble {number}") + section("wait 1000") + section("take") for number in range(5))
    yield "stale", STATUS + section("wait 2000") + section("trouble 3") + section("wait 60000")
    yield "capture", section("capture 1") + STATUS + hello + section("wait 1000") + section("lines", wire_lines("stream.inner")) \
        + section("take") + section("wait 3000") + section("lines", wire_lines("path-drop")[:4000])
    yield "flows", STATUS + section("endpoint http://100.64.0.2:8081 llama-server") + ready + section("capture 1") \
        + section("lines", wire_lines("stream.inner") + wire_lines("upload") + wire_lines("slow-tokens")[:4000])
    yield "serve", STATUS + section("serve", small_json("serve-multiple.json")) + section("endpoint http://127.0.0.1:11434 ollama own") \
        + section("outcome 1") + section("wait 10000") + section("outcome 1") + section("serve", small_json("serve-funnel.json"))
    yield "reasons", STATUS + section("netcheck", small_json("netcheck.json")) + section("whois 1", small_json("whois-peer.json")) \
        + section("memory 0", small_json("localapi-debug-peer-endpoint-changes.json", 12)) \
        + section("usermetrics", byte_counts("usermetrics.txt")) + section("wait 2000") + STATUS \
        + section("usermetrics", byte_counts("usermetrics-destination-with-drops.txt"))
    yield "pings", STATUS + section("endpoint http://gpu2.tail4c1d.ts.net:8000 vllm") + section("outcome 3") + section("wait 4000") \
        + section("outcome 3") + section("ping 1 disco", ping("disco-derp")) + section("ping 1 tsmp", ping("disco-direct")) \
        + section("ping 4 disco", ping("disco-peer-relay")) + section("ping 2 disco", b"HTTP/1.1 500 x\n\n")
    yield "outcomes", STATUS + b"".join(
        section(f"endpoint http{'s' if number in (4, 12) else ''}://{HOSTS[number % 5]}:{9000 + number} ollama") + section(f"outcome {number}")
        + section("wait 3000") + section(f"outcome {number}") for number in range(12)) + section("wait 3000")
    yield "tls", STATUS + b"".join(
        section(f"endpoint https://{HOSTS[number % 5]}:{9100 + number}") + section(f"outcome 4 {number}") + section("wait 3000")
        + section(f"outcome 4 {number}") + section("proof 1") for number in range(8)) + section("take")
    yield "key", STATUS + section("endpoint https://gpu1.tail4c1d.ts.net vllm") \
        + section("answer", b'HTTP/1.1 401 Unauthorized\nServer: x %KEY%\n\n{"error":"wrong key %KEY% or Bearer %KEY%"}') \
        + section("endpoint https://%HOST% openai-compatible") \
        + section("answer", b'HTTP/1.1 200 OK\nContent-Type: application/json\n\n{"object":"list","data":[{"id":"%KEY%"},{"id":"a%KEY%b"}]}') \
        + section("answer", b"HTTP/1.1 500 x\nLocation: https://x/%KEY%?k=%KEY%\n\noops Authorization: Bearer %KEY%")
    yield "hidden", STATUS + section("endpoint http://%HOST%:8000/a vllm") + section("outcome 1") + section("endpoint https://%OUTSIDE%/x") \
        + section("outcome 4 3") + section("outcome 4 3") + section("endpoint http://%HOST%.tail4c1d.ts.net:1 found") + section("outcome 2")
    yield "causes", STATUS + section("lock", b'{"Enabled":true,"NodeKeySigned":false,"NodeKey":"nodekey:01","FilteredPeers":'
                                     b'[{"Name":"locked.tail4c1d.ts.net.","TailscaleIPs":["100.64.0.99"],"NodeKey":"nodekey:99"}]}') \
        + section("prefs", b'{"RouteAll":false,"CorpDNS":true,"ExitNodeID":"TESTCTRL00000007","ControlURL":"https://hs.example.net"}') \
        + section("names fail") + section("endpoint http://gpu1.tail4c1d.ts.net:8000 vllm") + section("outcome 3") \
        + section("wait 4000") + section("outcome 3") + section("endpoint http://%OUTSIDE%:8000") + section("outcome 3") \
        + section("wait 4000") + section("outcome 3") + section("endpoint http://100.64.0.99:8000") + section("outcome 10") \
        + section("take")
    yield "blank", STATUS + section("endpoint http://gpu1.tail4c1d.ts.net:8000 llama-server") + ready + section("wait 90000000") \
        + section("blank") + section("take") + STATUS + ready + section("drop") + section("take")
    yield "gpus", STATUS + section("endpoint http://gpu1.tail4c1d.ts.net:11434 ollama") + b"".join(
        section("wait 50000") + section("answer /api/ps", b'HTTP/1.1 200 OK\nContent-Type: application/json\n\n'
                b'{"models":[{"name":"big","size":18000000000,"size_vram":18000000000}]}')
        + b"".join(section(f"gpus {peer}", GPUS) for peer in range(5)) for _ in range(3)) \
        + section("take") + section("gpus 1", b"HTTP/1.1 302 Found\nLocation: http://%OUTSIDE%/\n\n") + section("take")


def chains():
    yield from stories()
    yield from by_server()
    yield from by_time()


CORPUS = {"packet": lambda: ((name, seed(link, packets)) for name, (link, packets) in SEEDS.items()), "pcap": pcaps,
          "status": statuses, "answers": answers, "sniff": helper_lines, "server": servers, "prometheus": metrics,
          "config": configs, "theme": themes, "state": remembered, "chain": chains}
CORPUS |= {name: lambda name=name: small(name) for name in TEXTS}


def make(corpus):
    for target, files in CORPUS.items():
        os.makedirs(os.path.join(corpus, target), exist_ok=True)
        for name, text in files():
            with open(os.path.join(corpus, target, name), "wb") as file:
                file.write(text)


if __name__ == "__main__":
    make(sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "corpus"))

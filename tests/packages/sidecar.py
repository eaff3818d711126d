#!/usr/bin/python3
"""Runs a container's command beside a tailscaled with userspace networking that serves by serve.json, in the network that it is
started in; wants metrics, servers found through that tailscaled, and a clean end.

    sidecar.py SERVE.JSON TREE LAYER:LAYER WORD... -- COMMAND...

The words run a command as the image's user.
"""
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from debian import Tree
from fake import FakeTailnet

# An Ollama beside it, one on another machine that is to be found, and a llama-server that the configuration names.
SCENARIO = """
daemon tun off serves {serve} admin.tail4c1d.ts.net
config discover = all
door admin:v1 https 443 /v1 ollama-0.17.4/loaded-idle backend 11434 onto /v1
peer gpu1 linux direct 10.99.0.11:41641 rtt 1
door gpu1:ollama raw 11434 ollama-0.17.4/loaded-idle
door gpu1:llama raw 18080 llama-server-0.5.0/ready-idle pinned
"""
WANTED = {"admin", "admin:11434", "gpu1:11434", "gpu1:18080"}
PATIENCE_S, STOP_S = 30, 10     # the latter is what an engine of containers waits before it kills
BASE = "http://127.0.0.1:9877"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def get(path):
    with urllib.request.urlopen(BASE + path, timeout=10) as answer:
        return answer.read().decode()


def working():
    """The endpoints that are well, by the metrics."""
    try:
        return set(re.findall(r'^tsllm_endpoint_state\{endpoint="([^"]*)",state="ok"\} 1$', get("/metrics"), re.M))
    except OSError:
        return set()


def wait_for(child):
    """Until all is found, or it is too late for that: what is missing."""
    deadline = time.monotonic() + PATIENCE_S
    while (missing := WANTED - working()) and time.monotonic() < deadline and child.poll() is None:
        time.sleep(0.2)
    return missing


def first_process(child):
    """The container's first process, to which a stop is sent."""
    with open(f"/proc/{child.pid}/task/{child.pid}/children", encoding="ascii") as file:
        return int(file.read())


def snapshot_faults():
    snapshot = json.loads(get("/snapshot.json"))
    red = [row["url"] for row in snapshot["endpoints"] if row["state"] == "down"]
    if red or snapshot["status"] != "ok":
        yield f"status {snapshot['status']}, down: {red}"


def rights_faults(number):
    with open(f"/proc/{number}/status", encoding="ascii") as file:
        status = dict(line.split(":\t", 1) for line in file.read().splitlines())
    if "0" in status["Uid"].split() or int(status["CapPrm"], 16) or int(status["CapBnd"], 16):
        yield f"it runs as {status['Uid']} with rights {status['CapPrm']}, {status['CapBnd']}"


def second_faults(number, as_user):
    """Another one in the same container, as `docker exec` starts it."""
    done = subprocess.run(["nsenter", "-t", str(number), "-m", "-p", "-r", "-w", "env", "-i", PATH, *as_user, "tsllm-top", "--once"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    if done.returncode or "llama-server" not in done.stdout:
        yield f"a second one: status {done.returncode}\n{done.stdout}"


def end_faults(child, number):
    began = time.monotonic()
    os.kill(number, signal.SIGTERM)
    try:
        if child.wait(STOP_S) != 0:
            yield f"it ended with {child.returncode}"
        print(f"container: ended within {time.monotonic() - began:.2f} s")
    except subprocess.TimeoutExpired:
        yield f"it does not end within {STOP_S} s"


def faults(child, as_user):
    """What is not as it should be, up to its end."""
    began = time.monotonic()
    missing = wait_for(child)
    if child.poll() is not None:
        yield f"it ended with {child.returncode}"
        return
    if missing:
        yield f"not found: {missing}"
    print(f"container: all is found within {time.monotonic() - began:.1f} s")
    number = first_process(child)
    yield from snapshot_faults()
    yield from rights_faults(number)
    yield from second_faults(number, as_user)
    yield from end_faults(child, number)


def main():
    serve, folder, layers, *words = sys.argv[1:]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    as_user, command = words[:words.index("--")], words[words.index("--") + 1:]
    tree = Tree(layers.split(":"))
    tree.folder = folder
    with FakeTailnet(SCENARIO.format(serve=serve)) as fake:
        os.chmod(fake.dir, 0o755)
        volumes = [f"{fake.socket}:/run/tailscale/tailscaled.sock", f"{fake.dir}:/etc/tsllm-top"]
        child = subprocess.Popen(tree.words(*as_user, *command, network=True, volumes=volumes), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            found = list(faults(child, as_user))
        finally:
            child.kill()
        said = child.communicate()[0]
    if found:
        sys.exit("\n".join(found) + "\n" + said)


if __name__ == "__main__":
    main()

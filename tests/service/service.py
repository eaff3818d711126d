#!/usr/bin/python3
"""tsllm-top.service under a real systemd: installed into a Debian of its own, started, asked, killed and stopped.

For root, with debootstrap and systemd-container. The Debian is made once, in --folder, and booted by systemd-nspawn in a
network namespace in which the fake tailnet answers."""
import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests/fake"))
sys.path.insert(0, os.path.join(ROOT, "tests/e2e"))

from fake import FakeTailnet

PACKAGES = ("systemd", "systemd-sysv", "dbus", "libncursesw6", "libcurl4", "libcjson1", "libuv1", "libinih1", "libunistring2", "libpcap0.8",
            "libcap-ng0", "libseccomp2", "libmicrohttpd12", "libcap2-bin")
PORT = 9877
SCENARIO = """
daemon magicdns off
config discover = all
config ports = 18100
config record = /var/lib/tsllm-top/recordings
peer gpu1 linux direct 10.99.0.11:41641 rtt 0.4 rate 900000
door gpu1:llama raw 18080 llama-server-0.5.0/ready-idle pinned
door gpu1:found raw 18100 ollama-0.17.4/loaded-idle
door gpu1:vllm raw 18090 vllm-0.32.0-cpu/api-key-missing pinned key sesame vllm-0.32.0-cpu/api-key-right
"""
CREDENTIAL = "gpu1.key"
# The helper watches tailscale0 if it is up and has an address.
NETWORK = 'ip link set lo up && ip link add tailscale0 type veth peer name far && ip link set far up && ip link set tailscale0 up && ' \
          'ip address add 192.0.2.1/24 dev tailscale0 && exec "$@"'
# What an administrator adds by `systemctl edit`: the key, the group whose members may run the helper, and here a watchdog that a test can wait for.
DROP_IN = f"""[Service]
SupplementaryGroups=tsllm
LoadCredential={CREDENTIAL}:/etc/tsllm-top/{CREDENTIAL}
WatchdogSec=3
RestartSec=1
"""


def say(text):
    print(text, flush=True)


def make_debian(folder):
    if os.path.exists(f"{folder}/made"):
        return
    say(f"a Debian in {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "bookworm", folder], check=True,
                   stdout=subprocess.DEVNULL)
    with open(f"{folder}/made", "w", encoding="utf-8"):
        pass


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def install(folder, fake):
    subprocess.run(["make", "-s", "install", f"DESTDIR={folder}"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["chroot", folder, "sh", "-c", "getent group tsllm || groupadd --system tsllm; chown root:tsllm $0; chmod 750 $0",
                    "/usr/local/bin/tsllm-capture"], check=True, stdout=subprocess.DEVNULL)
    shutil.copy(f"{folder}/usr/local/share/tsllm-top/tsllm-top.service", f"{folder}/etc/systemd/system/")
    shutil.rmtree(f"{folder}/var/lib/private", ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(f"{folder}/var/lib/tsllm-top")
    with open(fake.config, encoding="utf-8") as file:
        config = re.sub(r"^key_file = .*$", f"key_file = /run/credentials/tsllm-top.service/{CREDENTIAL}", file.read(), flags=re.M)
    write(f"{folder}/etc/tsllm-top/config", config)
    shutil.copy(f"{fake.dir}/ca.crt", f"{folder}/etc/tsllm-top/")
    write(f"{folder}/etc/tsllm-top/{CREDENTIAL}", "sesame\n", 0o600)
    write(f"{folder}/etc/systemd/system/tsllm-top.service.d/test.conf", DROP_IN)
    os.chmod(fake.socket, 0o666)        # as tailscaled's


class Machine:
    """The booted Debian."""

    def __init__(self, folder, fake):
        self.process = subprocess.Popen(
            ["systemd-nspawn", "-q", "-D", folder, "--register=no", "--keep-unit", "--kill-signal=SIGRTMIN+3", "--console=pipe",
             f"--bind={fake.socket}:/run/tailscale/tailscaled.sock", "-b"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait(lambda: self.run("systemctl", "is-system-running").strip() in ("running", "degraded"), "it did not boot")

    def leader(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            return file.read().split()[0]

    def run(self, *words):
        done = subprocess.run(["nsenter", "-t", self.leader(), "-m", "-u", "-i", "-p", "-C", "-r", "-w", *words], capture_output=True, text=True,
                              check=False)
        return done.stdout + done.stderr

    def property(self, name):
        return self.run("systemctl", "show", "--value", "-p", name, "tsllm-top").strip()

    def wait(self, holds, why, seconds=60):
        for _ in range(seconds * 5):
            with contextlib.suppress(OSError, IndexError):
                if holds():
                    return
            time.sleep(0.2)
        raise AssertionError(why + "\n" + self.run("journalctl", "-n", "40", "--no-pager"))

    def stop(self):
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        self.process.kill()
        self.process.wait()


def get(path):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def effective(machine, program):
    """The capabilities of the running program."""
    pids = machine.run("pidof", program).split()
    return [re.search(r"^CapEff:\s+(\w+)", machine.run("cat", f"/proc/{pid}/status"), re.M).group(1) for pid in pids]


CAP_NET_RAW = f"{1 << 13:016x}"


def it_starts(machine):
    said = machine.run("systemctl", "enable", "--now", "tsllm-top")
    assert machine.property("ActiveState") == "active", said + machine.run("systemctl", "--no-pager", "status", "tsllm-top")
    assert get("/metrics")[0] == 200, "it is called ready before there is a snapshot"
    assert machine.property("Type") == "notify" and machine.property("NRestarts") == "0"


def it_answers(machine):
    machine.wait(lambda: 'server="vllm"' in get("/metrics")[1], "no metrics of both servers")
    metrics = get("/metrics")[1]
    assert "\ntsllm_up 1\n" in metrics and 'tsllm_endpoint_state{endpoint="gpu1:18080",state="ok"} 1' in metrics, metrics
    assert get("/healthz") == (200, "ok\n")


def the_key_reaches_its_server(machine):
    """With it, the server shows its models; without, it would say 401."""
    def state():
        endpoints = json.loads(get("/snapshot.json")[1])["endpoints"]
        return {endpoint["url"].rpartition(":")[2]: endpoint["state"] for endpoint in endpoints}["18090"]
    machine.wait(lambda: state() in ("ok", "busy"), f"the key was not used: {state()}", 20)


def only_the_helper_s_right_is_there(machine):
    capture = json.loads(get("/snapshot.json")[1])["capture"]
    machine.wait(lambda: effective(machine, "tsllm-capture"), f"the helper does not run: {capture}", 20)
    assert effective(machine, "tsllm-capture")[0] in (CAP_NET_RAW, "0" * 16) and capture["state"] == "running", (capture, effective(machine, "tsllm-capture"))
    assert effective(machine, "tsllm-top") == [CAP_NET_RAW], effective(machine, "tsllm-top")
    user = machine.run("stat", "-c", "%u", f"/proc/{machine.property('MainPID')}").strip()
    assert int(user) >= 61184, f"{user} is no dynamic user"


def the_watchdog_is_fed_and_bites(machine):
    time.sleep(8)       # more than twice WatchdogSec=
    assert machine.property("NRestarts") == "0" and machine.property("ActiveState") == "active"
    machine.run("systemctl", "kill", "--kill-whom=main", "--signal=SIGSTOP", "tsllm-top")
    machine.wait(lambda: machine.property("NRestarts") == "1" and machine.property("ActiveState") == "active", "it was not started again")
    assert "watchdog" in machine.run("journalctl", "--no-pager", "-u", "tsllm-top").lower()
    machine.wait(lambda: get("/healthz")[0] == 200, "it does not answer after that")


def what_it_keeps_is_in_its_directory(machine):
    kept = machine.run("find", "/var/lib/private/tsllm-top", "-type", "f")
    assert "/endpoints" in kept and "/recordings/" in kept, kept


def it_stops_cleanly(machine):
    machine.run("systemctl", "stop", "tsllm-top")
    assert (machine.property("ActiveState"), machine.property("Result")) == ("inactive", "success"), machine.run(
        "systemctl", "--no-pager", "status", "tsllm-top")
    assert machine.run("pidof", "tsllm-top", "tsllm-capture").strip() == ""
    with contextlib.suppress(ConnectionRefusedError):
        get("/healthz")
        raise AssertionError("something still listens")


STEPS = (it_starts, it_answers, the_key_reaches_its_server, only_the_helper_s_right_is_there, the_watchdog_is_fed_and_bites,
         what_it_keeps_is_in_its_directory, it_stops_cleanly)


def try_service(folder):
    failed = 0
    with FakeTailnet(SCENARIO) as fake:
        install(folder, fake)
        machine = Machine(folder, fake)
        try:
            for step in STEPS:
                begun = time.monotonic()
                try:
                    step(machine)
                    say(f"ok     {step.__name__} ({time.monotonic() - begun:.1f} s)")
                except AssertionError as why:
                    failed += 1
                    say(f"not ok {step.__name__}\n{why}")
        finally:
            machine.stop()
    say(f"{len(STEPS) - failed} passed, {failed} failed")
    return failed > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="/var/tmp/tsllm-service")
    folder = parser.parse_args().folder
    missing = [program for program in ("debootstrap", "systemd-nspawn", "nsenter", "unshare") if not shutil.which(program)]
    if os.getuid() or missing:
        say(f"skipped: it needs root{' and ' + ', '.join(missing) if missing else ''} (apt install debootstrap systemd-container)")
        return 0
    make_debian(folder)
    if "TSLLM_UNSHARED" not in os.environ:
        os.environ["TSLLM_UNSHARED"] = "1"
        return subprocess.run(["unshare", "-n", "sh", "-c", NETWORK, "sh", sys.executable, *sys.argv], check=False).returncode
    return try_service(folder)


if __name__ == "__main__":
    sys.exit(main())

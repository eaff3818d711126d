"""Runs tsllm-top on a host of the lab and reads what it says."""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from world import Trouble

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))

from schema import validate  # noqa: E402

NOBODY = 65534
QUIETLY = "discover = off\n"
# A mount namespace of its own: the program's machine knows the names of the tailnet and has systemd, this machine
# does not.
PRIVATELY = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
             'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/resolv.conf && mount -t tmpfs tmpfs /run && '
             'mkdir -p /run/systemd/system && shift 2 && exec "$@"', "sh"]


class Look:
    """One snapshot."""

    def __init__(self, text, said="", seconds=0.0, status=0):
        self.snapshot, = validate(text)
        self.said, self.seconds, self.status = said, seconds, status

    def endpoint(self, url):
        found = [row for row in self.snapshot["endpoints"] if row["url"] == url]
        assert found, f"{url} is no row of: {[row['url'] for row in self.snapshot['endpoints']]}"
        return found[0]

    def has(self, url, state):
        return any((row["url"], row["state"]) == (url, state) for row in self.snapshot["endpoints"])

    def peer(self, host):
        return next(row for row in self.snapshot["peers"] if row["fqdn"] == host.fqdn)

    def mount(self, port):
        return next(row for row in self.snapshot["serve"] if row["port"] == port)

    def verdict(self, row, code):
        return next(one for one in row["verdicts"] if one["code"] == code)

    def text(self, row, code):
        """What a verdict of a row says, and what to do."""
        verdict = self.verdict(row, code)
        return f"{verdict['text']} -> {verdict.get('fix', '')}"

    def alarms_of(self, url):
        return codes(self.endpoint(url), with_info=False)

    @property
    def alarms(self):
        """Every code above info, with the row that has it."""
        snapshot = self.snapshot
        rows = [("daemon", snapshot), *((row["name"], row) for row in snapshot["peers"]),
                *((row["url"], row) for row in snapshot["endpoints"]),
                *((f"mount {row['port']}{row['mount']}", row) for row in snapshot["serve"])]
        return [f"{name}: {code}" for name, row in rows for code in codes(row, with_info=False)]


def codes(row, with_info=True):
    return [one["code"] for one in row["verdicts"] if with_info or one["severity"] != "info"]


def pinned(urls):
    return [f"--endpoint={url}" for url in urls]


class Top:
    """The program, as it is started on the hosts of a lab."""

    def __init__(self, lab, program):
        self.lab = lab
        self.source = os.path.abspath(program)
        # Whoever runs it may read it, and a build while the lab is up does not change it.
        self.program = shutil.copy(program, lab.world.path("tsllm-top"))

    def command(self, host, options, config, user=0, names=True, dns="127.0.0.1", socket=""):
        """The command that runs it on a host, and an environment with a state and a configuration of its own. Names
        of the tailnet are in /etc/hosts, or not; dns is the address of a name server, which may be nobody's, or the
        path of a resolv.conf."""
        folder = tempfile.mkdtemp(dir=self.lab.world.folder)
        with open(os.path.join(folder, "hosts"), "w", encoding="ascii") as file:
            file.writelines(f"{one.address} {one.fqdn}\n" for one in self.lab.hosts.values() if names)
        with open(os.path.join(folder, "resolv.conf"), "w", encoding="ascii") as file:
            file.write(f"nameserver {dns}\n")
        with open(os.path.join(folder, "config"), "w", encoding="ascii") as file:
            file.write(config)
        os.chown(folder, user, user)
        who = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        names = [f"{folder}/hosts", dns if os.path.isabs(dns) else f"{folder}/resolv.conf"]
        words = [*PRIVATELY, *names, *who, self.program,
                 f"--socket={socket or host.socket}", f"--ca-file={self.lab.ca}", f"--config={folder}/config",
                 "--format=json", *options]
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "XDG_STATE_HOME": folder, "XDG_CONFIG_HOME": folder,
                       "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        return self.lab.world.inside(host.name, *words), environment

    def once(self, *urls, host=None, config=QUIETLY, deadline=8, options=(), **how):
        """One snapshot of these endpoints, from admin unless another host is named."""
        words, environment = self.command(
            host or self.lab.admin, ["--once", f"--deadline={deadline}", *pinned(urls), *options], config, **how)
        begun = time.monotonic()
        done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=deadline + 20, check=False)
        seconds = time.monotonic() - begun
        if done.returncode not in (0, 1, 2, 3):
            raise Trouble(f"tsllm-top ended with {done.returncode}: {done.stderr.strip()}")
        return Look(done.stdout, done.stderr, seconds, done.returncode)

    @contextlib.contextmanager
    def watch(self, *urls, host=None, config=QUIETLY, period=1, options=(), **how):
        """A running --watch; servers are polled every fifth period."""
        words, environment = self.command(
            host or self.lab.admin, ["--watch", f"--period={period}", *pinned(urls), *options], config, **how)
        with subprocess.Popen(words, env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              start_new_session=True) as child:
            watch = Watch(child)
            try:
                yield watch
            finally:
                child.send_signal(signal.SIGTERM)
                watch.reader.join(10)
                child.kill()


class Watch:
    """The snapshots of a --watch as they come."""

    def __init__(self, child):
        self.looks, self.news, self.broken = [], threading.Condition(), ""
        self.reader = threading.Thread(target=self.read, args=[child.stdout], daemon=True)
        self.reader.start()

    def read(self, lines):
        for line in lines:
            try:
                look = Look(line)
            except Exception as why:
                self.broken = f"{why}: {line[:200]}"
                return
            with self.news:
                self.looks.append(look)
                self.news.notify()

    def until(self, wanted, seconds=30.0):
        """The first snapshot from now on of which something is true, and after how many seconds it came."""
        begun = time.monotonic()
        with self.news:
            seen = len(self.looks)
            while (left := begun + seconds - time.monotonic()) > 0:
                for look in self.looks[seen:]:
                    if wanted(look):
                        return look, time.monotonic() - begun
                seen = len(self.looks)
                self.news.wait(left)
        last = self.broken or (self.looks[-1].alarms if self.looks else "nothing")
        raise AssertionError(f"not within {seconds:.0f} s; last: {last}")


def told(look):
    """What does not change from one look to the next when nothing happens."""
    snapshot = look.snapshot
    return json.dumps({
        "daemon": {name: value for name, value in snapshot["daemon"].items() if name not in ("via", "age_ms")},
        "peers": [{name: row.get(name) for name in ("id", "name", "fqdn", "os", "user", "addresses", "tags", "online",
                                                    "state", "key_expiry")} | {"kind": row["path"]["kind"]}
                  for row in snapshot["peers"]],
        "endpoints": [{name: row.get(name) for name in ("url", "peer", "server", "server_version", "state")} |
                      {"codes": codes(row), "models": [model["id"] for model in row.get("models", [])]}
                      for row in snapshot["endpoints"]],
        "serve": snapshot["serve"],
    }, indent=1)

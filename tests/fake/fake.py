"""The fake tailnet for tests: `with FakeTailnet(text) as fake:` runs it and takes it away.

    fake.socket, fake.config, fake.dir, fake.environment     what tsllm-top is started with
    fake.localapi(), fake.told(), fake.peers(), fake.connect(), fake.get()
                                                             how a test asks it what is true
"""
import contextlib
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fake_tailnet.py")


class FakeTailnet:
    """Plays a scenario text, or the file at a path; options are those of the program, such as `speed=10`."""

    def __init__(self, text="", path="", **options):
        self.text, self.path, self.options = text, path, options

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tsllm-fake-")
        self.dir = self.folder.name
        self.socket, self.config = os.path.join(self.dir, "ts.sock"), os.path.join(self.dir, "config")
        self.environment = dict(os.environ, XDG_STATE_HOME=f"{self.dir}/state", XDG_CONFIG_HOME=f"{self.dir}/home")
        if not self.path:
            self.path = os.path.join(self.dir, "test.scenario")
            with open(self.path, "w", encoding="utf-8") as file:
                file.write(self.text)
        words = [f"--{name.replace('_', '-')}" + ("" if value is True else f"={value}")
                 for name, value in self.options.items() if value is not False]
        self.errors = tempfile.TemporaryFile("w+")      # a pipe that nobody reads would fill, and stop it
        # A session of its own: a Ctrl-C in the terminal is for the program that is shown, not for its world.
        self.process = subprocess.Popen(
            [sys.executable, PROGRAM, "--scenario", self.path, "--dir", self.dir, *words], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, start_new_session=True)
        if self.process.stdout.readline() != "ready\n":
            self.__exit__()
            raise RuntimeError(self.complaints.strip())
        return self

    def __exit__(self, *_):
        try:
            self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.errors.seek(0)
        self.complaints = self.errors.read()
        self.errors.close()
        self.left_over = sorted(set(os.listdir(self.dir)) - {"test.scenario", "state", "home"})
        self.folder.cleanup()

    def localapi(self, path, method="GET", host="local-tailscaled.sock", seconds=3.0, **headers):
        """Status and body of one question to the LocalAPI."""
        connection = http.client.HTTPConnection("localhost")
        connection.sock = self.wire(seconds)
        with contextlib.closing(connection):
            connection.request(method, f"/localapi/v0/{path}", headers={"Host": host, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def wire(self, seconds=3.0):
        """A connection to the LocalAPI."""
        wire = socket.socket(socket.AF_UNIX)
        wire.settimeout(seconds)
        wire.connect(self.socket)
        return wire

    def told(self, path, method="GET"):
        return json.loads(self.localapi(path, method)[1])

    def peers(self):
        """Every peer of the status by its host name."""
        return {peer["HostName"]: peer for peer in self.told("status")["Peer"].values()}

    def address(self, name):
        everybody = {**self.peers(), "admin": self.told("status")["Self"]}
        return everybody[name]["TailscaleIPs"][0]

    def connect(self, name, port, seconds=2.0):
        return socket.create_connection((self.address(name), port), timeout=seconds)

    def get(self, name, port, path, tls=False, **headers):
        """Status, headers and body of a question to a door."""
        fqdn = f"{name}.tail4c1d.ts.net"
        connection = http.client.HTTPConnection(fqdn, port)
        connection.sock = self.connect(name, port)
        with contextlib.closing(connection):
            if tls:
                trust = ssl.create_default_context(cafile=os.path.join(self.dir, "ca.crt"))
                connection.sock = trust.wrap_socket(connection.sock, server_hostname=fqdn)
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

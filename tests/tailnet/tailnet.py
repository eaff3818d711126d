"""The whole lab: the hub with its control plane, and the hosts, each with its servers."""
import contextlib
import json
import os
import sys

from hosts import HOSTS, Host, ask
from world import Trouble, World, until

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "fake"))

from certificates import Certificates  # noqa: E402

OLLAMA, LLAMA = "ollama-0.17.4/loaded-idle", "llama-server-0.5.0/ready-idle"


class Tailnet:
    """`with Tailnet(programs) as lab:` is a tailnet; lab.gpu1 is a host of it."""

    def __init__(self, programs):
        self.programs, self.hosts = programs, {}
        self.world = World()
        self.orders = self.world.path("control.sock")

    def __getattr__(self, name):
        if name in HOSTS:
            return self.hosts[name]
        raise AttributeError(name)

    def __enter__(self):
        try:
            self.set_up()
        except BaseException:
            self.world.close()
            raise
        return self

    def __exit__(self, *_):
        self.world.close()

    @property
    def ca(self):
        return self.world.path("ca", "ca.crt")

    # ---- setting up

    def set_up(self):
        self.certificates = Certificates(self.world.path("ca"))
        self.start_hub()
        for number, name in enumerate(HOSTS):
            host = self.hosts[name] = Host(self.world, name, number, self.programs, self.certificates)
            host.plug_in(number)
            host.start_daemon()
            host.log_in()
        self.furnish()

    def start_hub(self):
        """A bridge, and on it the control plane and the two DERP regions: nothing leads from here to anywhere."""
        world = self.world
        world.namespace("hub")
        world.ip("hub", "link", "add", "bridge0", "type", "bridge")
        for address in ("10.99.0.1/24", "10.99.0.2/24"):
            world.ip("hub", "addr", "add", address, "dev", "bridge0")
        world.ip("hub", "link", "set", "bridge0", "up")
        world.start("hub", [os.path.join(self.programs, "control"), f"--admin={self.orders}"], "control.log")
        until(self.nodes_are_known, "the control plane does not answer")

    def furnish(self):
        """The servers, and what is true of hosts from the beginning."""
        for name in ("admin", "gpu1", "gpu2", "gpu3", "tagged1", "public1", "sidecar1"):
            self.hosts[name].certify()
        self.fenced1.certify("untrusted")
        self.order(tagged1={"tags": ["tag:gpu"]})
        self.relay1.cli("set", "--relay-server-port=40000")
        for host in self.hosts.values():
            host.play(8080, LLAMA)
        for host in (self.gpu1, self.gpu2, self.gpu3, self.tagged1, self.relay1, self.fenced1):
            host.play(11434, OLLAMA, address="127.0.0.1")
            host.serve("http://127.0.0.1:11434")
        self.gpu1.serve("--https=8443", "--set-path=/llama", "http://127.0.0.1:8080")
        for host in self.hosts.values():
            if host is not self.admin:
                self.admin.reach(host)

    # ---- the control plane

    def nodes(self):
        return ask(self.orders, "GET", "/")[1]

    def nodes_are_known(self):
        return isinstance(self.nodes(), dict)

    def order(self, **orders):
        """What shall be true of hosts from now on: lab.order(gpu1={"online": False})."""
        status, answer = ask(self.orders, "POST", "/", json.dumps(orders))
        if status != 200:
            raise Trouble(f"the control plane: {answer}")

    @contextlib.contextmanager
    def ordered(self, **orders):
        """The same, for a while."""
        before = {name: node["order"] for name, node in self.nodes().items() if name in orders}
        self.order(**orders)
        try:
            yield
        finally:
            self.order(**before)

"""The whole lab: the hub with its control plane, and the hosts, each with its servers."""
import contextlib
import itertools
import json
import os
import sys

from hosts import DOMAIN, HOSTS, Host, ask
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
        self.numbers = itertools.count()

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
        for name in HOSTS:
            host = self.hosts[name] = Host(self.world, name, next(self.numbers), self.programs, self.certificates)
            host.plug_in()
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

    # ---- more machines

    @contextlib.contextmanager
    def another(self, name, domain, **options):
        """One more host, of another of the tailnets, for a while."""
        host = Host(self.world, name, next(self.numbers), self.programs, self.certificates, domain, **options)
        host.plug_in()
        try:
            host.start_daemon()
            host.log_in()
            yield host
        finally:
            self.world.remove(name)

    @contextlib.contextmanager
    def behind(self, router):
        """A machine without Tailscale in a network that only a router leads to, for a while; a server is on it."""
        name, network = f"behind-{router.name}", "192.0.2"
        self.world.namespace(name)
        try:
            self.world.ip(name, "link", "add", "eth0", "type", "veth", "peer", "name", "lan0",
                          "netns", f"{self.world.name}-{router.name}")
            for place, link, address in ((name, "eth0", 2), (router.name, "lan0", 1)):
                self.world.ip(place, "addr", "add", f"{network}.{address}/24", "dev", link)
                self.world.ip(place, "link", "set", link, "up")
            self.world.ip(name, "route", "add", "default", "via", f"{network}.1")
            router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
            self.world.start(name, router.player(8080, LLAMA), f"{name}.log")
            yield f"{network}.2"
        finally:
            self.world.remove(name)

    # ---- the control plane

    def nodes(self):
        return ask(self.orders, "GET", f"/{DOMAIN}")[1]

    def nodes_are_known(self):
        return isinstance(self.nodes(), dict)

    def order(self, domain=DOMAIN, **orders):
        """What shall be true of hosts from now on: lab.order(gpu1={"online": False})."""
        status, answer = ask(self.orders, "POST", f"/{domain}", json.dumps(orders))
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

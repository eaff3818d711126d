"""Runs what a verdict says to run, exactly as it stands there, on the machine that it names.

A host of the lab is not a whole machine, so three programs come first in the command's PATH: `sudo`, which only runs
the rest, since everything here is root's; `tailscale`, which knows the socket of that host's daemon; and `systemctl`,
which takes note of what it is told, and the driver does it to that daemon afterwards.
"""
import os
import subprocess

from world import Trouble

SECONDS = 60
PROGRAMS = {
    "sudo": 'exec "$@"',
    "tailscale": 'exec {tailscale} "$@"',
    "systemctl": 'echo "$*" >> {told}',
}


def folder(host):
    """The programs that come first on a host, and where its systemctl takes note."""
    place = host.world.path(f"{host.name}-commands")
    os.makedirs(place, exist_ok=True)
    told = f"{place}/told"
    for name, words in PROGRAMS.items():
        with open(f"{place}/{name}", "w", encoding="ascii") as file:
            file.write("#!/bin/sh\n" + words.format(tailscale=" ".join(host.command()), told=told) + "\n")
        os.chmod(f"{place}/{name}", 0o755)
    open(told, "w", encoding="ascii").close()
    return place


def obey(host, words):
    """What systemctl does on a machine that has it."""
    if words == "restart tailscaled":
        host.world.stop(host.daemon)
    elif words != "start tailscaled":
        raise Trouble(f"the lab has no systemctl {words}")
    host.start_daemon()


def carry_out(lab, host, command):
    """Runs a command in a shell of a host, which knows the names of the tailnet; what it printed."""
    place = folder(host)
    with open(f"{place}/hosts", "w", encoding="ascii") as file:
        file.writelines(f"{one.address} {one.fqdn}\n" for one in lab.hosts.values())
    words = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
             'mount --bind "$1" /etc/hosts && exec sh -c "$2"', "sh", f"{place}/hosts", command]
    done = subprocess.run(host.world.inside(host.name, *words), cwd=place, stdin=subprocess.DEVNULL,
                          env={**os.environ, "PATH": f"{place}:{os.environ['PATH']}", "USER": "root"},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        raise Trouble(f"{host.name}: {command}: {done.stdout.strip() or done.returncode}")
    with open(f"{place}/told", encoding="ascii") as file:
        for line in file:
            obey(host, line.strip())
    return done.stdout


def run(lab, here, verdict):
    """Runs what a verdict says that the program gave on a machine; what it printed."""
    assert verdict.get("run"), f"nothing to run: {verdict}"
    return carry_out(lab, lab.hosts[verdict["run_on"]] if verdict.get("run_on") else here, verdict["run"])

"""The programs of the lab: tailscale and tailscaled of one release, and its control plane, all built from go.mod.

They are built once, into a folder outside the tree that is named after what they are built from. Beside it goes a
LiteLLM from PyPI, the one server of the lab that is no recording.
"""
import glob
import hashlib
import os
import shutil
import subprocess
import sys

from world import Trouble

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = ("./control", "tailscale.com/cmd/tailscale", "tailscale.com/cmd/tailscaled")


def why_not():
    """Why there can be no lab on this machine; empty: there can."""
    if os.geteuid():
        return "network namespaces want root"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    for tool, package in (("ip", "iproute2"), ("nft", "nftables"), ("nsenter", "util-linux"), ("openssl", "openssl")):
        if not shutil.which(tool):
            return f"there is no {tool} (apt-get install {package})"
    if not shutil.which("go") and not is_built():
        return "there is no Go to build tailscaled with"
    return ""


def cache():
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "tsllm-top-tailnet")


def folder():
    digest = hashlib.sha256()
    for path in sorted([*glob.glob(f"{HERE}/control/*.go"), f"{HERE}/go.mod", f"{HERE}/go.sum"]):
        with open(path, "rb") as file:
            digest.update(file.read())
    return os.path.join(cache(), digest.hexdigest()[:12])


def is_built():
    return all(os.path.exists(os.path.join(folder(), os.path.basename(name))) for name in PACKAGES)


def build():
    """The folder with the programs; minutes at the first time."""
    if not is_built():
        os.makedirs(folder(), exist_ok=True)
        print(f"# building tailscale, tailscaled and the control plane into {folder()}", flush=True)
        done = subprocess.run(["go", "build", "-o", folder() + "/", *PACKAGES], cwd=HERE, stdin=subprocess.DEVNULL,
                              env={**os.environ, "CGO_ENABLED": "0"}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Trouble(f"go build: {done.stderr.strip()[-2000:]}")
    return folder()


def litellm():
    """LiteLLM's proxy, fetched at the first time; empty where that fails."""
    place = os.path.join(cache(), "litellm")
    program = os.path.join(place, "bin", "litellm")
    if not os.path.exists(program):
        print(f"# fetching LiteLLM into {place}", flush=True)
        for words in ([sys.executable, "-m", "venv", place], [f"{place}/bin/pip", "install", "-q", "litellm[proxy]"]):
            subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False)
    return program if os.path.exists(program) else ""

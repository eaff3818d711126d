"""The programs of the lab: tailscale and tailscaled of one release, and its control plane, all built from go.mod.

They are built once, into a folder outside the tree that is named after what they are built from.
"""
import glob
import hashlib
import os
import shutil

from world import carry_out

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE_S = 1800
PACKAGES = ("./control", "tailscale.com/cmd/tailscale", "tailscale.com/cmd/tailscaled")


def why_not():
    """Why there can be no lab on this machine; empty: there can."""
    if os.geteuid():
        return "network namespaces want root"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    for tool, package in (("ip", "iproute2"), ("nft", "nftables"), ("nsenter", "util-linux"), ("openssl", "openssl"),
                          ("curl", "curl")):
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
        carry_out(["go", "build", "-o", folder() + "/", *PACKAGES], PATIENCE_S, cwd=HERE,
                  env={**os.environ, "CGO_ENABLED": "0"})
    return folder()


"""The programs of the lab: tailscale and tailscaled of one release, its control plane, and a reader of policies, all from go.mod.

They are built once, into a folder outside the tree that is named after what they are built from. With `newest`, tailscale and
tailscaled are those of the newest release that the module proxy has, built by the Go that this release wants.
"""
import glob
import hashlib
import os
import shutil
import subprocess

from world import Trouble, carry_out

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE_S = 1800
OURS = ("control", "policy")
THEIRS = ("tailscale.com/cmd/tailscale", "tailscale.com/cmd/tailscaled")
PACKAGES = (*(f"./{name}" for name in OURS), *THEIRS)
PLAIN = {**os.environ, "CGO_ENABLED": "0"}


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
    for path in sorted([*glob.glob(f"{HERE}/control/*.go"), *glob.glob(f"{HERE}/policy/*.go"), f"{HERE}/go.mod", f"{HERE}/go.sum"]):
        with open(path, "rb") as file:
            digest.update(file.read())
    return os.path.join(cache(), digest.hexdigest()[:12])


def is_built(where=None):
    return all(os.path.exists(os.path.join(where or folder(), os.path.basename(name))) for name in PACKAGES)


def build():
    """The folder with the programs; minutes at the first time."""
    if not is_built():
        os.makedirs(folder(), exist_ok=True)
        print(f"# building tailscale, tailscaled and the control plane into {folder()}", flush=True)
        carry_out(["go", "build", "-o", folder() + "/", *PACKAGES], PATIENCE_S, cwd=HERE, env=PLAIN)
    return folder()


def newer():
    """The releases after that of go.mod, the newest first."""
    listed = subprocess.run(["go", "list", "-m", "-f", "{{.Version}} {{join .Versions \" \"}}", "-versions", "tailscale.com"],
                            cwd=HERE, check=True, capture_output=True, text=True, timeout=60).stdout.split()
    return [version for version in reversed(listed[listed.index(listed[0], 1) + 1:]) if "-" not in version]


def build_newest():
    """The same with the newest release whose modules the proxy has, or why there is none: (folder, reason).

    The control plane stays that of go.mod: its API is the lab's matter, not a daemon's.
    """
    reason = "the module proxy lists none after that of go.mod"
    for version in newer():
        where = os.path.join(cache(), f"newest-{version}")
        try:
            if not is_built(where):
                os.makedirs(where, exist_ok=True)
                carry_out(["go", "install", *(f"{name}@{version}" for name in THEIRS)], PATIENCE_S,
                          env={**PLAIN, "GOBIN": where, "GOTOOLCHAIN": "auto"})
                for name in OURS:
                    shutil.copy(os.path.join(build(), name), where)
        except Trouble as why:
            reason = f"{version} cannot be built: {str(why).splitlines()[-1].strip()}"
            print(f"# {reason}", flush=True)
            continue
        print(f"# tailscale and tailscaled {version}", flush=True)
        return where, ""
    return None, reason

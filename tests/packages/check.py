#!/usr/bin/python3
"""Builds the tarball and its package in bare Debians, and goes through the package's life there. Needs root.

    check.py TARBALL [WORD]...      only the parts whose name holds a WORD
"""
import glob
import os
import re
import signal
import sys
import tempfile
import time

import container
import debian
from debian import APT, Failed, Tree

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCE = "/root/tsllm-top"
HELPER = "/usr/bin/tsllm-capture"
CROSS = "aarch64-linux-gnu"
# What fails under qemu alone: it knows no seccomp, and is slow and no subreaper.
NOT_UNDER_QEMU = {"what_is_forbidden_kills", "reading_waiting_and_writing_is_left",
                  "no_frame_leaves_by_the_socket_that_captures", "the_deadline_ends_the_child_and_what_it_started"}
# setpriv itself still has its capabilities when it starts a program, so a shell is between them.
AS_NOBODY = "setpriv --reuid=65534 --regid=65534 {groups} sh -c '{command} 2>&1' || true"
# On a terminal: it is closed when it shows a server, or after a while that it does not.
DEMO = """mkfifo /root/keys
(script -qfec "tsllm-top --demo" /root/screen </root/keys >/dev/null; echo status $?) &
exec 3>/root/keys
for i in $(seq 100); do grep -q vLLM /root/screen && break; sleep 0.2; done
printf q >&3
wait
cat /root/screen"""
# What is left of it; the backups of /etc/group and logs have the past.
LEFT = ("find / -xdev -path /root -prune -o -path /var/log -prune -o -name '*tsllm*' -print; "
        "grep -l tsllm -r /etc /var/lib --exclude='*-' --exclude-dir=lists || true")


def packages_of_makefile():
    with open(os.path.join(ROOT, "Makefile"), encoding="utf-8") as file:
        found = re.search(r"^PACKAGES := ((?:.*\\\n)*.*)$", file.read(), re.M)
    return found.group(1).replace("\\\n", " ").split()


def wants(said, *patterns):
    for pattern in patterns:
        if not re.search(pattern, said, re.M):
            raise Failed(f"nothing there like {pattern}:\n{said[-3000:]}")


def unpack(tree, tarball):
    tree.put(tarball, "/root/tarball.tar.gz")
    tree.run("mkdir", SOURCE)
    tree.run("tar", "-xzf", "/root/tarball.tar.gz", "-C", SOURCE, "--strip-components=1")


def make(tree, *words):
    said = tree.run("make", "-s", "-k", "-C", SOURCE, "-j2", *words)
    found = re.findall(r"^.*warning:.*$", said, re.M)
    if found:
        raise Failed(f"make {' '.join(words)} warns:\n" + "\n".join(found))
    return said


def build_layers(release):
    return debian.with_packages([debian.base(release)], "build", release,
                                [*packages_of_makefile(), "dpkg-dev", "clang", "lintian"])


def build(release, tarball, folder):
    """Builds with clang, and with gcc for the package. Returns the paths of the package and of the same with a lower version, and its version."""
    version = re.search(r"tsllm-top-(.*)\.tar\.gz$", tarball).group(1)
    new, old = os.path.join(folder, "new.deb"), os.path.join(folder, "old.deb")
    with Tree(build_layers(release)) as tree:
        unpack(tree, tarball)
        make(tree, "CI=1", "deb")
        make(tree, "CI=1", "CC=clang", "OUT=build/clang", "CFLAGS=-O0")     # for its warnings
        package = f"{SOURCE}/build/tsllm-top_{version}_{tree.run('dpkg', '--print-architecture').strip()}.deb"
        tree.run("lintian", "--allow-root", "--fail-on", "error,warning", package)
        tree.run("sh", "-ec", 'dpkg-deb -R "$1" /root/old; sed -i "s/^Version: .*/Version: 0.0.1/" /root/old/DEBIAN/control; '
                              'dpkg-deb -b /root/old /root/old.deb', "sh", package)
        tree.get(package, new)
        tree.get("/root/old.deb", old)
    return new, old, version


def helper_is_for_its_group(tree):
    wants(tree.run("stat", "-c", "%U:%G %a", HELPER), "^root:tsllm 750$")
    wants(tree.run("getcap", HELPER), "cap_net_raw=ep$")
    wants(tree.run("sh", "-c", AS_NOBODY.format(groups="--clear-groups", command=f"{HELPER} -h")), "Permission denied")
    wants(tree.run("sh", "-c", AS_NOBODY.format(groups="--groups=$(getent group tsllm | cut -d: -f3)",
                                                command=f"timeout 3 {HELPER} -i lo -p 500")), "^stats at=")


def program_runs(tree, version):
    wants(tree.run("tsllm-top", "--version"), f"^tsllm-top {re.escape(version)}$")
    wants(tree.run("sh", "-c", "tsllm-top --demo --once --theme nord; echo status $?"), "vLLM", "Ollama", "^status [0-3]$")
    wants(tree.run("sh", "-c", DEMO), "vLLM", "^status 0$")
    wants(tree.run("sh", "-c", "tsllm-top --once; echo status $?"), "can't reach tailscaled", "^status 3$")
    wants(tree.run("bash", "--norc", "-c", "compopt() { :; }; . /usr/share/bash-completion/completions/tsllm-top; "
                   "COMP_WORDS=(tsllm-top --pi) COMP_CWORD=1; _tsllm_top; echo ${COMPREPLY[*]}"), "^--pick=$")


def life(release, new, old, version):
    """Installed, upgraded and purged."""
    with Tree([debian.base(release)]) as tree:
        for path, inside in ((new, "/root/new.deb"), (old, "/root/old.deb")):
            tree.put(path, inside)
        tree.run(*APT, "update", network=True)
        wants(tree.run(*APT, "install", "/root/old.deb", network=True), "Members of the group tsllm may watch")
        helper_is_for_its_group(tree)
        tree.run(*APT, "install", "/root/new.deb", network=True)
        wants(tree.run("dpkg-query", "-W", "-f", "${Version} ${Status}", "tsllm-top"), f"^{re.escape(version)} install ok installed$")
        helper_is_for_its_group(tree)
        program_runs(tree, version)
        tree.run(*APT, "purge", "tsllm-top")
        tree.run("rm", "-r", "/root/new.deb", "/root/old.deb")
        left = tree.run("sh", "-c", LEFT)
        if left:
            raise Failed(f"the purged package left:\n{left}")


def package(release):
    def part(tarball):
        with tempfile.TemporaryDirectory() as folder:
            life(release, *build(release, tarball, folder))
    return part


def check(release):
    """All tests, from the tarball."""
    def part(tarball):
        with Tree(build_layers(release)) as tree:
            unpack(tree, tarball)
            print(tree.run("make", "-C", SOURCE, "-j2", "check").splitlines()[-1])
    return part


def arm64(tarball):
    """Cross-built, and its unit tests run by qemu; what a test starts itself is this machine's."""
    foreign = [f"{name}:arm64" for name in packages_of_makefile() if name.endswith("-dev")]
    layers = debian.with_packages([debian.base("bookworm")], "arm64", "bookworm",
                                  ["make", "dpkg-dev", f"gcc-{CROSS}", "libc6-dev-arm64-cross", "qemu-user-static", "openssl", *foreign],
                                  before=[["dpkg", "--add-architecture", "arm64"]])
    with Tree(layers) as tree:
        unpack(tree, tarball)
        cross = ["CI=1", "PACKAGES=", f"CC={CROSS}-gcc", f"AR={CROSS}-ar", f"STRIP={CROSS}-strip", "ARCH=arm64"]
        make(tree, *cross, "deb")
        # The package's objects once more, with the tests.
        units = [f"build/deb/arm64/tests/{os.path.basename(path)[:-2]}" for path in glob.glob(f"{ROOT}/tests/unit/test_*.c")]
        make(tree, *cross, "OUT=build/deb/arm64", "PREFIX=/usr", *units)
        wants(tree.run("qemu-aarch64-static", f"{SOURCE}/build/deb/arm64/tsllm-top", "--version"), "^tsllm-top ")
        passed, failed = 0, set()
        for unit in sorted(units):
            said = tree.run("sh", "-c", f"cd {SOURCE} && export CMOCKA_MESSAGE_OUTPUT=TAP TSLLM_BUILD=build/deb/arm64; "
                                        f"timeout 300 qemu-aarch64-static {unit} 2>&1; echo status $?")
            passed += len(re.findall(r"^ok ", said, re.M))
            found = set(re.findall(r"^not ok \d+ - (?!.*# SKIP)(.*)$", said, re.M))
            failed |= {f"{unit}: {name}" for name in found - NOT_UNDER_QEMU}
            if not found and not said.endswith("status 0\n"):
                failed.add(f"{unit}: {said[-300:]}")
        print(f"arm64: {passed} unit tests passed under qemu; not tried there: {len(NOT_UNDER_QEMU)}")
        if failed:
            raise Failed("\n".join(sorted(failed)))


PARTS = {"package-bookworm": package("bookworm"), "package-trixie": package("trixie"), "container": container.check, "arm64": arm64,
         "check-bookworm": check("bookworm"), "check-trixie": check("trixie")}


def main():
    tarball, words = os.path.abspath(sys.argv[1]), sys.argv[2:]
    if os.geteuid():
        sys.exit("packages-check: needs root")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("packages-check: ended"))     # trees are removed all the same
    os.makedirs(debian.CACHE, exist_ok=True)
    results = {}
    for name in (name for name in PARTS if not words or any(word in name for word in words)):
        began = time.monotonic()
        try:
            PARTS[name](tarball)
            results[name] = "ok"
        except Failed as why:
            results[name] = "FAILED"
            print(f"--- {name}: {why}")
        print(f"{name:20} {results[name]} {time.monotonic() - began:6.1f} s", flush=True)
    failed = sum(result != "ok" for result in results.values())
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())

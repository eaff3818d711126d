#!/usr/bin/python3
"""What `make install` makes of tsllm-capture: who may run it, in which order, and what it says; and what else it
installs."""
import grp
import os
import re
import shutil
import stat
import subprocess
import tarfile
import tempfile

from capturing import ROOT, needs, only_root
from tap import Skipped, main, test

GRANT = os.path.join(ROOT, "capture/grant.sh")
NO_GROUP = "no-such-group-of-tsllm"
# In the place of setcap: notes whose the program is by then.
NOTE = "f() { stat -c '%G %a' \"$1\" >> \"$1.noted\"; }; f"
ALLOWED, REFUSED = NOTE, "false"


class Installed:
    """A program in a folder of its own, as install(1) leaves it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "tsllm-capture")

    def __enter__(self):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n")
        os.chmod(self.path, 0o755)
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def grant(self, group, setcap, destdir=""):
        path = self.path[len(destdir):]
        done = subprocess.run([GRANT, destdir, path, group, setcap], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=20, check=False, text=True)
        assert done.returncode == 0 and not done.stderr, done
        return done.stdout

    def is_whose(self):
        status = os.stat(self.path)
        return grp.getgrgid(status.st_gid).gr_name, f"{stat.S_IMODE(status.st_mode):o}"

    def noted(self):
        """What it was when it got its right; empty: it did not."""
        if not os.path.exists(self.path + ".noted"):
            return ""
        with open(self.path + ".noted", encoding="utf-8") as file:
            return file.read()


@test
def a_group_that_exists_gets_the_program_and_then_it_gets_its_right():
    only_root("give a file to a group")
    with Installed() as it:
        said = it.grant("daemon", ALLOWED)
        assert it.is_whose() == ("daemon", "750") and it.noted() == "daemon 750\n", (it.is_whose(), it.noted())
        assert "sudo usermod -aG daemon $USER" in said, said


@test
def without_the_group_everybody_may_and_the_way_to_one_is_said():
    with Installed() as it:
        before, said = it.is_whose(), it.grant(NO_GROUP, ALLOWED)
        assert it.is_whose() == before and before[1] == "755" and it.noted().endswith(" 755\n"), it.noted()
        assert f"sudo groupadd --system {NO_GROUP}; sudo usermod -aG {NO_GROUP} $USER\n" in said, said
        assert f"sudo chown root:{NO_GROUP} {it.path}; sudo chmod 750 {it.path}; sudo setcap " in said, said


@test
def a_right_that_cannot_be_given_is_said_with_the_commands():
    for group in (NO_GROUP, "daemon"):
        with Installed() as it:
            said = it.grant(group, REFUSED)
            assert f"sudo setcap cap_net_raw+ep {it.path}" in said, said
            assert (f"sudo chown root:daemon {it.path}; sudo chmod 750 {it.path}" in said) == (group == "daemon"), said


@test
def a_package_is_given_to_no_group_of_the_machine_that_builds_it():
    with Installed() as it:
        said = it.grant("daemon", ALLOWED, destdir=it.folder.name)
        assert it.is_whose()[1] == "755" and it.noted().endswith(" 755\n") and not said, (it.noted(), said)


@test
def whoever_is_not_root_leaves_the_group_to_be_given():
    only_root("become nobody")
    needs("setpriv")
    with Installed() as it:
        os.chmod(it.folder.name, 0o777)
        grant = shutil.copy(GRANT, it.folder.name)      # nobody may not go where this tree is
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", grant, "", it.path, "daemon",
                               ALLOWED], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False, text=True)
        assert done.returncode == 0 and not it.noted(), (done, it.noted())     # its right would be everybody's
        assert f"sudo chown root:daemon {it.path}" in done.stdout, done


@test
def the_real_right_is_there_in_the_end():
    only_root("give a file a right")
    needs("setcap", "getcap")
    with Installed() as it:
        said = it.grant("daemon", "setcap cap_net_raw+ep")
        if "it needs" in said:
            raise Skipped("capabilities of files cannot be set here")
        has = subprocess.run(["getcap", it.path], capture_output=True, check=True, text=True).stdout
        assert it.is_whose() == ("daemon", "750") and "cap_net_raw" in has, (it.is_whose(), has)


@test
def make_install_asks_for_that():
    done = subprocess.run(["make", "-n", "install", "DESTDIR=/nowhere", "PREFIX=/usr"], cwd=ROOT, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, check=True, text=True)
    assert re.search(r"^capture/grant\.sh '/nowhere' '/usr/bin/tsllm-capture' 'tsllm' 'PATH=.* setcap cap_net_raw\+ep'$",
                     done.stdout, re.M), done.stdout[-500:]


def make(*words):
    return subprocess.run(["make", "-s", *words], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                          check=True, text=True).stdout


@test
def what_is_installed_is_uninstalled():
    """Without the programs, which are built for another PREFIX."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"DESTDIR={folder}", "PREFIX=/opt/top"]
        make("install", *names, "TOP=README.md", "CAPTURE=LICENSE", "SETCAP=:", "PACKAGES=", "--old-file=all")
        for name in ("README.md", "LICENSE"):
            os.remove(os.path.join(folder, "opt/top/bin", name))
        there = {os.path.relpath(os.path.join(at, name), os.path.join(folder, "opt/top/share"))
                 for at, _, names_there in os.walk(folder) for name in names_there}
        assert {"bash-completion/completions/tsllm-top", "zsh/site-functions/_tsllm-top", "man/man8/tsllm-capture.8",
                "fish/vendor_completions.d/tsllm-top.fish", "tsllm-top/demo.tsllm", "tsllm-top/alerts.yml"} <= there, there
        for path in ("man/man1/tsllm-top.1", "tsllm-top/tsllm-top.service"):
            with open(os.path.join(folder, "opt/top/share", path), encoding="utf-8") as file:
                text = file.read()
            assert "/opt/top/" in text and "/usr/local" not in text and "@PREFIX@" not in text, path
        make("uninstall", *names)
        left = [name for _, _, names_there in os.walk(folder) for name in names_there]
        assert not left, left


@test
def the_tarball_has_the_same_bytes_each_time():
    if not shutil.which("git") or subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=False).returncode:
        raise Skipped("this is no checkout of git")
    path = os.path.join(ROOT, make("dist").strip())
    with open(path, "rb") as file:
        first = file.read()
    make("dist")
    with open(path, "rb") as file:
        assert file.read() == first
    with tarfile.open(path) as tarball:
        files = tarball.getmembers()
    top = os.path.basename(path).removesuffix(".tar.gz")
    assert {f"{top}/Makefile", f"{top}/LICENSE", f"{top}/capture/grant.sh"} <= {file.name for file in files}
    assert len({file.mtime for file in files}) == 1 and all(file.name == top or file.name.startswith(top + "/") for file in files)


if __name__ == "__main__":
    main()

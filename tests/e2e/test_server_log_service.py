#!/usr/bin/python3
"""The log of a server that is a systemd service: its journal, who may read it, and that no child stays."""
import os
import signal
import subprocess
import tempfile

import stage
from tap import main, test, until

stage.enter(__file__)

URL = "http://127.0.0.1:11434"
UNITS, JOURNAL, PROGRAMS = "/run/systemd/system", "/run/log/journal/0123", "/run/programs"

# What `journalctl` is here: it says who it is and what it was told, and goes on if it was told to.
JOURNALCTL = """#!/bin/sh
echo "$$ $*"
echo 'systemd[1]: ollama.service: A process of this unit has been killed by the OOM killer.' >&2
case "$*" in *--follow*) exec sleep 1000;; esac
"""


def a_service(mode):
    """Ollama is installed as a service and does not run; its journal has this mode."""
    for folder in (UNITS, JOURNAL, PROGRAMS):
        os.makedirs(folder, exist_ok=True)
    for path, text in ((f"{UNITS}/ollama.service", ""), (f"{JOURNAL}/system.journal", ""), (f"{PROGRAMS}/journalctl", JOURNALCTL)):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    os.chmod(f"{JOURNAL}/system.journal", mode)
    os.chmod(f"{PROGRAMS}/journalctl", 0o755)


def environment(folder):
    return dict(os.environ, HOME=folder, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder, PATH=f"{PROGRAMS}:{os.environ['PATH']}")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def log(*words, user=None):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        return subprocess.run(["/run/tsllm-top", "--server-log", URL, "--deadline", "4", *words], env=environment(folder),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, user=user)


@test
def a_service_that_is_down_has_its_journal_with_what_it_says_on_both_outputs():
    stage.needed()
    a_service(0o600)
    done = log()
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and "the journal of ollama.service" in done.stderr, done.stderr
    assert lines[0].endswith(" --no-pager --lines=100 --output=short-iso --unit=ollama.service"), lines
    assert "killed by the OOM killer" in lines[1] and lines[2].startswith("  = this machine ran out of memory"), lines


@test
def a_journal_that_this_user_may_not_read_comes_with_the_command():
    stage.needed()
    a_service(0o600)
    done = log(user=stage.NOBODY)
    assert done.returncode == 3 and not done.stdout, done.stdout
    assert "may not read the system's journal" in done.stderr, done.stderr
    assert "run: sudo journalctl --no-pager --follow --lines=100 --output=short-iso --unit=ollama.service\n" in done.stderr, done.stderr
    a_service(0o644)
    assert log(user=stage.NOBODY).returncode == 0


@test
def what_follows_a_journal_ends_with_the_program():
    stage.needed()
    a_service(0o600)
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as out:
        child = subprocess.Popen(["/run/tsllm-top", "--server-log", URL, "--follow"], env=environment(folder),
                                 stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
        assert until(lambda: "--follow" in read(out.name))
        reader = int(read(out.name).split()[0])
        assert os.path.exists(f"/proc/{reader}")
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=10) == 0
    assert until(lambda: not os.path.exists(f"/proc/{reader}"))


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""What the shells complete: it is made from the table of options, asks nobody, and expands no name."""
import filecmp
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fake"))

from fake import FakeTailnet
from tap import Skipped, main, test
from top import top

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("TSLLM_BUILD", os.path.join(ROOT, "build/plain"))
SHELLS = ("bash-completion", "zsh", "fish")
SCRIPTS = os.path.join(ROOT, "tui/share/completions")
# What bash gives to a completion: the words of the line as it breaks them, and the number of the last.
BASH = """
compopt() { :; }
. "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_tsllm_top
printf '%s\\n' "${COMPREPLY[@]}"
"""


def remembered(folder, **files):
    """An environment in which tsllm-top has seen these names."""
    os.makedirs(os.path.join(folder, "tsllm-top"), exist_ok=True)
    for name, lines in files.items():
        with open(os.path.join(folder, "tsllm-top", name), "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
    return {**os.environ, "XDG_STATE_HOME": folder, "HOME": folder, "PATH": "/usr/bin:/bin"}


def said(words, folder, environment):
    done = subprocess.run(words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and not done.stderr, (words, done)
    return done.stdout.split("\n")[:-1]


def in_bash(folder, *words, **files):
    """What replaces the last of these words."""
    environment = remembered(folder, **files)
    return [word for word in said(["bash", "--norc", "-c", BASH, "bash", os.path.join(SCRIPTS, "bash-completion"),
                                   "tsllm-top", *words], folder, environment) if word]


def needs(program):
    if not shutil.which(program):
        raise Skipped(f"{program} is not installed")


@test
def they_are_what_the_table_of_options_gives():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, os.path.join(ROOT, "tests/house/completions.py"), BUILD, folder], check=True)
        _, other, missing = filecmp.cmpfiles(folder, SCRIPTS, SHELLS, shallow=False)
        assert not other and not missing, f"{other + missing}: run `make completions`"


@test
def bash_completes_options_and_their_words():
    with tempfile.TemporaryDirectory() as folder:
        assert in_bash(folder, "--pi") == ["--pick="]
        assert {"--once", "--format=", "--demo"} <= set(in_bash(folder, "--"))
        assert in_bash(folder, "--format", "=", "js") == ["json"] == in_bash(folder, "--format", "js")
        assert in_bash(folder, "--view", "=") == ["fleet", "paths", "models", "serve", "clients", "events", "history"]
        assert "claude-code" in in_bash(folder, "--connect", "=", "x", "--for", "=", "cl")
        assert not in_bash(folder, "--period", "=") and not in_bash(folder, "x")


@test
def bash_completes_names_of_models_however_it_breaks_the_line():
    with tempfile.TemporaryDirectory() as folder:
        models = ["qwen3:32b", "qwen3:8b", "Qwen/Qwen3-8B", "llama3"]
        for option in ("--pick", "--connect"):
            assert in_bash(folder, option, "=", models=models) == models
        assert in_bash(folder, "--pick", "=", "qwen3", models=models) == ["qwen3:32b", "qwen3:8b"]
        assert in_bash(folder, "--pick", "=", "qwen3", ":", models=models) == ["32b", "8b"]
        assert in_bash(folder, "--pick", "=", "qwen3", ":", "8", models=models) == ["8b"]
        assert in_bash(folder, "--pick", "qwen3", ":", "8", models=models) == ["8b"]
        assert in_bash(folder, "--pick=qwen3:8", models=models) == ["--pick=qwen3:8b"]     # without breaks at = and :


@test
def bash_completes_peers_after_doctor_and_files():
    with tempfile.TemporaryDirectory() as folder:
        assert in_bash(folder, "--doctor", "gp", peers=["gpu1", "gpu2", "nas"]) == ["gpu1", "gpu2"]
        assert not in_bash(folder, "gp", peers=["gpu1"])
        open(os.path.join(folder, "my file"), "w").close()
        assert in_bash(folder, "--log", "=", "my") == ["my file"] == in_bash(folder, "--log", "my")


@test
def no_name_is_expanded():
    names = ["$(touch made)", "`touch made`", "a;touch made", "$HOME", "*", "-rf", "~root", "a b", "good"]
    with tempfile.TemporaryDirectory() as folder:
        assert in_bash(folder, "--pick", "=", models=names) == ["good"]
        assert in_bash(folder, "--doctor", "", peers=names) == ["good"]
        if shutil.which("fish"):
            assert in_fish(folder, "--pick=", models=names) == ["--pick=good"]
        assert not os.path.exists(os.path.join(folder, "made"))


class Zsh:
    """A zsh at a terminal of its own, with this completion and no other of ours."""

    def __init__(self, folder, **files):
        environment = {**remembered(folder, **files), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        shutil.copy(os.path.join(SCRIPTS, "zsh"), os.path.join(folder, "_tsllm-top"))
        self.child, self.terminal = pty.fork()
        if not self.child:
            os.chdir(folder)
            os.execvpe("zsh", ["zsh", "-f", "-i"], environment)
        self.type("unsetopt zle_bracketed_paste; fpath=($HOME $fpath); autoload -U compinit; compinit -u -D; PS1='re''ady '\n")
        assert self.sees("ready "), "zsh does not start"

    def type(self, text):
        os.write(self.terminal, text.encode())

    def sees(self, wanted, seconds=20):
        """Whether that comes next, or at last."""
        said, end = "", time.monotonic() + seconds
        while wanted not in said and select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
            said += os.read(self.terminal, 65536).decode(errors="replace")
        return wanted in said

    def end(self):
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.terminal)


@test
def zsh_takes_its_script_and_completes_the_same():
    needs("zsh")
    with tempfile.TemporaryDirectory() as folder:
        said(["zsh", "-fn", os.path.join(SCRIPTS, "zsh")], folder, os.environ)
        zsh = Zsh(folder, models=["$(touch made)", "qwen3:8b"], peers=["gpu1", "nas"])
        try:
            for typed, wanted in (("--pi", "--pick="), ("--pick=", "--pick=qwen3:8b"), ("--doctor g", "--doctor gpu1"),
                                  ("--format=js", "--format=json"), ("--allow=ta", "--allow=tagged"), ("--connect ", "--connect qwen3:8b")):
                zsh.type(f"tsllm-top {typed}\t")
                assert zsh.sees(wanted), typed
                zsh.type("\x15")
        finally:
            zsh.end()
        assert not os.path.exists(os.path.join(folder, "made"))


def in_fish(folder, line, **files):
    """What comes instead of the last word."""
    environment = remembered(folder, **files)
    script = f"source {SCRIPTS}/fish; complete -C 'tsllm-top {line}'"
    return [found.split("\t")[0] for found in said(["fish", "--no-config", "-c", script], folder, environment)]


@test
def fish_completes_the_same():
    needs("fish")
    with tempfile.TemporaryDirectory() as folder:
        said(["fish", "--no-execute", os.path.join(SCRIPTS, "fish")], folder, os.environ)
        assert "--pick=" in in_fish(folder, "--pi") or "--pick" in in_fish(folder, "--pi")
        assert in_fish(folder, "--pick=") == []
        assert in_fish(folder, "--format=js") == ["--format=json"]
        assert in_fish(folder, "--pick=qwen3", models=["qwen3:8b", "llama3"]) == ["--pick=qwen3:8b"]
        assert in_fish(folder, "--doctor g", peers=["gpu1", "nas"]) == ["gpu1"]


SEEN = """
daemon magicdns off
peer gpu1 linux direct 10.99.0.11:41641 rtt 1 tag gpu
door gpu1:llama raw 18080 llama-server-0.5.0/ready-idle pinned
"""


@test
def what_a_run_has_seen_is_completed_until_it_is_forgotten():
    with FakeTailnet(SEEN) as fake:
        folder = fake.environment["XDG_STATE_HOME"]
        assert top("--once", fake=fake).status == 0
        models = in_bash(folder, "--pick", "=")
        assert len(models) == 1 and "gpu1" in in_bash(folder, "--doctor", "gp"), models
        assert top("--demo", "--once", fake=fake).status != 64 and in_bash(folder, "--pick", "=") == models
        top("--forget", "--once", "--passive", fake=fake)
        assert not in_bash(folder, "--pick", "=") and "gpu1" in in_bash(folder, "--doctor", "gp")     # a passive run sees peers


if __name__ == "__main__":
    main()

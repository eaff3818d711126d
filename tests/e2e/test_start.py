#!/usr/bin/python3
"""What the program is started with: closed descriptors, full disks, few files, names that lead to no file."""
import contextlib
import os
import resource
import subprocess
import tempfile

from tap import main, test
from top import TOP

SOCKET = ("--socket", "/nonexistent/socket")
MODES = (("--once",), ("--once", "--format", "json"), ("--doctor",), ("--watch", "--period", "0.5"))
PRINTS = (("--help",), ("--version",), ("--print-config",))


class Done:
    def __init__(self, done):
        self.status = done.returncode
        self.out = (done.stdout or b"").decode()
        self.errors = "".join(line for line in (done.stderr or b"").decode().splitlines(True) if "irst " not in line)


@contextlib.contextmanager
def a_folder():
    with tempfile.TemporaryDirectory() as folder:
        yield folder


def run(*words, home, closed=(), files=None, stdout=subprocess.PIPE, environment=None):
    """Run in that folder, which is its home; it ends within the time or the test fails."""
    def before():
        for fd in closed:
            os.close(fd)
        if files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    words = (*words, *SOCKET, "--deadline", "1")
    environment = {"HOME": home, "PATH": "/nonexistent", "LC_ALL": "C.UTF-8", **(environment or {})}
    return Done(subprocess.run([os.path.abspath(TOP), *words], cwd=home, env=environment, stdin=subprocess.DEVNULL,
                               stdout=stdout, stderr=subprocess.PIPE, preexec_fn=before, timeout=20, check=False))


def written(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def a_pipe(folder, name):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.mkfifo(path)
    return path


@test
def without_tailscale_nobody_is_said_to_be_looked_for():
    with a_folder() as home:
        done = run("--once", home=home)
        assert done.status == 3 and "first run" not in done.errors, done.errors


@test
def a_closed_standard_input_does_no_harm():
    with a_folder() as home:
        assert "status: unknown (3)" in run("--once", home=home, closed=[0]).out
        assert run("--once", home=home, closed=[0, 2]).status == 3


@test
def a_closed_standard_output_is_an_error_that_says_so():
    with a_folder() as home:
        log = os.path.join(home, "log")
        for words in (*MODES, *PRINTS):
            done = run(*words, "--log", log, home=home, closed=[1])
            assert (done.status, done.errors) == (74, "tsllm-top: cannot write the output: Bad file descriptor\n"), \
                (words, done.status, done.errors)
        with open(log, encoding="utf-8") as file:
            assert all("tailscaled" in line and line.startswith("2") for line in file)
        assert run("--once", "--log", log, home=home, closed=[0, 1, 2]).status == 74


@test
def a_full_disk_is_an_error_that_says_so():
    with a_folder() as home, open("/dev/full", "wb") as full:
        for words in (*MODES, *PRINTS):
            done = run(*words, home=home, stdout=full)
            assert (done.status, done.errors) == (74, "tsllm-top: cannot write the output: No space left on device\n"), \
                (words, done.status, done.errors)


@test
def a_reader_who_has_gone_is_output_that_is_lost():
    with a_folder() as home:
        for words in (*MODES, ("--help",), ("--print-config",)):
            reader, writer = os.pipe()
            os.close(reader)
            done = run(*words, home=home, stdout=writer)
            os.close(writer)
            assert (done.status, done.errors) == (74, "tsllm-top: cannot write the output: Broken pipe\n"), \
                (words, done.status, done.errors)


@test
def with_few_descriptors_it_says_so_and_ends():
    with a_folder() as home:
        for files in (4, 5, 6, 7, 8, 9, 16):
            for words in MODES:
                done = run(*words, home=home, files=files)
                assert done.status == 71 and f"not enough file descriptors: the limit is {files} (ulimit -n)" in done.errors, \
                    (words, files, done.status, done.errors)
        assert run("--once", home=home, files=32).status == 3


@test
def a_configuration_that_is_no_file_is_refused():
    with a_folder() as home:
        for path, reason in ((a_pipe(home, "pipe"), "a pipe that nobody writes to"), (home, "Is a directory"),
                             ("/dev/zero", "larger than 1.0 MB")):
            done = run("--once", "--config", path, home=home)
            assert done.status == 64 and done.errors == f"tsllm-top: cannot read the configuration '{path}': {reason}\n", \
                done.errors
        assert run("--once", "--config", "/dev/null", home=home).errors == ""
        a_pipe(home, ".config/tsllm-top/config")
        assert run("--once", home=home).status == 64


@test
def a_state_file_that_is_no_file_is_not_read():
    with a_folder() as home:
        a_pipe(home, ".local/state/tsllm-top/endpoints")
        done = run("--once", "--log", "log", home=home)
        assert done.status == 3 and "status: unknown" in done.out, done.errors
        with open(os.path.join(home, "log"), encoding="utf-8") as file:
            assert "endpoints': not a regular file" in file.read()


@test
def certificates_and_logs_that_are_no_files_are_refused():
    with a_folder() as home:
        pipe = a_pipe(home, "pipe")
        done = run("--once", "--ca-file", pipe, "--endpoint", "https://127.0.0.1:1", home=home)
        assert done.status == 64 and f"cannot read the certificates '{pipe}': not a regular file" in done.errors, done.errors
        assert run("--once", "--ca-file", "/dev/zero", home=home).status == 64
        done = run("--once", "--ca-file", "missing.pem", home=home)
        assert done.status == 64 and "cannot read the certificates 'missing.pem': No such file" in done.errors, done.errors
        done = run("--once", "--ca-file", "/etc/hostname", home=home)
        assert done.status == 64 and "cannot read the certificates '/etc/hostname': there is no certificate in it" in done.errors
        done = run("--once", "--log", pipe, home=home)
        assert done.status == 64 and f"cannot write the log '{pipe}': " in done.errors, done.errors


@test
def what_is_printed_from_the_command_line_reads_back_from_another_folder():
    with a_folder() as home:
        words = ("--theme", "./my.theme", "--ca-file", "ca ;1.pem", "--period", "1234.56789",
                 "--endpoint", "http://gpu1:8000/" + "x" * 400)
        first = run(*words, "--print-config", home=home).out
        config = written(home, "elsewhere/config", first)
        again = run("--config", config, "--print-config", home=home)
        assert again.errors == "" and again.out == first, again.errors + again.out
        assert f'ca_file = "{home}/ca ;1.pem"' in first and "period = 1234.56789\n" in first, first


if __name__ == "__main__":
    main()

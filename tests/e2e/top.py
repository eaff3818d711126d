"""Runs the program under test: `tsllm-top` of this build, against a fake tailnet or nothing at all."""
import contextlib
import json
import os
import subprocess
import tempfile

TOP = os.environ.get("TSLLM_TOP", "./tsllm-top")


class Ended:
    """How it ended: status, what it printed, what it complained."""

    def __init__(self, done):
        self.status, self.out, self.errors = done.returncode, done.stdout.decode(), done.stderr.decode()

    @property
    def json(self):
        return json.loads(self.out)


def top(*words, fake=None, environment=None, seconds=30):
    if fake:
        words = ("--config", fake.config, "--socket", fake.socket, *words)
    environment = dict(environment or (fake.environment if fake else os.environ), COLUMNS="120")
    return Ended(subprocess.run([TOP, *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                                timeout=seconds))


def once(fake, *words, deadline=8):
    """One snapshot as JSON; the deadline is never reached where everybody answers or refuses."""
    return top("--once", "--format", "json", "--deadline", str(deadline), *words, fake=fake)


@contextlib.contextmanager
def a_cli(script):
    """A `tailscale` that does this, and a file that it appends its words to."""
    with tempfile.TemporaryDirectory() as folder:
        path, said = os.path.join(folder, "tailscale"), os.path.join(folder, "said")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\necho "$*" >> {said}\n{script}\n')
        os.chmod(path, 0o755)
        yield path, said


@contextlib.contextmanager
def watching(*words, fake=None, environment=None, program=TOP):
    """The snapshots that it prints, as they come."""
    if fake:
        words = ("--config", fake.config, "--socket", fake.socket, *words)
    child = subprocess.Popen([program, "--watch", "--period", "0.5", *words],
                             env=environment or fake.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
    try:
        yield (json.loads(line) for line in child.stdout)
    finally:
        child.terminate()
        child.stdout.close()
        assert child.wait(timeout=10) in (0, 1, 2, 3)


def first(snapshots, is_wanted, most=60):
    """The first snapshot that is as wanted; None: it does not come."""
    return next((snapshot for _, snapshot in zip(range(most), snapshots) if is_wanted(snapshot)), None)


def endpoint(snapshot, part):
    """The one endpoint whose URL holds this."""
    found = [row for row in snapshot["endpoints"] if part in row["url"]]
    assert len(found) == 1, f"{part}: {[row['url'] for row in snapshot['endpoints']]}"
    return found[0]


def codes(row):
    return [verdict["code"] for verdict in row["verdicts"]]

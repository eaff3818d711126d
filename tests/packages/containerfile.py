"""Carries out a Containerfile in bare Debian trees, as a builder of images would: each stage in a tree of its own.

Only what our own file says is understood; anything else is a failure, so that nothing in it goes untried.
"""
import contextlib
import glob
import json
import os
import re
import shlex

import debian
from debian import Failed, Tree

RELEASES = {"debian:13-slim": "trixie"}


def instructions(text):
    """(word, the rest), continued lines in one."""
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.M).replace("\\\n", " ")
    return [(line.split(None, 1) + [""])[:2] for line in text.splitlines() if line.strip()]


class Stage:
    def __init__(self, release):
        self.tree = Tree([debian.base(release)])
        self.environment, self.folder, self.user, self.command = [], "/", "", []

    def words(self, *words, confined=()):
        """These, with its environment and as its user. confined: options of setpriv besides."""
        as_user = []
        if self.user:
            user, group = self.user.split(":")
            as_user = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *confined]
        return [*as_user, "env", "-C", self.folder, *self.environment, *words]


class Build:
    """A context, in the end of which all of it is gone. `stage` is the last one: in the end, the image."""

    def __init__(self, path, context):
        self.path, self.context, self.stage, self.names = path, context, None, {}
        self.trees = contextlib.ExitStack()

    def __enter__(self):
        with self.trees, open(self.path, encoding="utf-8") as file:
            for word, rest in instructions(file.read()):
                if word not in WORDS or (word != "FROM" and not self.stage):
                    raise Failed(f"{self.path}: {word} {rest}")
                WORDS[word](self, rest)
            self.trees = self.trees.pop_all()
        return self

    def __exit__(self, *_):
        self.trees.close()

    def begin(self, rest):
        found = re.fullmatch(r"(\S+)(?: AS (\S+))?", rest)
        if not found or found[1] not in RELEASES:
            raise Failed(f"{self.path}: FROM {rest}")
        self.stage = self.names[found[2]] = Stage(RELEASES[found[1]])
        self.trees.enter_context(self.stage.tree)
        self.stage.tree.run("sh", "-c", "rm -rf /var/lib/apt/lists/*")      # an image has none

    def run(self, rest):
        self.stage.tree.run(*self.stage.words("sh", "-c", rest), network=True)

    def copy(self, rest):
        words = rest.split()
        source = self.context
        if words[0].startswith("--from="):
            source = self.names[words.pop(0).removeprefix("--from=")].tree.upper
        *patterns, to = words
        to = os.path.join(self.stage.folder, to)
        for pattern in patterns:
            found = glob.glob(os.path.join(source, pattern.lstrip("/")))
            if not found:
                raise Failed(f"COPY {rest}: there is no {pattern}")
            for path in found:
                if to.endswith("/") and os.path.isdir(path):
                    raise Failed(f"COPY {rest}: of a folder, what is in it is copied")
                self.stage.tree.put(path, to + os.path.basename(path) if to.endswith("/") else to)

    def set_environment(self, rest):
        self.stage.environment += shlex.split(rest)

    def set_folder(self, rest):
        self.stage.folder = rest
        self.stage.tree.run("mkdir", "-p", rest)

    def set_user(self, rest):
        self.stage.user = rest

    def set_command(self, rest):
        self.stage.command = json.loads(rest)


WORDS = {"FROM": Build.begin, "RUN": Build.run, "COPY": Build.copy, "ENV": Build.set_environment, "WORKDIR": Build.set_folder,
         "USER": Build.set_user, "CMD": Build.set_command}

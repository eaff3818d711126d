"""Models that a scenario puts in the place of recorded ones: their names, their sizes and what else is said of them.

The recordings were made with small models of random weights; a demonstration wants models that people have.
"""
import json
import urllib.parse


class Model:
    """`OLD NEW KEY=VALUE …`: each JSON object that names OLD has these values, in itself or deeper, if it has the keys at all."""

    def __init__(self, old, new, words):
        self.old, self.quoted = old, (f'"{old}"'.encode(), f'"{new}"'.encode())
        self.figures = dict(map(figure, words))
        self.in_memory = self.figures.pop("memory", None)

    def change(self, body):
        if self.quoted[0] not in body:
            return body
        if self.figures and body.startswith(b"{"):
            body = json.dumps(self.describe(json.loads(body)), separators=(",", ":"), ensure_ascii=False).encode()
        return body.replace(*self.quoted)

    def describe(self, value):
        if isinstance(value, list):
            return [self.describe(one) for one in value]
        if not isinstance(value, dict):
            return value
        if self.old not in value.values():
            return {key: self.describe(one) for key, one in value.items()}
        memory = {"size": self.in_memory, "size_vram": self.in_memory} if "size_vram" in value else {}     # it is loaded
        return filled(value, {**self.figures, **memory})


def figure(word):
    """'size=5' → ("size", 5); a + is a space."""
    key, _, text = word.partition("=")
    text = urllib.parse.unquote_plus(text)
    return key, int(text) if text.isdigit() else text


def filled(value, figures):
    """The same JSON with these figures, wherever it has them."""
    if isinstance(value, list):
        return [filled(one, figures) for one in value]
    if isinstance(value, dict):
        return {key: figures[key] if key in figures else filled(one, figures) for key, one in value.items()}
    return value


class Replacements:
    """What recordings say otherwise, at all doors or at some: plain words and models, in the scenario's order."""

    def __init__(self):
        self.all = []

    def add(self, change, doors):
        self.all.append((change, doors))

    def change(self, body, door):
        for change, doors in self.all:
            if not doors or door in doors:
                body = change(body)
        return body

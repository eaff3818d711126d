#!/usr/bin/python3
"""Validates what the program prints as JSON against tests/snapshot.schema.json.

As a module: validate(text) returns the snapshots in text (one document, or NDJSON) or raises. As a script it
reads standard input.
"""
import json
import os
import sys

import jsonschema

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "snapshot.schema.json")


def unknown_number(word):
    raise ValueError(f"{word} is no JSON")


def documents(text):
    """The values that stand one after the other in text."""
    decoder = json.JSONDecoder(parse_constant=unknown_number)
    at = 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        yield value


def validate(text):
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    snapshots = list(documents(text))
    if not snapshots:
        raise ValueError("no snapshot in it")
    for snapshot in snapshots:
        validator.validate(snapshot)
    return snapshots


if __name__ == "__main__":
    print(f"{len(validate(sys.stdin.read()))} valid")

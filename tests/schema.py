#!/usr/bin/python3
"""Validates what the program prints as JSON against tests/snapshot.schema.json, or tests/NAME.schema.json.

As a module: validate(text) returns the documents in text (one, or NDJSON) or raises. As a script it reads snapshots from
standard input.
"""
import json
import os
import sys

import jsonschema

HERE = os.path.dirname(os.path.abspath(__file__))


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


def path_of(name):
    return os.path.join(HERE, f"{name}.schema.json")


def validate(text, name="snapshot", of=""):
    """of: one of the definitions of that schema, instead of the whole."""
    with open(path_of(name), encoding="utf-8") as file:
        schema = json.load(file)
    if of:
        schema = {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": f"#/$defs/{of}"}
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    found = list(documents(text))
    if not found:
        raise ValueError(f"no {name} in it")
    for document in found:
        validator.validate(document)
    return found


if __name__ == "__main__":
    print(f"{len(validate(sys.stdin.read()))} valid")

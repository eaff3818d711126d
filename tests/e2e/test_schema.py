#!/usr/bin/python3
"""What the codec wrote obeys the schema, and the schema is not one that obeys anything.

The samples are written by the unit test of the codec, which runs before.
"""
import copy
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import schema  # noqa: E402

BUILD = os.environ.get("TSLLM_BUILD", "build/plain")
SAMPLES = os.path.join(BUILD, "codec-sample.json")
FULLER = os.path.join(BUILD, "codec-fuller.json")

# Each breaks one promise of the contract: where, and what stands there then.
BROKEN = [
    ("schema_version", 2),
    ("status", "fine"),
    ("taken_at", "2026-11-23 00:45:46"),
    ("daemon", None),
    ("daemon.tun", "yes"),
    ("daemon.health", "all well"),
    ("traffic.rx_bytes.direct", "12"),
    ("peers", {}),
    ("peers.1.id", ""),
    ("peers.1.path.kind", "relay"),
    ("peers.1.path.loss", 7),
    ("peers.1.rx_bytes", -1),
    ("peers.1.state", "good"),
    ("endpoints.0.url", "gpu1"),
    ("endpoints.0.found_by", "luck"),
    ("endpoints.0.verdicts.0.severity", "fatal"),
    ("endpoints.0.verdicts.0.code", "Bad Gateway"),
    ("endpoints.0.models.0.state", "warm"),
    ("endpoints.0.latency.samples", 1.5),
    ("serve.0.port", 0),
    ("serve.0.protocol", "ftp"),
    ("peers.1.path.rtt_source", "luck"),
    ("peers.1.path.pong_source", "me"),
    ("peers.1.path.rx_bytes_by_path.direct", -1),
    ("capture.state", "on"),
    ("capture.devices", "eth0"),
    ("capture.dropped", 0.5),
    ("flows", {}),
    ("flows.0.direction", "up"),
    ("flows.0.active", 1),
    ("flows.0.service", ""),
    ("flows.0.port", 65536),
    ("flows.1.inferred", False),
    ("ledger.by_cost.free", None),
]


def promised(rules, of, path=""):
    """Every key that the schema knows, as the way to it."""
    while "$ref" in of:
        of = rules["$defs"][of["$ref"].rsplit("/", 1)[1]]
    for key, inner in of.get("properties", {}).items():
        yield f"{path}.{key}"
        yield from promised(rules, inner, f"{path}.{key}")
    yield from promised(rules, of["items"], path) if "items" in of else ()


def printed(value, path=""):
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield f"{path}.{key}"
        yield from printed(inner, f"{path}.{key}")
    for inner in value if isinstance(value, list) else ():
        yield from printed(inner, path)


def with_change(snapshot, where, value):
    changed = copy.deepcopy(snapshot)
    at = changed
    *way, last = [int(word) if word.isdigit() else word for word in where.split(".")]
    for word in way:
        at = at[word]
    at[last] = value
    return json.dumps(changed)


def is_valid(text):
    try:
        schema.validate(text)
    except (ValueError, schema.jsonschema.ValidationError):
        return False
    return True


def checks():
    with open(SAMPLES, encoding="utf-8") as file:
        text = file.read()
    yield "three_samples_pretty_and_not_are_valid", is_valid(text) and len(schema.validate(text)) == 3
    pretty, line, empty = schema.documents(text)
    yield "both_forms_say_the_same", pretty == line
    yield "a_snapshot_without_a_daemon_claims_nothing", not empty["peers"] and "tun" not in empty["daemon"]
    with open(FULLER, encoding="utf-8") as file, open(schema.path_of("snapshot"), encoding="utf-8") as rules:
        fuller, rules = schema.validate(file.read()), json.load(rules)
    keys = {key for sample in (line, *fuller) for key in printed(sample)}
    for key in promised(rules, rules):
        yield f"{key[1:]}_is_printed", key in keys
    yield "no_key_is_printed_that_the_schema_does_not_know", not keys - set(promised(rules, rules))
    yield "added_keys_are_allowed", is_valid(with_change(line, "peers.0.hat", "red"))
    yield "nothing_at_all_is_refused", not is_valid("\n")
    yield "a_truncated_snapshot_is_refused", not is_valid(text[:-3])
    yield "nan_is_refused", not is_valid('{"schema_version": NaN}')
    for key in line:
        without = {name: value for name, value in line.items() if name != key}
        yield f"a_snapshot_without_{key}_is_refused", not is_valid(json.dumps(without))
    for where, value in BROKEN:
        yield f"{where}_cannot_be_{json.dumps(value)}", not is_valid(with_change(line, where, value))


def main():
    results = list(checks())
    print(f"1..{len(results)}")
    for number, (name, passed) in enumerate(results, 1):
        print(f"{'ok' if passed else 'not ok'} {number} - {name}")
    return 0 if all(passed for _, passed in results) else 1


if __name__ == "__main__":
    sys.exit(main())

"""What tsllm-capture said: its lines as records, the laws that every line keeps, and what must be among them.

A must is a sentence such as `rtt method=disco us=212`, `no miss`, `2 path lost=0` or `each rtt has us=100..300`. There
is at least one such record unless it begins with a number or with `no`. A value is one word, `5..9` a range, `x*` a
beginning, `-` says that the key is left out. Of what is told again with other figures (path, derp, flow, exchange) only
the last counts, unless the must begins with `ever`.
"""
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LINE_MAX = 512
IDENTITY = {"path": ("local", "remote", "vni"), "derp": ("local", "remote"), "flow": ("client", "server"),
            "exchange": ("client", "server", "begun")}
GROWING = {"path": ("rx_bytes", "tx_bytes", "rx_packets", "tx_packets", "pings", "pongs", "lost"),
           "derp": ("rx_bytes", "tx_bytes"), "flow": ("connections", "up_bytes", "down_bytes", "exchanges"),
           "stats": ("received", "dropped")}
WORDS = {"version", "name", "link", "local", "remote", "client", "server", "disco", "packets", "method", "state",
         "reason"}
DECIMAL = {"tokens_per_s"}
NO_ROUND_TRIP_US = 15_000_000     # the last timer that anything here waits for


def keys_of_the_manual():
    with open(os.path.join(ROOT, "man/tsllm-capture.8"), encoding="utf-8") as file:
        protocol = file.read().split("\n.Sh PROTOCOL\n")[1].split("\n.Sh ")[0]
    return {words[0]: set(words[1:]) for words in map(str.split, re.findall(r"^\.It Cm (.+ .+)$", protocol, re.M))}


MANUAL = keys_of_the_manual()


def records(text):
    """[(word, {key: value})]; the first line that is none raises."""
    found = []
    for line in text.splitlines():
        word, *pairs = line.split(" ")
        fields = dict(pair.split("=", 1) for pair in pairs)
        assert len(fields) == len(pairs), f"a key twice: {line}"
        found.append((word, fields))
    return found


def lawful(output):
    """Raises where bytes of standard output are not what the manual allows; else gives their records."""
    for line in output.splitlines(keepends=True):
        assert len(line) <= LINE_MAX and re.fullmatch(rb"[!-~]+( [!-~]+)*\n", line), line
    said = records(output.decode("ascii"))
    assert said and said[0][0] == "hello" and said[0][1]["protocol"] == "1", said[:1]
    assert said[-1][0] == "end" and [word for word, _ in said].count("end") == 1, said[-1]
    latest = {}
    for word, fields in said:
        assert word in MANUAL and set(fields) <= MANUAL[word], (word, fields)
        for key in set(fields) - WORDS:
            assert re.fullmatch(r"[0-9]+\.[0-9]" if key in DECIMAL else "[0-9]+", fields[key]), (word, key, fields[key])
        assert word != "rtt" or int(fields["us"]) <= NO_ROUND_TRIP_US, fields
        if word in GROWING:
            mine = latest.setdefault((word, *(fields[key] for key in IDENTITY.get(word, ()))), {})
            for key in GROWING[word]:
                assert int(fields.get(key, 0)) >= mine.get(key, 0), f"{key} shrank: {fields}"
                mine[key] = int(fields.get(key, 0))
    return said


def final(said):
    """The records, of totals the last ones."""
    last, kept = {}, []
    for word, fields in said:
        if word in IDENTITY:
            last[(word, *(fields[key] for key in IDENTITY[word]))] = word, fields
        else:
            kept.append((word, fields))
    return kept + list(last.values())


def fits(fields, wanted):
    for key, value in (pair.split("=", 1) for pair in wanted):
        is_range = re.fullmatch(r"(\d*)\.\.(\d*)", value)
        got = fields.get(key)
        if value == "-":
            fine = got is None
        elif got is None:
            fine = False
        elif is_range:
            fine = int(is_range[1] or 0) <= float(got) <= float(is_range[2] or "inf")
        else:
            fine = got.startswith(value[:-1]) if value.endswith("*") else got == value
        if not fine:
            return False
    return True


def broken(said, must):
    """Why this sentence does not hold; empty: it does."""
    count, word, *wanted = must.split() if re.match(r"(no|each|ever|\d+) ", must) else ["", *must.split()]
    among = [fields for name, fields in (said if count == "ever" else final(said)) if name == word]
    if count == "each":
        split = wanted.index("has")
        among = [fields for fields in among if fits(fields, wanted[:split])]
        wrong = [fields for fields in among if not fits(fields, wanted[split + 1:])]
        return f"{must}: not {wrong[0]}" if wrong else "" if among else f"{must}: there is none"
    found = [fields for fields in among if fits(fields, wanted)]
    if count == "no":
        return f"{must}: but there is {found[0]}" if found else ""
    if count.isdigit():
        return "" if len(found) == int(count) else f"{must}: there are {len(found)}"
    return "" if found else f"{must}: there is none among {among[:6]}"


def broken_of(said, musts):
    return [why for must in musts.split(";") if must.strip() for why in [broken(said, must.strip())] if why]

#!/usr/bin/python3
"""The fuzz targets bear their corpora, and what comes of the chain's is what the contract says."""
import filecmp
import glob
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import schema
from tap import main, test

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("TSLLM_BUILD", os.path.join(ROOT, "build/plain"))
FUZZ = os.path.join(ROOT, "tests/fuzz")
TARGETS = sorted(os.path.basename(path)[5:-2] for path in glob.glob(f"{FUZZ}/fuzz_*.c"))
FILE_MAX, CORPUS_MAX = 16_000, 900_000


def corpus(target):
    return sorted(glob.glob(f"{FUZZ}/corpus/{target}/*"))


def replay(target, *words):
    return subprocess.run([os.path.join(BUILD, f"fuzz_{target}"), *words], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=300, check=False)


def printed(*paths):
    """What the chain's target prints of these files: pairs of a form and its text."""
    done = replay("chain", "--print", *paths)
    assert done.returncode == 0, done
    forms = re.split(r"^==== (.*)\n", re.sub(r"\d+ replayed\n\Z", "", done.stdout.decode()), flags=re.M)
    return list(zip(forms[1::2], forms[2::2]))


def bears(target):
    """A test of its own for each target."""
    def bears_its_corpus():
        files = corpus(target)
        done = replay(target, *files)
        assert files and done.returncode == 0 and done.stdout == b"%d replayed\n" % len(files), done
    bears_its_corpus.__name__ = f"{target}_bears_its_corpus"
    return bears_its_corpus


for name in TARGETS:
    test(bears(name))


@test
def each_target_has_a_corpus_and_all_of_them_are_small():
    assert len(TARGETS) >= 16 and sorted(os.listdir(f"{FUZZ}/corpus")) == TARGETS, TARGETS
    sizes = {path: os.path.getsize(path) for target in TARGETS for path in corpus(target)}
    assert max(sizes.values()) < FILE_MAX and sum(sizes.values()) < CORPUS_MAX, (max(sizes, key=sizes.get), sum(sizes.values()))


@test
def the_corpus_is_what_seeds_py_makes_and_what_was_found():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, f"{FUZZ}/seeds.py", folder], check=True)
        made = [os.path.relpath(path, folder) for path in glob.glob(f"{folder}/*/*")]
        _, other, missing = filecmp.cmpfiles(folder, f"{FUZZ}/corpus", made, shallow=False)
    assert len(made) > 300 and not other and not missing, ("run tests/fuzz/seeds.py", sorted(other + missing))


@test
def the_json_of_the_chain_obeys_the_schema():
    files = corpus("chain")
    forms = printed(*files)
    texts = [text for form, text in forms if form in ("json", "line", "redacted json", "redacted line")]
    assert len(texts) == 4 * len(files), len(texts)
    codes = {verdict["code"] for snapshot in schema.validate("".join(texts))
             for row in (*snapshot["peers"], *snapshot["endpoints"]) for verdict in row.get("verdicts", [])}
    assert len(codes) > 25, codes


@test
def the_chain_prints_every_form_of_each_file_and_always_the_same():
    files = corpus("chain")[:3]
    forms = printed(*files)
    wanted = ["json", "line", "text", "doctor", "pick", "metrics", "nagios", "http-sd", "svg", "audit", "audit json"]
    assert [form for form, _ in forms] == 3 * (wanted + [f"redacted {form}" for form in wanted]), forms
    assert all(text.strip() for _, text in forms) and forms == printed(*files)


@test
def what_is_planted_in_the_chain_is_seen_where_it_may_be():
    forms = printed(os.path.join(FUZZ, "corpus/chain/hidden"))
    plain = "".join(text for form, text in forms if "redacted" not in form)
    assert "zqhost17" in plain and "zqoutside17" in plain, plain
    (_, answered), *_ = printed(os.path.join(FUZZ, "corpus/chain/key"))
    assert "a" + 24 * "*" + "b" in answered, answered


@test
def a_file_that_is_not_there_is_no_success():
    assert replay("text", "/nonexistent/file").returncode == 1


if __name__ == "__main__":
    main()

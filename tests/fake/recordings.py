"""Recorded answers of real servers, played again.

A recording is a directory `server/state` of files, one a path, each the raw output of `curl -si`. It is played
as it is, but for three things: the hour is moved to now (the Date header, and by the same span the `expires_at`
of a loaded model, or every loaded model would look forgotten); curl took the chunking off, so it is put on
again; and a body that the recorder cut gets its true length. Where the recorder noted that no answer came, none
comes.
"""
import datetime
import email.utils
import functools
import os
import re
import time

import wire

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "recordings")

# A state leaves out the files that equal those of its server's base state.
BASE_STATES = {
    "litellm": "no-key-ready", "llama-cpp-python": "ready-idle", "llama-server": "ready-idle",
    "llama-swap": "none-running", "mlx-lm": "ready-idle", "oauth2-proxy": "no-login", "ollama": "models-unloaded",
    "open-webui": "key-missing", "portkey-gateway": "no-provider-header", "ray-serve": "ready-idle",
    "vllm": "ready-idle", "xinference": "no-model",
}
CURL_NOTE = re.compile(rb"\n?\(curl exit (\d+): [^\n]*\)\n?\Z")
CUT_NOTE = re.compile(rb"\n?\(cut here: [^\n]*\)\n?\Z")
EXPIRY = re.compile(rb'(?<="expires_at":")(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?=[^"]*")')
COUNTER = re.compile(rb"^(?!#)(\S*_(?:total|bucket|count)(?:\{[^}]*\})?) (\d[\d.e+]*)$", re.M)

PREFILL_SHARE = 0.03    # of an engine's time: prompts are read many tokens at once
BOUND = re.compile(rb'le="([^"]+)"')
LIVE = re.compile(rb"^(llamacpp|vllm):(\w+)(\S*) (\d[\d.e+]*)$", re.M)

NO_ANSWER = {7: "refused", 28: "silent", 52: "closed"}


class Played:
    """One answer: its bytes and whether the connection goes on, or why no answer comes."""

    def __init__(self, data=b"", absence="", is_last=False):
        self.data, self.absence, self.is_last = data, absence, is_last


class Recording:
    def __init__(self, name):
        server, _, self.state = name.partition("/")
        self.folder = os.path.join(ROOT, server)
        if not self.state or not os.path.isdir(os.path.join(self.folder, self.state)):
            raise ValueError(f"there is no recording tests/recordings/{name}")
        self.base = BASE_STATES.get(re.sub(r"-v?\d.*", "", server), self.state)

    def find(self, path):
        """The recorded bytes of a path, or of what the server says to an unknown one."""
        name = path.strip("/").replace("/", "-") or "root"
        if found := read(self.folder, self.state, name):
            return found
        if self.state == "sigstop-zombie":
            return b"(curl exit 28: stopped)"
        places = ((self.state, "nonsense"), (self.base, name), (self.base, "nonsense"), (self.state, "root"))
        return next(filter(None, (read(self.folder, *place) for place in places)), b"HTTP/1.1 404 Not Found\r\n\r\n")

    @property
    def is_refused(self):
        """Whether nothing listened when this was recorded."""
        return played(self.find("/health")).absence == "refused"

    def stream(self, path):
        """How the server streams an answer to a POST there; b"": that was not recorded."""
        name = "stream-" + path.strip("/").replace("/", "-")
        return read(self.folder, self.state, name) or read(self.folder, self.base, name)

    def play(self, path, change=None):
        """The answer to a path; change makes another body of the recorded one."""
        return played(self.find(path), change)


@functools.lru_cache(maxsize=None)
def read(*parts):
    try:
        with open(os.path.join(*parts) + ".http", "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def played(recorded, change=None):
    note = CURL_NOTE.search(recorded)
    code = int(note.group(1)) if note else 0
    if note and not recorded.startswith(b"HTTP"):
        return Played(absence=NO_ANSWER.get(code, "closed"))
    if note:
        recorded = recorded[:note.start()]
    raw_head, _, body = recorded.partition(b"\r\n\r\n")
    body, was_cut = CUT_NOTE.subn(b"", body)
    changed = change(body) if change else body
    lines, shift = move_date(raw_head.decode("latin-1").split("\r\n"))
    return framed(lines, move_expiry(changed, shift), was_cut or changed != body, code)


def framed(lines, body, is_resized, code):
    """Puts head and body together as the server did; a code is curl's, of an answer that broke off."""
    if is_resized:
        lines = [re.sub(r"(?i)^(content-length): .*", rf"\1: {len(body)}", line) for line in lines]
    text = "\n".join(lines).lower()
    is_last = bool(code) or "\nconnection: close" in text or text.startswith("http/1.0")
    if "\ntransfer-encoding: chunked" in text:
        body = (wire.chunk(body) if body else b"") + (b"" if code else wire.chunk(b""))
    elif "\ncontent-length:" not in text:
        is_last = True
    return Played(wire.head(lines) + body, "silent" if code == 28 else "", is_last)


def move_date(lines):
    """The head with its Date now, and by how many seconds that moved it."""
    for number, line in enumerate(lines):
        name, _, value = line.partition(": ")
        if name.lower() == "date" and (then := email.utils.parsedate_to_datetime(value)):
            lines[number] = f"{name}: {wire.date()}"
            return lines, time.time() - then.timestamp()
    return lines, 0.0


def move_expiry(body, shift):
    def moved(match):
        then = datetime.datetime.fromisoformat(match.group().decode())
        return (then + datetime.timedelta(seconds=shift)).isoformat(timespec="seconds").encode()
    return EXPIRY.sub(moved, body) if shift else body


def grown(body, per_s, seconds, pace):
    """Moves each counter of a Prometheus text that has counted at all as an engine at work does, one whose answers have
    that pace: tokens per second, and ms until the first."""
    least_s = {b"first_token": pace[1] / 1000, b"inter_token": 1 / pace[0] if pace[0] else 0.0}

    def more(match):
        name, value = match.group(1), float(match.group(2))
        bound = BOUND.search(name)
        if not value or bound and any(word in name and float(bound.group(1)) < least for word, least in least_s.items()):
            return match.group()
        if b"seconds_total" in name:
            return b"%s %.3f" % (name, value + seconds * (PREFILL_SHARE if b"prompt" in name else 1))
        return b"%s %d" % (name, value + seconds * (1 if b"seconds" in name else per_s))
    return COUNTER.sub(more, body)


class Work:
    """What an engine did for those who asked this fake's doors for a stream, and how many it serves now."""

    NAMES = {b"n_decode_total": "generated", b"generation_tokens_total": "generated", b"prompt_tokens_total": "prompt",
             b"prompt_seconds_total": "prompt_s", b"requests_processing": "running", b"num_requests_running": "running",
             b"tokens_predicted_total": "finished", b"tokens_predicted_seconds_total": "finished_s"}

    def __init__(self):
        self.generated = self.prompt = self.prompt_s = self.running = 0
        self.finished = self.finished_s = 0     # llama-server counts the tokens of an answer when it is over

    def begin(self, prompt_tokens, seconds):
        self.prompt, self.prompt_s = self.prompt + prompt_tokens, self.prompt_s + seconds

    def finish(self, tokens, seconds):
        self.finished, self.finished_s = self.finished + tokens, self.finished_s + seconds

    def added(self, body):
        def more(match):
            amount = getattr(self, self.NAMES.get(match.group(2), ""), 0)
            return b"%s:%s%s %.10g" % (*match.groups()[:3], float(match.group(4)) + amount) if amount else match.group()
        return LIVE.sub(more, body)


class Counters:
    """Those of one process: they never fall, whichever of its states is played."""

    def __init__(self):
        self.said, self.added, self.work = {}, {}, Work()

    def keep(self, body):
        def kept(match):
            name, value = match.group(1), float(match.group(2))
            added = self.added[name] = max(self.added.get(name, 0), self.said.get(name, 0) - value)
            self.said[name] = value + added
            return b"%s %.3f" % (name, value + added) if added else match.group()
        return COUNTER.sub(kept, body)

"""Completions that are streamed: what a chat client asks for and reads, and how each kind of engine writes it.

A recorded stream (`stream-PATH` in tests/recordings) is written again with as many tokens as were asked for, each when
its time has come, with the counts and times at its end that come of this.
"""
import asyncio
import datetime
import json

from models import filled
from recordings import move_date
import wire

PATH = "/v1/chat/completions"
WORDS = ("The", " model", " reads", " the", " prompt", " first", ",", " then", " it", " writes", " one", " token", " at",
         " a", " time", ".")
PROMPT = "Say in plain words what a token is, and why the first one takes longer than the others. "
BYTES_PER_TOKEN = 4     # of a prompt
FIELD, DONE = b"data: ", b"[DONE]"


def question(host, tokens):
    """The bytes of a request for that many tokens."""
    body = json.dumps({"model": "default", "stream": True, "max_tokens": tokens,
                       "messages": [{"role": "user", "content": PROMPT * 6}]}).encode()
    return wire.head([f"POST {PATH} HTTP/1.1", f"Host: {host}", "Content-Type: application/json",
                      f"Content-Length: {len(body)}", "Connection: close"]) + body


class Asked:
    """What the body of a request for a stream wants."""

    def __init__(self, body):
        self.model = body.get("model")
        self.tokens = body.get("max_tokens") or body.get("options", {}).get("num_predict") or 100
        self.prompt_tokens = 1 + len(json.dumps(body.get("messages"))) // BYTES_PER_TOKEN


def asked(request):
    """None: it wants no stream."""
    try:
        body = json.loads(request.body) if request.method == "POST" else None
    except ValueError:
        return None
    return Asked(body) if isinstance(body, dict) and body.get("stream") is True else None


class Script:
    """The events of a recorded stream: those before its first token, a token, and those that end it."""

    def __init__(self, recorded):
        head, _, body = recorded.partition(b"\r\n\r\n")
        self.head, _ = move_date(head.decode("latin-1").split("\r\n"))
        self.is_chunked = b"chunked" in head
        self.has_fields = FIELD in body
        parts = [part.removeprefix(FIELD) for part in body.split(b"\n\n" if self.has_fields else b"\n")]
        events = [json.loads(part) for part in parts if part.startswith(b"{")]
        first = next(number for number, event in enumerate(events) if content(event))
        end = next(number for number, event in enumerate(events) if is_end(event))
        self.opening = [event for event in events[:first] if "role" in delta(event)]
        self.token, self.closing = events[first], events[end:]
        self.token.pop("timings", None)

    def write(self, event, model):
        """The bytes of an event, which is said now and of that model."""
        now = datetime.datetime.now(datetime.timezone.utc)
        said = filled(event, {"model": model, "created": int(now.timestamp()), "created_at": now.isoformat()[:-6] + "Z"})
        return self.framed(json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode())

    def framed(self, line):
        line = FIELD + line + b"\n\n" if self.has_fields else line + b"\n"
        return wire.chunk(line) if self.is_chunked else line

    def end(self):
        return (self.framed(DONE) if self.has_fields else b"") + (wire.chunk(b"") if self.is_chunked else b"")


def delta(event):
    """Where its text is."""
    return event.get("message") or next((choice["delta"] for choice in event.get("choices", ())), {})


def content(event):
    return delta(event).get("content")


def is_end(event):
    return event.get("done") or any(choice["finish_reason"] for choice in event.get("choices", ()))


def figures(tokens, prompt_tokens, prefill_ms, decode_ms):
    """What engines say at the end, by the names they have for it."""
    return {
        "prompt_tokens": prompt_tokens, "completion_tokens": tokens, "total_tokens": prompt_tokens + tokens, "cached_tokens": 0,
        "cache_n": 0, "prompt_n": prompt_tokens, "prompt_ms": prefill_ms, "prompt_per_token_ms": prefill_ms / prompt_tokens,
        "prompt_per_second": 1000 * prompt_tokens / prefill_ms, "predicted_n": tokens, "predicted_ms": decode_ms,
        "predicted_per_token_ms": decode_ms / tokens, "predicted_per_second": 1000 * tokens / decode_ms,
        "prompt_eval_count": prompt_tokens, "prompt_eval_duration": int(prefill_ms * 1e6), "eval_count": tokens,
        "eval_duration": int(decode_ms * 1e6), "total_duration": int((prefill_ms + decode_ms) * 1e6),
    }


async def stream(script, wanted, writer, pace, work):
    """Writes the tokens: the first after pace's first_ms, the others at its per_s. work counts them."""
    per_s, first_ms = pace
    begun = asyncio.get_running_loop().time() + first_ms / 1000
    head = wire.head(script.head) + b"".join(script.write(event, wanted.model) for event in script.opening)
    work.running += 1
    try:
        for number in range(wanted.tokens):
            await asyncio.sleep(begun + number / per_s - asyncio.get_running_loop().time())
            if writer.is_closing():
                return
            if not number:
                work.begin(wanted.prompt_tokens, first_ms / 1000)
            work.generated += 1
            token = filled(script.token, {"content": WORDS[number % len(WORDS)]})
            writer.write((b"" if number else head) + script.write(token, wanted.model))
            await writer.drain()
    finally:
        work.running -= 1
    work.finish(wanted.tokens, wanted.tokens / per_s)
    told = figures(wanted.tokens, wanted.prompt_tokens, first_ms, 1000 * wanted.tokens / per_s)
    for event in script.closing:
        writer.write(script.write(filled(event, told), wanted.model))
    writer.write(script.end())
    await writer.drain()

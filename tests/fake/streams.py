"""Completions that are streamed: what a chat client asks for and reads, and how an engine writes it.

Both sides are here, so that the packets between them look like those of a real chat: a request that holds a prompt,
then, after a while, one event a token.
"""
import asyncio
import json

import wire

PATH = "/v1/chat/completions"
WORDS = ("The", " model", " reads", " the", " prompt", " first", ",", " then", " it", " writes", " one", " token", " at",
         " a", " time", ".")
PROMPT = "Say in plain words what a token is, and why the first one takes longer than the others. "
HEAD = ("HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Cache-Control: no-cache", "Transfer-Encoding: chunked")


def is_wanted(request):
    if request.method != "POST" or not request.path.endswith(PATH):
        return False
    try:
        asked = json.loads(request.body)
    except ValueError:
        return False
    return isinstance(asked, dict) and asked.get("stream") is True


def question(host, tokens):
    """The bytes of a request for that many tokens."""
    body = json.dumps({"model": "default", "stream": True, "max_tokens": tokens,
                       "messages": [{"role": "user", "content": PROMPT * 6}]}).encode()
    return wire.head([f"POST {PATH} HTTP/1.1", f"Host: {host}", "Content-Type: application/json",
                      f"Content-Length: {len(body)}", "Connection: close"]) + body


def event(number, content, reason=None):
    delta = {"content": content} if content else {}
    told = {"id": "chatcmpl-0", "object": "chat.completion.chunk", "created": 1790000000 + number, "model": "default",
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
    return wire.chunk(b"data: " + json.dumps(told).encode() + b"\n\n")


async def stream(request, writer, per_s, first_ms):
    """Writes max_tokens events: the first after first_ms, the others at their pace."""
    tokens = json.loads(request.body).get("max_tokens") or 100
    loop = asyncio.get_running_loop()
    begun = loop.time() + first_ms / 1000
    for number in range(tokens):
        await asyncio.sleep(begun + number / per_s - loop.time())
        if writer.is_closing():
            return
        writer.write((b"" if number else wire.head(HEAD)) + event(number, WORDS[number % len(WORDS)]))
        await writer.drain()
    writer.write(event(tokens, "", "length") + wire.chunk(b"data: [DONE]\n\n") + wire.chunk(b""))
    await writer.drain()

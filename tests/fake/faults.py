"""Servers that answer wrongly, each in its own way.

A fault takes the request, the reader and the writer, and returns whether the connection goes on. One that lasts
ends when the client goes.
"""
import asyncio
import json
import time

import wire

JSON = (("Content-Type", "application/json"),)
HALF = b'{"object":"list","data":[{"id":"half-a-mod'


async def frozen(_request, reader, _writer):
    """Not a byte."""
    await reader.read()


async def closes(_request, _reader, _writer):
    """The end, at once."""


async def trickle(_request, reader, writer):
    """Headers, then a byte of the body a second."""
    writer.write(wire.head(["HTTP/1.1 200 OK", "Content-Type: application/json", "Content-Length: 1000"]))
    while not reader.at_eof():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(1)


async def endless(_request, reader, writer):
    """A JSON array that never ends."""
    writer.write(wire.head(["HTTP/1.1 200 OK", "Content-Type: application/json", "Transfer-Encoding: chunked"]))
    writer.write(wire.chunk(b"[1"))
    while not reader.at_eof():
        writer.write(wire.chunk(b",1" * 16384))
        await writer.drain()
        await asyncio.sleep(0)      # drain() alone may never return to the loop, which sees that a TLS client has gone


async def many_headers(_request, _reader, writer):
    """Ten thousand headers before an honest body."""
    writer.write(wire.answer("200 OK", (*JSON, *((f"X-Header-{n}", "x" * 40) for n in range(10000))), b"{}"))
    return True


async def redirect(_request, _reader, writer):
    """To a login page of another host."""
    writer.write(wire.answer("302 Found", (("Location", "https://login.example.com/?next=/"),)))
    return True


async def garbage(_request, _reader, writer):
    """Bytes that are no HTTP."""
    writer.write(bytes(range(256)) * 4)


async def html(_request, _reader, writer):
    """A page where JSON was asked."""
    writer.write(wire.answer("200 OK", (("Content-Type", "text/html"),), b"<!doctype html><title>Welcome</title>\n"))
    return True


async def truncated(_request, _reader, writer):
    """A whole answer whose JSON is not whole."""
    writer.write(wire.answer("200 OK", JSON, HALF))
    return True


async def cut_off(_request, _reader, writer):
    """An answer that breaks off before its length is reached."""
    writer.write(wire.head(["HTTP/1.1 200 OK", "Content-Type: application/json", "Content-Length: 1000"]) + HALF)


async def crowded(_request, _reader, writer):
    """Far too many models, with other names each minute."""
    minute = int(time.time() // 60)
    names = [{"id": f"model-{minute}-{number}", "object": "model", "owned_by": "nobody"} for number in range(5000)]
    writer.write(wire.answer("200 OK", JSON, json.dumps({"object": "list", "data": names}).encode()))
    return True


async def rate_limited(_request, _reader, writer):
    """429: later."""
    body = b'{"error":{"message":"Rate limit reached","type":"rate_limit_error"}}'
    writer.write(wire.answer("429 Too Many Requests", (*JSON, ("Retry-After", "30")), body))
    return True


async def server_error(_request, _reader, writer):
    """500: an engine's own mishap."""
    body = b'{"error":{"message":"CUDA error: out of memory","type":"server_error","code":500}}'
    writer.write(wire.answer("500 Internal Server Error", JSON, body))
    return True


FAULTS = {function.__name__.replace("_", "-"): function for function in (
    frozen, closes, trickle, endless, many_headers, redirect, garbage, html, truncated, cut_off, crowded,
    rate_limited, server_error)}

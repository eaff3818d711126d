#!/usr/bin/python3
"""A client that reads a stream of tokens and tells what its own clock says: `reader.py URL CA BODY`.

Times are from the last byte of the request; a token is an event that holds text.
"""
import http.client
import json
import ssl
import sys
import time
import urllib.parse


def main(url, authority, body):
    door = urllib.parse.urlsplit(url)
    if door.scheme == "https":
        server = http.client.HTTPSConnection(door.netloc, timeout=120, context=ssl.create_default_context(cafile=authority))
    else:
        server = http.client.HTTPConnection(door.netloc, timeout=120)
    server.connect()
    server.request("POST", door.path, body, {"Content-Type": "application/json"})
    begun, times = time.monotonic(), []
    answer = server.getresponse()
    headers = time.monotonic() - begun
    while line := answer.readline():
        if line.startswith(b"data: {"):
            times.append(time.monotonic() - begun)
    print(json.dumps({"headers_ms": headers * 1000, "ttft_ms": times[0] * 1000, "tokens": len(times),
                      "tokens_per_s": (len(times) - 1) / (times[-1] - times[0])}))


if __name__ == "__main__":
    main(*sys.argv[1:])

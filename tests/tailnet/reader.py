#!/usr/bin/python3
"""A client that reads a stream of tokens and tells what its own clock says: `reader.py URL ADDRESS CA BODY`.

Times are from the last byte of the request; a token is an event that holds text.
"""
import http.client
import json
import socket
import ssl
import sys
import time
import urllib.parse


def main(url, address, authority, body):
    door = urllib.parse.urlsplit(url)
    server = http.client.HTTPConnection(door.netloc, timeout=120)
    server.sock = socket.create_connection((address, door.port), timeout=120)
    if door.scheme == "https":
        context = ssl.create_default_context(cafile=authority)
        server.sock = context.wrap_socket(server.sock, server_hostname=door.hostname)
    server.request("POST", door.path, body, {"Content-Type": "application/json"})
    begun, times = time.monotonic(), []
    answer = server.getresponse()
    headers = time.monotonic() - begun
    while line := answer.readline():
        if line.startswith(b"data: {"):
            times.append(time.monotonic() - begun)
    if not times:
        sys.exit(f"no token came: {answer.status} {answer.reason}")
    print(json.dumps({"headers_ms": headers * 1000, "ttft_ms": times[0] * 1000, "tokens": len(times),
                      "tokens_per_s": (len(times) - 1) / (times[-1] - times[0])}))


if __name__ == "__main__":
    main(*sys.argv[1:])

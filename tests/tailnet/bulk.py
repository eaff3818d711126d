#!/usr/bin/python3
"""Bytes to move: `bulk.py serve PORT` sends back what it gets, `bulk.py move ADDRESS PORT COUNT` moves them there and
back over one connection."""
import socket
import sys
import threading

BLOCK = bytes(65536)


def serve(port):
    with socket.create_server(("0.0.0.0", port)) as server:
        while True:
            client, _ = server.accept()
            with client:
                while data := client.recv(len(BLOCK)):
                    client.sendall(data)


def move(address, port, count):
    with socket.create_connection((address, port), timeout=60) as server:
        def send():
            for at in range(0, count, len(BLOCK)):
                server.sendall(BLOCK[:count - at])

        sender, left = threading.Thread(target=send), count
        sender.start()
        while left > 0:
            left -= len(server.recv(len(BLOCK))) or sys.exit("the other end closed")
        sender.join()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        move(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

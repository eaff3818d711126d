"""Asks a listener for its pages over one connection, as a monitor that keeps it open does."""
import socket
import subprocess
import time

from process import Measured

PORT = 19877


class Scraper:
    def __init__(self, port):
        self.wire = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.rest = b""

    def get(self, path):
        """The page's text; another status than 200 is an error."""
        self.wire.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        while b"\r\n\r\n" not in self.rest:
            self.take()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise ValueError(head.split(b"\r\n")[0].decode())
        length = int(head.lower().split(b"content-length:")[1].split()[0])
        while len(self.rest) < length:
            self.take()
        page, self.rest = self.rest[:length], self.rest[length:]
        return page

    def take(self):
        part = self.wire.recv(1 << 20)
        if not part:
            raise ConnectionError("the listener closed the connection")
        self.rest += part

    def close(self):
        self.wire.close()


# ---- what it costs

class Listener(Measured):
    """`--headless --listen`, until its first page is there."""

    def __init__(self, command, environment, port=PORT):
        self.command, self.environment, self.port = [*command, "--headless", "--listen", str(port)], environment, port

    def __enter__(self):
        self.process = subprocess.Popen(self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.scraper = self.until_it_answers()
        return self

    def until_it_answers(self):
        for _ in range(100):
            try:
                scraper = Scraper(self.port)
                scraper.get("/metrics")
                return scraper
            except (OSError, ValueError):
                time.sleep(0.1)
        raise TimeoutError("the listener does not answer")

    def __exit__(self, *_):
        self.scraper.close()
        self.process.terminate()
        self.process.wait(10)

    def renewed_ms(self):
        """How long it takes to get a page that has to be made, because the snapshot is a new one."""
        before = self.scraper.get("/metrics")
        while True:
            begun = time.monotonic()
            if self.scraper.get("/metrics") != before:
                return (time.monotonic() - begun) * 1000
            time.sleep(0.02)

    def grown_by_kb(self, count, warm):
        """How much private memory grows with so many scrapes of /metrics, after so many."""
        for _ in range(warm):
            self.scraper.get("/metrics")
        before = self.memory_mb()[1]
        for _ in range(count):
            self.scraper.get("/metrics")
        return (self.memory_mb()[1] - before) * 1024

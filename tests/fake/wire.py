"""As much HTTP/1.1 as a server needs that sends recorded bytes, and the one way a connection is taken on."""
import asyncio
import email.utils
import urllib.parse


class Request:
    def __init__(self, head):
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        self.method, self.target, _ = (first + "  ").split(" ", 2)
        fields = (line.partition(":") for line in lines)
        self.headers = {name.strip().lower(): value.strip() for name, _, value in fields}
        self.path, _, query = self.target.partition("?")
        self.body = b""
        self.query = dict(urllib.parse.parse_qsl(query))

    @property
    def host(self):
        """The name in the Host header, without its port."""
        return self.headers.get("host", "").rpartition(":")[0] or self.headers.get("host", "")

    @property
    def wants_close(self):
        return self.headers.get("connection", "").lower() == "close"


async def read_request(reader, patience_s=None):
    """The next request with its body; None where the client has gone, takes too long or speaks no HTTP."""
    try:
        request = Request(await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), patience_s))
        request.body = await reader.readexactly(int(request.headers.get("content-length", 0)))
        return request
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, OSError):
        return None


def date(when=None):
    return email.utils.formatdate(when, usegmt=True)


def answer(status, headers=(), body=b""):
    """A whole answer; a long body is chunked as Go's server does."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers), f"Date: {date()}"]
    if len(body) > 2048:
        return head(lines + ["Transfer-Encoding: chunked"]) + chunk(body) + chunk(b"")
    return head(lines + [f"Content-Length: {len(body)}"]) + body


def head(lines):
    return "".join(line + "\r\n" for line in [*lines, ""]).encode("latin-1")


def chunk(body):
    return b"%x\r\n%s\r\n" % (len(body), body)


async def take(connection, tls=None):
    """Streams for an accepted socket."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=tls)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def splice(reader, writer):
    """Copies until the end of either side."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()

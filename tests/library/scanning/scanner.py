"""A server that speaks as clamd does (clamd(8), INSTREAM), over TCP or a socket of the file system."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

#: The test file all antivirus programs agree to find (eicar.org), in two halves so that none finds this one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Handler(socketserver.BaseRequestHandler):
    """Answers one INSTREAM."""

    seen: ClassVar[list[int]] = []
    answer: ClassVar[bytes] = b""

    def handle(self) -> None:
        """Read the chunks, then say what was found."""
        assert self._read(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(self._read(4), "big"):
            content += self._read(length)
        self.seen.append(len(content))
        found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        self.request.sendall(self.answer or found)

    def _read(self, number: int) -> bytes:
        read = b""
        while len(read) < number and (heard := self.request.recv(number - len(read))):
            read += heard
        return read


class Silent(socketserver.BaseRequestHandler):
    """Takes a connection and says nothing."""

    def handle(self) -> None:
        """Wait until the other gives up."""
        self.request.settimeout(5)
        while self.request.recv(65536):
            pass


@contextmanager
def scanner(handler: Any = Handler, socket_file: Path | None = None) -> Iterator[str]:
    """Run a scanner and give its address."""
    Handler.seen.clear()
    server: Any
    if socket_file is None:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        address = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        server = socketserver.ThreadingUnixStreamServer(str(socket_file), handler)
        address = f"unix://{socket_file}"
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()


def nobody_there() -> str:
    """Return an address where nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{one.getsockname()[1]}"

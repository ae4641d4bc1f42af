"""Half a request does not hold a connection, at Prefect's server as at our page; WebSockets stay open."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import uvicorn
from websockets.sync.client import connect

from flows.prefect_api.__main__ import config_of
from flows.web.connections import Bounds

HALVES = {
    "nothing": b"",
    "half a line": b"GET /api/hea",
    "half a header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ",
    "no body": b"POST /api/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n",
    "half a body": b"POST /api/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1234",
    "half a chunk": b"POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n12",
}


async def _app(scope, receive, send) -> None:
    """Reads the whole body; echoes at a WebSocket."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def running(bounds: Bounds) -> Iterator[int]:
    """Prefect's server with another application."""
    server = uvicorn.Server(config_of(_app, 0, temporary=True, bounds=bounds))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


BRIEF = Bounds(request_seconds=0.2, unfinished=2, open=2)


@pytest.mark.parametrize("half", HALVES)
def test_half_a_request_is_cut_off(half: str) -> None:
    """By the server, as soon as its time is over."""
    with (
        running(Bounds(request_seconds=0.2)) as port,
        socket.create_connection(("127.0.0.1", port), 30) as one,
    ):
        one.sendall(HALVES[half])
        with suppress(ConnectionResetError):
            assert one.recv(100) == b""


def test_many_halves_leave_room_for_whole_requests() -> None:
    """The oldest of them give way."""
    with running(Bounds(request_seconds=60.0, unfinished=4, open=8)) as port:
        halves = [socket.create_connection(("127.0.0.1", port), 30) for _ in range(12)]
        for half in halves:
            half.sendall(b"GET / HT")
        with socket.create_connection(("127.0.0.1", port), 30) as whole:
            whole.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert whole.recv(15).startswith(b"HTTP/1.1 200")
        for half in halves:
            half.close()


def test_a_websocket_outlives_the_limits() -> None:
    """It is no request that is late, nor one of the connections that give way."""
    with running(BRIEF) as port, connect(f"ws://127.0.0.1:{port}/events") as held:
        for _ in range(4):
            with socket.create_connection(("127.0.0.1", port), 30) as half:
                half.sendall(b"GET / HT")
                with suppress(ConnectionResetError):
                    assert half.recv(100) == b""
        held.send("there")
        assert held.recv(timeout=30) == "there"

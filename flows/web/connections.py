"""Limits of time and number for connections.

uvicorn does not limit the time in which a client sends a request (slow loris).  Here:

- a request must have arrived as a whole, including its body, within ``request_seconds``;
- at most ``unfinished`` connections may have an unfinished request.  One more replaces the oldest of the
  address that has most of them.  Requests of our own page arrive within milliseconds and are never the
  oldest, even when everybody comes from the one address of a proxy;
- at most ``open`` connections are open.  One more replaces the oldest idle one, which is between two
  requests or whose client does not read the answer.

No limit depends on the address alone, because behind a proxy everybody has the same address.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of one server.

    Attributes:
        request_seconds: Seconds from a connection's first byte, or its start, to the end of its request.
            The largest body (``guard.MAX_BODY_BYTES``) then needs 13 kB/s.
        unfinished: Connections with an unfinished request.
        open: Connections in total, below the 1,024 files that a process may usually have open.
    """

    request_seconds: float = 20.0
    unfinished: int = 64
    open: int = 512


@dataclass(slots=True)
class _Held:
    """The connections of one server, oldest first, and what each waits for."""

    bounds: Bounds
    every: dict[_Bounded, None] = field(default_factory=dict)
    unfinished: dict[_Bounded, None] = field(default_factory=dict)
    idle: dict[_Bounded, None] = field(default_factory=dict)

    def make_room(self) -> None:
        """Close connections beyond the limits."""
        if len(self.unfinished) > self.bounds.unfinished:
            peers = Counter(each.peer for each in self.unfinished)
            most = max(peers, key=lambda peer: peers[peer])
            next(each for each in self.unfinished if each.peer == most).end()
        if len(self.every) > self.bounds.open:
            next(iter(self.idle or self.unfinished or self.every)).end()


class _Bounded(H11Protocol):
    """uvicorn's HTTP protocol with these limits."""

    def __init__(self, held: _Held, **given: Any) -> None:
        super().__init__(**given)
        self._held = held
        self._late: asyncio.TimerHandle | None = None
        self.peer = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Register the connection, which waits for a request."""
        super().connection_made(transport)
        self.peer = self.client[0] if self.client else ""
        self._held.every[self] = None
        self._look()
        self._held.make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remove the connection."""
        self._held.every.pop(self, None)
        self._leave_queue()
        self._held.idle.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Check whether the request is complete now."""
        self._held.idle.pop(self, None)
        super().data_received(data)
        self._look()
        self._held.make_room()

    def on_response_complete(self) -> None:
        """Check whether the next request has begun."""
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        """Mark that the client does not read, such as a player with a full buffer."""
        super().pause_writing()
        self._held.idle[self] = None

    def resume_writing(self) -> None:
        """Mark that the client reads again."""
        self._held.idle.pop(self, None)
        super().resume_writing()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Leave the limits: another protocol takes the connection over, and this one does not see its end."""
        self._held.every.pop(self, None)
        self._leave_queue()
        self._held.idle.pop(self, None)
        super().handle_websocket_upgrade(event)

    def end(self) -> None:
        """Close the connection now; a reader of its body learns that it was cut off."""
        self._held.every.pop(self, None)
        self._leave_queue()
        self._held.idle.pop(self, None)
        self.transport.abort()

    def _look(self) -> None:
        if self not in self._held.every:
            return
        if self.transport.is_closing() or not self._is_unfinished():
            self._leave_queue()
            if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
                self._held.idle[self] = None
        elif self._late is None:
            self._late = self.loop.call_later(self._held.bounds.request_seconds, self.end)
            self._held.unfinished[self] = None

    def _is_unfinished(self) -> bool:
        if self.conn.their_state is h11.IDLE:
            # Between two requests uvicorn's own limit applies (``timeout_keep_alive``).
            return self.cycle is None or bool(self.conn.trailing_data[0])
        return self.conn.their_state is h11.SEND_BODY

    def _leave_queue(self) -> None:
        self._held.unfinished.pop(self, None)
        if self._late is not None:
            self._late.cancel()
            self._late = None


def bounded(bounds: Bounds) -> Callable[..., H11Protocol]:
    """Return the protocol class of one server, for uvicorn's option ``http``.

    Args:
        bounds: Limits for all its connections together.
    """
    held = _Held(bounds)

    def make(**given: Any) -> H11Protocol:
        return _Bounded(held, **given)

    return make

"""Search terms of requests and recordings, as kinds and values in clear."""

from __future__ import annotations

from collections.abc import Iterable

from flows.desk.kinds.values import NewRecording, NewRequest


def request_terms(new: NewRequest) -> Iterable[tuple[str, str]]:
    """Return the search terms of a request."""
    yield from (("number", phone) for phone in (*new.requester.phones, *new.scope.numbers))
    yield "member", new.member_number
    for name in new.requester.names:
        yield from (("name", name.text), ("name", name.kana))


def recording_terms(new: NewRecording) -> Iterable[tuple[str, str]]:
    """Return the search terms of a recording."""
    yield from (("number", number) for number in new.numbers)
    yield "customer", new.customer_id
    yield "operator", new.operator

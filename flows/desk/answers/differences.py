"""Differences between a later disclosure and an earlier one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from flows.desk.answers.releases import Release, ReleasedCall, ReleasedFile, ReleasedRange, releases_of
from flows.desk.cases.requests import row_of
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.ways import Passage, Way
from flows.desk.storage.tables import CallRow, RequestRow


@dataclass(frozen=True, slots=True)
class CallDifference:
    """Differences for one recording.

    Attributes:
        number: Number of the call in the later answer, or in the earlier one if only that has it.
        added: Ranges that only the later answer masks.
        removed: Ranges that only the earlier answer masks.
        appeared: Whether only the later answer contains the recording.
        gone: Whether only the earlier answer contains it.
        consented: Stretches of a third person's voice that only the later answer gives with consent.
        withdrawn: Those that only the earlier answer gave.
    """

    number: int
    added: tuple[ReleasedRange, ...] = ()
    removed: tuple[ReleasedRange, ...] = ()
    appeared: bool = False
    gone: bool = False
    consented: tuple[tuple[float, float], ...] = ()
    withdrawn: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class GivenWay:
    """Way in which an answer disclosed its calls, with its passages and the numbers of their calls."""

    way: Way
    passages: tuple[tuple[int, Passage], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Differences between two answers.

    Attributes:
        earlier: Public number and turn of the earlier answer.
        later: Public number and turn of the later answer.
        calls: The calls with differences.
        files: Names of the files that are new, missing or changed.
        ways: Ways of the earlier and the later answer, where they differ.
    """

    earlier: tuple[str, int]
    later: tuple[str, int]
    calls: tuple[CallDifference, ...]
    files: tuple[str, ...]
    ways: tuple[GivenWay, GivenWay] | None = None


def difference_to_earlier(desk: Desk, request: str, answer: Release) -> Difference | None:
    """Compare an answer with the one before it.

    Args:
        desk: The desk.
        request: Id or public number.
        answer: One of the request's answers.

    Returns:
        The difference to the request's previous answer, else to the last earlier answer to another
        request for one of the same recordings; ``None`` when there is no earlier answer.
    """
    recordings = frozenset(call.recording_id for call in answer.calls if not call.withheld)
    with desk.read() as session:
        own = row_of(session, request)
        before = [each for each in releases_of(session, desk.keyring, own.id) if each.turn < answer.turn]
        if before:
            return compare(NumberedAnswer(own.number, before[-1]), NumberedAnswer(own.number, answer))
        others = session.scalars(
            select(RequestRow)
            .join(CallRow, CallRow.request_id == RequestRow.id)
            .where(CallRow.recording_id.in_(recordings), RequestRow.id != own.id)
            .distinct()
        ).all()
        found = [
            NumberedAnswer(row.number, each)
            for row in others
            for each in releases_of(session, desk.keyring, row.id)
            if each.released_at < answer.released_at and _shares(each, recordings)
        ]
    if not found:
        return None
    return compare(max(found, key=lambda each: each.answer.released_at), NumberedAnswer(own.number, answer))


def _shares(answer: Release, recordings: frozenset[str]) -> bool:
    return any(call.recording_id in recordings and not call.withheld for call in answer.calls)


@dataclass(frozen=True, slots=True)
class NumberedAnswer:
    """An answer with the public number of its request."""

    request: str
    answer: Release


def compare(earlier: NumberedAnswer, later: NumberedAnswer) -> Difference:
    """Compare two answers recording by recording."""
    before = {call.recording_id: call for call in earlier.answer.calls}
    after = {call.recording_id: call for call in later.answer.calls}
    changed = [
        difference
        for recording in sorted(before.keys() | after.keys())
        if (difference := _of_call(before.get(recording), after.get(recording))) is not None
    ]
    names = {recording: call.number for recording, call in after.items()}
    renamed = {call.number: names.get(recording, 0) for recording, call in before.items()}
    old, new = _by_role(earlier.answer.files, renamed), _by_role(later.answer.files, None)
    roles = {role for role in old.keys() | new.keys() if old.get(role) != new.get(role)}
    return Difference(
        (earlier.request, earlier.answer.turn),
        (later.request, later.answer.turn),
        tuple(sorted(changed, key=lambda call: call.number)),
        tuple(sorted(_shown(role) for role in roles)),
        _ways(earlier.answer, later.answer),
    )


def way_of(answer: Release) -> GivenWay:
    """Return how an answer disclosed its calls."""
    numbers = {call.call_id: call.number for call in answer.calls}
    passages = ((numbers.get(each.call_id, 0), each) for each in answer.manner.passages)
    return GivenWay(answer.manner.way, tuple(passages))


def _ways(earlier: Release, later: Release) -> tuple[GivenWay, GivenWay] | None:
    before, after = way_of(earlier), way_of(later)
    same = before.way is after.way and _times(before) == _times(after)
    return None if same else (before, after)


def _times(given: GivenWay) -> list[tuple[int, float, float]]:
    """Return passages without the ids of their calls, which two requests for one recording do not share."""
    return [(number, each.start, each.end) for number, each in given.passages]


def _of_call(before: ReleasedCall | None, after: ReleasedCall | None) -> CallDifference | None:
    old = before is not None and not before.withheld
    new = after is not None and not after.withheld
    number = (after or before).number  # type: ignore[union-attr]  # one of the two is there
    if old != new:
        return CallDifference(number, appeared=new, gone=old)
    if not old or before is None or after is None:
        return None
    then, now = set(before.masked), set(after.masked)
    kept, keeps = set(before.consented), set(after.consented)
    if (then, kept) == (now, keeps):
        return None
    return CallDifference(
        number,
        tuple(sorted(now - then)),
        tuple(sorted(then - now)),
        consented=tuple(sorted(keeps - kept)),
        withdrawn=tuple(sorted(kept - keeps)),
    )


def _by_role(files: tuple[ReleasedFile, ...], numbers: dict[int, int] | None) -> dict[tuple[int, str], str]:
    """Return file hashes by call number and kind of file, without letters, which always differ."""
    return {
        (call if numbers is None else numbers.get(call, 0), _plain(file.name)): file.sha256
        for file in files
        if (call := file.call)
    }


def _plain(name: str) -> str:
    """Return a file's name without its call's number."""
    return name.partition("_")[2]


def _shown(role: tuple[int, str]) -> str:
    return f"通話{role[0]}_{role[1]}" if role[0] else role[1]

"""Redacted vCons of a released answer: the masked sound and the masked words, and nothing that leads further.

Written to draft-ietf-vcon-vcon-core-04 (7 September 2026).  Made from the files of the package alone, so that
a vCon can hold nothing that was not released.  ``redacted_from`` has neither ``uuid`` nor ``url`` nor
``content_hash``, which the draft reads as: the less redacted version is not available.  Parties have their
role and no name, number or id; the vCon's own id is made by chance.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from flows.desk.answers.releases import Release, ReleasedCall, answer_of, releases
from flows.desk.cases.catalogue import get_recording
from flows.desk.cases.requests import get
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ImpossibleStepError
from flows.desk.kinds.values import Actor
from flows.desk.kinds.ways import Way
from flows.intake.systems.vcon import AGENT, CC, CUSTOMER
from flows.new_files import write_new
from flows.releasing.fetch import fetch_folder, package_name
from flows.releasing.names import audio_names, passage_audio_names, passage_text_names, transcript_names
from flows.version import VERSION

OPERATOR, REQUESTER = 0, 1
"""Positions of the parties, which are also the channels of a copy with two of them."""

REDACTION = "personal data of other people and confidential terms"

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a call that an answer discloses.

    Attributes:
        start: Time at which it begins.
        sound: Path of its sound; ``None`` when the answer gives the words only.
    """

    start: datetime
    sound: Path | None = field(repr=False)


def write_vcons(
    desk: Desk, actor: Actor, request: str, out: Path, turn: int | None = None
) -> tuple[Path, ...]:
    """Write a redacted vCon of each call that an answer discloses; the audit log records it.

    Args:
        desk: The desk.
        actor: An approver or administrator where the package is encrypted.
        request: Id or public number.
        out: The folder, which is made where it is not there.
        turn: Number of the answer; by default the last.

    Returns:
        Paths of the vCons, in the order of the calls.

    Raises:
        NotAllowedError: when the role does not allow it.
        NotFoundError: when there is no such answer, or it is erased.
        ImpossibleStepError: when the answer gives no file of a call.
        OutputFolderError: when one is there already, or cannot be written; nothing is left then.
    """
    asked = get(desk, request)
    answer = answer_of(releases(desk, request), turn)
    open_calls = [call for call in answer.calls if not call.withheld]
    if answer.manner.way is Way.IN_PERSON or not open_calls:
        msg = f"{asked.number}: この回答では、通話の音声も文字も渡していません。vCon は作れません"
        raise ImpossibleStepError(msg)
    name = package_name(asked.number, answer)
    with desk.store.private_folder() as private:
        folder = fetch_folder(desk, actor, request, private, answer.turn)
        made: dict[str, bytes | Path] = {
            f"{name}_通話{call.number}.vcon.json": _vcon(desk, answer, call, folder) for call in open_calls
        }
    written = write_new(out, made, make=True)
    with desk.change(actor) as change:
        subject = change.file(asked.request_id, None, answer.package_sha256)
        change.record("release.vcon", subject, {"turn": answer.turn, "calls": len(made)})
    return written


def _vcon(desk: Desk, answer: Release, call: ReleasedCall, folder: Path) -> bytes:
    started_at = get_recording(desk, call.recording_id).content.started_at
    pieces = _pieces(answer, call, started_at, folder)
    document: Json = {
        "uuid": str(_new_uuid()),
        "extensions": [CC],
        "created_at": _instant(desk.clock()),
        "redacted_from": {"type": REDACTION},
        "parties": [{"role": AGENT}, {"role": CUSTOMER}],
        "dialog": [_dialog(piece) for piece in pieces],
        "analysis": list(_transcripts(answer, call, folder, len(pieces))),
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _pieces(answer: Release, call: ReleasedCall, started_at: datetime, folder: Path) -> Sequence[_Piece]:
    passages = answer.manner.of_call(call.call_id)
    if answer.manner.way is not Way.PASSAGES:
        return [_Piece(started_at, _there(folder / audio_names(call.number)[0]))]
    return [
        _Piece(
            started_at + timedelta(seconds=each.start),
            _there(folder / passage_audio_names(call.number, place)[0]),
        )
        for place, each in enumerate(passages, start=1)
    ]


def _there(path: Path) -> Path | None:
    return path if path.exists() else None


def _dialog(piece: _Piece) -> Json:
    known: Json = {"type": "recording", "start": _instant(piece.start), "parties": [OPERATOR, REQUESTER]}
    if piece.sound is None:
        # The draft lets the content of a redacted vCon be absent.
        return known
    from pipeline.audio.wav import open_wav

    # It takes only what ``write_wav`` wrote: the samples, and not a byte beside them.
    sound = open_wav(piece.sound)
    return known | {
        "duration": round(sound.duration, 3),
        "mediatype": "audio/x-wav",
        "filename": piece.sound.name,
        "encoding": "base64url",
        "body": base64.urlsafe_b64encode(piece.sound.read_bytes()).decode().rstrip("="),
    }


def _transcripts(answer: Release, call: ReleasedCall, folder: Path, pieces: int) -> Iterator[Json]:
    names = passage_text_names if answer.manner.way is Way.PASSAGES else transcript_names
    text = _there(folder / names(call.number)[0])
    if text is not None:
        yield {
            "type": "transcript",
            "dialog": list(range(pieces)),
            "vendor": "kaiji",
            "product": f"kaiji {VERSION}",
            "mediatype": "text/plain",
            "filename": text.name,
            "encoding": "none",
            "body": text.read_text(encoding="utf-8"),
        }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _new_uuid() -> UUID:
    """Return a UUID of version 8, as the draft wants it: the time, then chance in place of a host's name."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x8 << 76 | 0x2 << 62)

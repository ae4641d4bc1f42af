"""Read the recordings of a vCon, the IETF's container of a conversation.

Written to draft-ietf-vcon-vcon-core-04 of 7 September 2026 and its JSON schema
(https://datatracker.ietf.org/doc/draft-ietf-vcon-vcon-core/); earlier drafts' name of the media type is read
too.  The role of a party is the contact center extension's (draft-ietf-vcon-cc-extension, ``CC``).

Only recordings inside the file are read; links are never followed.  Other people's statements about the
conversation (``analysis``), attachments and texts are ignored, and so are the parties' names.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from flows.files.case_file import read_json
from flows.intake.faults import Fault, IntakeError
from flows.intake.fields import Refused, instant_of, number_of
from flows.intake.systems.values import EARLIEST
from flows.intake.tabular import FileError
from pipeline.errors import CaseFileError

AGENT, CUSTOMER = "agent", "customer"
"""Roles of parties, of the contact center extension."""

CC = "CC"
"""Name of the contact center extension."""

UNDERSTOOD = frozenset({CC})
"""Extensions that a vCon may demand."""

VERSIONS = frozenset({"0.0.1", "0.0.2", "0.0.3", "0.2.0", "0.3.0", "0.4.0", "0.5.0"})
"""Values of the parameter ``vcon`` in the drafts; the present one does without it."""

SUFFIXES = {
    **dict.fromkeys(("audio/x-wav", "audio/wav", "audio/vnd.wave"), ".wav"),
    **dict.fromkeys(("audio/x-mp3", "audio/mpeg", "audio/mp3"), ".mp3"),
    **dict.fromkeys(("audio/x-mp4", "audio/mp4"), ".m4a"),
    "audio/ogg": ".ogg",
}
"""Suffix of a recording by its media type: a file name in the vCon is not used for anything."""

TYPES = frozenset({"recording", "text", "transfer", "incomplete", "recording-set"})
BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}")
MAX_PARTS = 1_000
"""Parties, or pieces of dialog."""

DIGEST_CHARS = 16


@dataclass(frozen=True, slots=True)
class VconRecording:
    """A recording of a vCon.

    Attributes:
        place: Its position in ``dialog``, from 1.
        source_id: The vCon's own id, the position, and a hash of the sound.
        started_at: Start, with zone.
        seconds: Length stated in the vCon; ``None`` where it is missing.
        suffix: Suffix for a file of it.
        sound: The file's bytes.
        numbers: Phone numbers of its parties.
        roles: Roles of the parties on each channel.
    """

    place: int
    source_id: str = field(repr=False)
    started_at: datetime
    seconds: float | None
    suffix: str
    sound: bytes = field(repr=False)
    numbers: tuple[str, ...] = field(repr=False)
    roles: tuple[frozenset[str], ...]

    def fault(self, reason: str) -> Fault:
        """Return a mistake of it."""
        return Fault(self.place, "dialog", reason, "件目")

    @property
    def operator_channel(self) -> int | None:
        """The only channel on which an agent speaks; ``None`` where the roles do not show it."""
        agents = [channel for channel, roles in enumerate(self.roles) if AGENT in roles]
        return agents[0] if len(agents) == 1 else None


def read_vcon(path: Path, now: datetime) -> tuple[VconRecording, ...]:
    """Read the recordings of a vCon in its unsigned form.

    Args:
        path: The file.
        now: The present time, with zone; a later recording is an error.

    Raises:
        FileError: when it cannot be read, or is no vCon that can be used.
        IntakeError: with every mistake of its dialog.
    """
    try:
        document = read_json(path, "vCon")
    except CaseFileError as error:
        # The other form of the message shows keys, which may be names.
        raise FileError(error.kept) from None
    whole = _checked(document)
    parties = _parties(whole)
    dialog = _list(whole, "dialog")
    found, faults = [], []
    for place, piece in enumerate(dialog, start=1):
        try:
            if _kind(piece) == "recording":
                found.append(_recording(place, piece, parties, str(whole["uuid"])))
        except Refused as refused:
            faults.append(Fault(place, "dialog", str(refused), "件目"))
    untimely = (each for each in found if not EARLIEST < each.started_at < now)
    faults += (each.fault("start が1990年より前か、未来の日時です") for each in untimely)
    if faults:
        raise IntakeError(faults)
    if not found:
        raise FileError("vCon に録音が1つもありません")
    return tuple(found)


def _checked(document: object) -> Mapping[str, object]:
    if not isinstance(document, dict):
        raise FileError("vCon ではありません(オブジェクトではありません)")
    if {"payload", "signatures", "ciphertext", "recipients"} & document.keys():
        raise FileError("署名か暗号のある vCon は読めません(署名を確かめ、復号したものを渡してください)")
    version, uuid = document.get("vcon"), document.get("uuid")
    if version is not None and (not isinstance(version, str) or version not in VERSIONS):
        raise FileError("vCon: vcon: 知らない版です")
    try:
        UUID(uuid if isinstance(uuid, str) and len(uuid) == 36 else "")
    except ValueError:
        raise FileError("vCon: uuid: UUID ではありません") from None
    if instant_of(document.get("created_at")) is None:
        raise FileError("vCon: created_at: 日時の形ではありません")
    demanded = [*_list(document, "critical"), *_list(document, "must_support")]
    if not all(isinstance(each, str) and each in UNDERSTOOD for each in demanded):
        raise FileError("vCon: critical: 知らない拡張が要る vCon は読めません")
    return document


def _list(document: Mapping[str, object], key: str) -> Sequence[object]:
    value = document.get(key, [])
    if not isinstance(value, list):
        raise FileError(f"vCon: {key}: 配列ではありません")
    if len(value) > MAX_PARTS:
        raise FileError(f"vCon: {key}: 数が多すぎます")
    return value


@dataclass(frozen=True, slots=True)
class _Party:
    role: str
    number: str | None = field(repr=False)


def _parties(document: Mapping[str, object]) -> tuple[_Party, ...]:
    found = []
    for each in _list(document, "parties"):
        if not isinstance(each, dict):
            raise FileError("vCon: parties: オブジェクトではありません")
        tel, role = each.get("tel"), each.get("role")
        if not isinstance(tel, str | None) or not isinstance(role, str | None):
            raise FileError("vCon: parties: tel か role が文字列ではありません")
        number = None if tel is None else number_of(tel.removeprefix("tel:"))
        found.append(_Party(role or "", number))
    return tuple(found)


def _kind(piece: object) -> str:
    if not isinstance(piece, dict):
        raise Refused("オブジェクトではありません")
    kind = piece.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise Refused("type が recording、text、transfer、incomplete、recording-set のどれでもありません")
    return kind


def _recording(place: int, piece: object, parties: Sequence[_Party], uuid: str) -> VconRecording:
    if not isinstance(piece, dict):
        raise Refused("オブジェクトではありません")
    if piece.get("url") is not None:
        raise Refused("録音がリンクです(取りに行きません。録音を中に持つ vCon を渡してください)")
    kind = piece.get("mediatype", piece.get("mimetype"))
    if not isinstance(kind, str) or kind.partition(";")[0].strip().lower() not in SUFFIXES:
        raise Refused("mediatype が扱える音声(wav、mp3、mp4、ogg)ではありません")
    started_at = instant_of(piece.get("start"))
    if started_at is None:
        raise Refused("start が日時の形ではありません(時差が要ります)")
    sound = _sound(piece)
    channels = [_indices(each, len(parties)) for each in _channels(piece.get("parties", []))]
    speaking = [parties[at] for channel in channels for at in channel]
    return VconRecording(
        place=place,
        source_id=f"vcon-{UUID(uuid)}-{place}-{hashlib.sha256(sound).hexdigest()[:DIGEST_CHARS]}",
        started_at=started_at,
        seconds=_seconds(piece.get("duration")),
        suffix=SUFFIXES[kind.partition(";")[0].strip().lower()],
        sound=sound,
        numbers=tuple(dict.fromkeys(each.number for each in speaking if each.number is not None)),
        roles=tuple(frozenset(parties[at].role for at in channel) for channel in channels),
    )


def _sound(piece: Mapping[str, object]) -> bytes:
    body, encoding = piece.get("body"), piece.get("encoding")
    if not isinstance(body, str) or not body:
        raise Refused("body に録音がありません")
    if encoding != "base64url" or not BASE64URL.fullmatch(body):
        raise Refused("body が base64url ではありません")
    plain = body.rstrip("=")
    try:
        return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        raise Refused("body が base64url ではありません") from None


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**6:
        raise Refused("duration が秒ではありません")
    return float(value)


def _channels(value: object) -> Sequence[object]:
    """Return the parties on each channel: one number or list is one channel with all of them."""
    return value if isinstance(value, list) else [value]


def _indices(value: object, parties: int) -> tuple[int, ...]:
    """Return the parties on one channel, by their positions; ``null`` is an empty channel."""
    found: list[int] = []
    for each in value if isinstance(value, list) else [value]:
        if each is None:
            continue
        if isinstance(each, bool) or not isinstance(each, int) or not 0 <= each < parties:
            raise Refused("parties が、いない人を指しています")
        found.append(each)
    return tuple(found)

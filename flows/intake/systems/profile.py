"""Profiles: the places of a recording's values in a telephone system's export."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from flows.desk.kinds.errors import DeskError
from flows.files.case_fields import Strict
from flows.files.case_file import UNKNOWN_KEY
from flows.intake.fields import Refused, reasons_of
from pipeline.file_bytes import read_file

FOLDER = Path(__file__).parent

Word = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]
Paths = tuple[Word, ...]


class ProfileError(DeskError):
    """There is no such profile, or a company's own is malformed."""

    code = "profile"


class Fields(Strict):
    """Places of the values in a record.

    A path leads through objects and lists, such as ``Recordings.0.Location``; in a CSV it is a heading.

    Attributes:
        call_id: The system's id of the call; the first that is filled.
        started_at: Start of the call; several are joined, such as a date and a time.
        numbers: Phone numbers of both ends; all that are filled.
        customer_id: The company's id of the customer; the first that is filled.
        operator: The operator; the first that is filled.
        location: Place of the recording; only its last parts are searched, of the first place that is filled.
    """

    call_id: Paths = ()
    started_at: Paths = Field(min_length=1)
    numbers: Paths = ()
    customer_id: Paths = ()
    operator: Paths = ()
    location: Paths = ()


class Profile(Strict):
    """Format of one telephone system's export of its recordings.

    Attributes:
        title: Its name, for people.
        sources: Addresses of the maker's descriptions of the format.
        files: Pattern of the names of lists in a folder.
        format: ``json``, with one object or list or several one after another; or ``csv``.
        zone: Time zone of times without one.
        time_format: Format of the time, for ``strptime``; by default ISO 8601.
        operator_channel: Channel on which the operator speaks; without it an import needs it as an argument.
        channels: Numbers of channels that a recording may have.
        sound: Search for a recording below the folder of the list: ``named`` by ``location``, ``beside`` the
            list under its name, or ``by-id``: every file with the call's id in its name.
        beside: End of the list's name that is missing in the recording's.
        newest: Path of the time by which the newest of several records of a call is chosen; without it an id
            may occur once.
        only: Values that a record must have at a path; others are passed over.
        fields: Places of the values.
    """

    title: Word
    sources: Paths = Field(min_length=1)
    files: Word = "*"
    format: Literal["json", "csv"]
    zone: Literal["UTC", "Asia/Tokyo"] = "Asia/Tokyo"
    time_format: Word | None = None
    operator_channel: Literal[0, 1] | None = None
    channels: tuple[Literal[1, 2], ...] = Field(default=(1, 2), min_length=1)
    sound: Literal["named", "beside", "by-id"]
    beside: str = ""
    newest: Word | None = None
    only: dict[Word, Paths] = Field(default_factory=dict)
    fields: Fields

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.sound == "named" and not self.fields.location:
            raise Refused("fields.location がありません(sound が named のとき要ります)")
        if self.sound != "beside" and not self.fields.call_id:
            raise Refused("fields.call_id がありません(sound が beside でないとき要ります)")
        return self

    @property
    def needs(self) -> str:
        """What an import needs, for people who are about to begin one."""
        sound = {
            "named": "一覧と同じフォルダの下に、一覧が書く名の録音",
            "beside": "一覧の隣に、同じ名の録音",
            "by-id": "一覧と同じフォルダの下に、名に通話のIDのある録音",
        }[self.sound]
        told = (
            ""
            if self.operator_channel is not None or self.channels == (1,)
            else ("。2チャンネルの録音では、1件を聴いて、担当者のチャンネルを --operator-channel で")
        )
        return f"一覧 {self.files}、{sound}{told}"


def names_of_profiles() -> tuple[str, ...]:
    """Return the names of the profiles that kaiji brings."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def profile_of(name: str) -> Profile:
    """Return a profile.

    Args:
        name: One of ``names_of_profiles``, or the path of a company's own ``.toml``.

    Raises:
        ProfileError: when there is no such profile, or it is malformed; the message names the key, not the
            value.
    """
    known = names_of_profiles()
    if name not in known and not name.endswith(".toml"):
        msg = f"プロファイルは {'、'.join(known)} のどれか、または自社の .toml です"
        raise ProfileError(msg)
    path = FOLDER / f"{name}.toml" if name in known else Path(name)
    try:
        document = tomllib.loads(read_file(path).decode("utf-8"))
        return Profile.model_validate(document)
    except OSError as error:
        msg = f"プロファイルを読めません({type(error).__name__})"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        msg = "プロファイルを TOML として読めません"
    except ValidationError as error:
        loc, reason = next(reasons_of(error))
        place = ".".join(str(part) for part in loc if part in _KEYS) or UNKNOWN_KEY
        msg = f"プロファイル: {place}: {reason}" if loc else f"プロファイル: {reason}"
    raise ProfileError(msg)


_KEYS = frozenset(Profile.model_fields) | frozenset(Fields.model_fields)

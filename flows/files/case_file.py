"""Read ``CASE.json``, as people write it, into a ``CallCase``.

Strict: an unknown key, a repeated key or a malformed value is an error that names the key and
never shows the value.  A case that is read only in part would keep or mask the wrong person.
"""

from __future__ import annotations

import contextlib
import functools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    create_model,
)

from flows.files.case_fields import BirthDate, Code, Email, Kana, Phone, PlateText, Strict, Text
from pipeline.call_case import CallCase, CaseName, MaskAction, Party, Requester
from pipeline.errors import CaseFileError
from pipeline.file_bytes import open_file
from pipeline.kinds import FURTHER_KINDS

__all__ = ["REASONS", "UNKNOWN_KEY", "case_lookup", "parse_case", "read_json", "read_json_series"]

REASONS = {
    "extra_forbidden": "知らないキーです",
    "missing": "ありません",
    "string_type": "文字列ではありません",
    "string_too_short": "空です",
    "string_too_long": "長すぎます",
    "too_long": "数が多すぎます",
    "list_type": "配列ではありません",
    "tuple_type": "配列ではありません",
    "model_type": "オブジェクトではありません",
    "model_attributes_type": "オブジェクトではありません",
    "bool_type": "true か false のどちらかです",
    "enum": "keep か mask のどちらかです",
}
"""pydantic's own messages can repeat the value, so only its error types are used."""

MALFORMED = "値の形が正しくありません"

UNKNOWN_KEY = "(知らないキー)"
"""Shown instead of an unknown key, which may be a person's name."""

MAX_KEY_CHARS = 40
"""Characters of a key that are shown; our own keys have at most 18."""


MAX_REQUESTER_VALUES, MAX_STAFF, MAX_COMPANY_VALUES, MAX_TERMS = 50, 1_000, 200, 500
"""Names, phones and addresses of a requester (each); members of staff; names, phones and products of the
company (each); confidential terms.  More than any real case has: all of it together costs five CPU seconds in
a call of 45 s (``tests/bench/large_inputs.py``)."""

MAX_TOTAL_CHARS = 50_000
"""Characters of all values of a case together: a thousand people by name and reading have twenty thousand."""

MAX_FILE_BYTES = 100_000_000
"""Bytes of any file that is read as a whole: enough for a ``.jsonl`` of a hundred thousand cases, or for
the words of a call of four hours.  A single case is bounded by the limits above."""


class _Name(Strict):
    text: Text = Field(repr=False)
    kana: Kana = Field(default="", repr=False)

    def value(self) -> CaseName:
        return CaseName(self.text, self.kana)


class _Member(_Name):
    """Somebody who works for the company, and whether they spoke in this call."""

    on_call: bool = Field(default=False, strict=True)


def _as_name(value: object) -> object:
    """Take a bare text as a name without reading."""
    return {"text": value} if isinstance(value, str) else value


Term = Annotated[_Name, BeforeValidator(_as_name)]


class _Requester(Strict):
    names: tuple[_Name, ...] = Field(default=(), max_length=MAX_REQUESTER_VALUES)
    phones: tuple[Phone, ...] = Field(default=(), repr=False, max_length=MAX_REQUESTER_VALUES)
    addresses: tuple[_Name, ...] = Field(default=(), max_length=MAX_REQUESTER_VALUES)
    birth_date: BirthDate = Field(default="", repr=False)
    emails: tuple[Email, ...] = Field(default=(), repr=False, max_length=MAX_REQUESTER_VALUES)
    customer_numbers: tuple[Code, ...] = Field(default=(), repr=False, max_length=MAX_REQUESTER_VALUES)
    plates: tuple[PlateText, ...] = Field(default=(), repr=False, max_length=MAX_REQUESTER_VALUES)
    workplaces: tuple[Term, ...] = Field(default=(), max_length=MAX_REQUESTER_VALUES)

    def value(self) -> Requester:
        return Requester(
            tuple(name.value() for name in self.names),
            self.phones,
            tuple(address.value() for address in self.addresses),
            self.birth_date,
            self.emails,
            self.customer_numbers,
            self.plates,
            tuple(place.value() for place in self.workplaces),
        )


class _Company(Strict):
    names: tuple[Term, ...] = Field(default=(), max_length=MAX_COMPANY_VALUES)
    phones: tuple[Phone, ...] = Field(default=(), repr=False, max_length=MAX_COMPANY_VALUES)
    products: tuple[Term, ...] = Field(default=(), max_length=MAX_COMPANY_VALUES)


_Kinds = create_model(
    "_Kinds",
    __base__=Strict,
    **{kind: (MaskAction, Field(default=MaskAction.MASK)) for kind in FURTHER_KINDS},  # type: ignore[call-overload]  # the table of kinds
)
"""Action for each kind; names, addresses, telephone numbers, mail and secrets are always masked."""


class _Policy(Strict):
    staff: MaskAction = MaskAction.KEEP
    company: MaskAction = MaskAction.KEEP
    requester: MaskAction = MaskAction.KEEP
    unknown: MaskAction = MaskAction.MASK
    kinds: _Kinds = _Kinds()


class _Case(Strict):
    case_id: Text
    requester: _Requester = _Requester()
    staff: tuple[_Member, ...] = Field(default=(), max_length=MAX_STAFF)
    company: _Company = _Company()
    confidential_terms: tuple[Term, ...] = Field(default=(), max_length=MAX_TERMS)
    policy: _Policy = _Policy()


def parse_case(document: object, where: str) -> CallCase:
    """Check a parsed case and turn it into values.

    Args:
        document: The parsed JSON.
        where: Name of the document in error messages, such as a kind of file or a line; no personal data.

    Returns:
        The case: phones as digits, readings in full-width katakana.

    Raises:
        CaseFileError: names the first offending key, e.g. ``requester.names[0].kana``.
    """
    try:
        case = _Case.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        reason = REASONS.get(first["type"], MALFORMED)
        loc = first["loc"]
        known = (*loc[:-1], UNKNOWN_KEY) if first["type"] == "extra_forbidden" else loc
        raise _of_key(where, _key_path(loc) or "case", reason, _key_path(known) or "case") from None
    if _chars(case) > MAX_TOTAL_CHARS:
        msg = f"{where}: 文字が全部で多すぎます (上限 {MAX_TOTAL_CHARS:,} 字)"
        raise CaseFileError(msg)
    return CallCase(
        case_id=case.case_id,
        requester=case.requester.value(),
        staff=tuple(name.value() for name in case.staff),
        on_call=tuple(name.value() for name in case.staff if name.on_call),
        company_names=tuple(name.value() for name in case.company.names),
        company_phones=case.company.phones,
        confidential_terms=tuple(term.value() for term in case.confidential_terms),
        actions=(
            (Party.REQUESTER, case.policy.requester),
            (Party.STAFF, case.policy.staff),
            (Party.COMPANY, case.policy.company),
            (Party.UNKNOWN, case.policy.unknown),
        ),
        products=tuple(product.value() for product in case.company.products),
        kinds=tuple(
            (kind, getattr(case.policy.kinds, kind)) for kind in sorted(case.policy.kinds.model_fields_set)
        ),
    )


def _chars(case: _Case) -> int:
    """Return the total number of characters of all values that are searched for."""
    lists = (
        case.requester.names,
        case.requester.addresses,
        case.requester.workplaces,
        case.staff,
        case.company.names,
        case.company.products,
        case.confidential_terms,
    )
    return sum(len(name.text) + len(name.kana) for names in lists for name in names)


def _key_path(loc: tuple[int | str, ...]) -> str:
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{shown(part)}"
    return path.removeprefix(".")


def shown(key: str) -> str:
    """Return a key of a file as one short line that a terminal may show.

    Args:
        key: Key as written in the file.
    """
    printable = "".join(letter if letter.isprintable() else "?" for letter in key[:MAX_KEY_CHARS])
    return printable + ("…" if len(key) > MAX_KEY_CHARS else "")


def _of_key(where: str, key: str, reason: str, kept: str) -> CaseFileError:
    """Return an error that shows a key on the terminal, but only a known key in stored messages."""
    return CaseFileError(f"{where}: {key}: {reason}", f"{where}: {kept}: {reason}")


def case_lookup(path: Path) -> Callable[[Path], CallCase]:
    """Return a function that finds a call's case in one file, a folder, or a ``.jsonl``.

    Args:
        path: ``CASE.json`` for every call; a folder of ``<stem>.case.json``; or a ``.jsonl`` with
            a ``"call"`` key (the call's file name) in each line.

    Returns:
        A function from a call's path to its case.  It raises ``CaseFileError`` when there is no case, or
        when the case's own file in a folder is malformed.

    Raises:
        CaseFileError: when the path is missing, or the single file is malformed.
    """
    if path.is_dir():
        return lambda call: parse_case(read_json(path / f"{call.stem}.case.json", "case"), "case")
    if path.suffix.lower() == ".jsonl":
        return functools.partial(_of_line, _read_lines(path))
    case = parse_case(read_json(path, "case"), "case")
    return lambda _: case


def _of_line(cases: Mapping[str, CallCase], call: Path) -> CallCase:
    if call.name not in cases:
        msg = "case: この通話のファイル名を call に持つ行がありません"
        raise CaseFileError(msg)
    return cases[call.name]


def _read_lines(path: Path) -> Mapping[str, CallCase]:
    cases: dict[str, CallCase] = {}
    for number, line in enumerate(_read_text(path, "case").splitlines(), start=1):
        if not line.strip():
            continue
        where = f"case line {number}"
        document = _parse_json(line, where)
        call = document.pop("call", None) if isinstance(document, dict) else None
        if not isinstance(call, str) or not call:
            msg = f"{where}: call: 文字列ではありません"
            raise CaseFileError(msg)
        if call in cases:
            msg = f"{where}: call: 同じ通話の行が前にあります"
            raise CaseFileError(msg)
        cases[call] = parse_case(document, where)
    return cases


def read_json(path: Path, where: str) -> object:
    """Read a JSON file, refusing repeated keys.

    Args:
        path: The file.
        where: Name of the file in error messages.

    Returns:
        The parsed document.

    Raises:
        CaseFileError: when it cannot be read or is not JSON; the message quotes none of it.
    """
    return _parse_json(_read_text(path, where), where)


def _read_text(path: Path, where: str) -> str:
    try:
        with open_file(path) as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        msg = f"{where}: ファイルを読めません({type(error).__name__})"
        raise CaseFileError(msg) from None
    return _text_of(content, where)


def json_of(content: bytes, where: str) -> object:
    """Parse the bytes of a JSON file as ``read_json``."""
    return _parse_json(_text_of(content, where), where)


def _parse_json(text: str, where: str) -> object:
    with _told(where):
        document: object = json.loads(text, object_pairs_hook=_once(where))
    return document


def _text_of(content: bytes, where: str) -> str:
    if len(content) > MAX_FILE_BYTES:
        msg = f"{where}: ファイルが大きすぎます (上限 {MAX_FILE_BYTES:,} バイト)"
        raise CaseFileError(msg)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        msg = f"{where}: UTF-8 の文字ファイルではありません"
        raise CaseFileError(msg) from None


def read_json_series(path: Path, where: str) -> tuple[object, ...]:
    """Read JSON values that follow one another, with or without white space between them.

    Returns:
        The parsed values; none of an empty file.

    Raises:
        CaseFileError: as ``read_json``.
    """
    text = _read_text(path, where)
    found, at = [], 0
    with _told(where):
        decoder = json.JSONDecoder(object_pairs_hook=_once(where))
        while at < len(text):
            if text[at] in " \t\r\n":
                at += 1
                continue
            value, at = decoder.raw_decode(text, at)
            found.append(value)
    return tuple(found)


def _once(where: str) -> Callable[[list[tuple[str, object]]], dict[str, object]]:
    """Return a function that makes an object of its pairs and refuses a repeated key."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
            raise _of_key(where, shown(twice), "同じキーが2回あります", UNKNOWN_KEY)
        return found

    return once


@contextlib.contextmanager
def _told(where: str) -> Iterator[None]:
    """Turn the decoder's errors, which quote the text, into ours."""
    try:
        yield
    except json.JSONDecodeError as error:
        msg = f"{where}: JSON として読めません({error.lineno}行{error.colno}桁)"
        raise CaseFileError(msg) from None
    except ValueError:
        # Raised for a number with more digits than Python converts.
        msg = f"{where}: 数の桁が多すぎます"
        raise CaseFileError(msg) from None
    except RecursionError:
        msg = f"{where}: 入れ子が深すぎます"
        raise CaseFileError(msg) from None

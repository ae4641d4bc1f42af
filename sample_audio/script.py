"""Scripts of made-up calls: the text format, read into frozen values.

A file holds dialogues separated by blank lines.  The first line of each is a header,
every other line a turn; personal data appear only as slots::

    # id: delivery-031 | trade: 宅配 | about: 隣の人の荷物
    op: 担当の{op.sei}でございます。
    cu: 隣の{t1.sei}さんの荷物が、うちに届いてるんですけど。

Names are drawn from a pool.  Only names from abroad may be fixed, in the header, family name first, those in
kanji with their reading::

    # id: delivery-032 | names: t1 = スミス/ジョン, rq = グエン/ラン・アン, t2 = 金:キム/民俊:ミンジュン

A third person may take the caller's telephone; the header says who it is::

    # id: delivery-033 | third: f1
    cu: 主人に代わりますね。
    th: お電話代わりました、{f1.mei}です。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

THIRD = "third"
"""``Turn.speaker`` of a third person, as truth files name it."""

NAME_PARTS = ("sei", "mei", "full", "seikana", "meikana", "fullkana", "kanji.sei", "kanji.mei")
PHONE_PARTS = ("full", "g1", "g2", "g3", "last4", "tail")
ADDRESS_PARTS = ("full", "pref", "city", "town", "block", "room", "nopref", "zip")
IDENTIFIER_PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "birth": ("DATE_OF_BIRTH", ("full", "year", "day", "digits")),
    "plate": ("VEHICLE_PLATE", ("full", "place", "series", "kana", "number")),
    "bank": ("BANK_ACCOUNT", ("full", "place", "number", "g1", "g2", "slip")),
    "card": ("CREDIT_CARD", ("full", "g1", "g2", "g3", "g4", "last4", "slip")),
    "mynumber": ("MY_NUMBER", ("full", "g1", "g2", "g3", "last4", "slip")),
    "insurance": ("INSURANCE_NUMBER", ("full", "g1", "g2", "slip")),
    "licence": ("LICENCE_NUMBER", ("full", "g1", "g2", "g3", "slip")),
    "customer": ("CUSTOMER_NUMBER", ("full", "g1", "g2", "slip")),
    "mail": ("EMAIL_ADDRESS", ("full", "user", "host")),
    "account": ("ACCOUNT_NAME", ("full", "head", "tail")),
    "work": ("WORKPLACE", ("full", "name", "department")),
    "school": ("SCHOOL", ("full", "name", "class")),
}
"""Kind and parts of each further identifier, by slot group; ``slip`` is a first group that is said wrong."""

_KIND_OF: dict[str, str] = {
    **dict.fromkeys(NAME_PARTS, "NAME"),
    **{f"phone.{part}": "PHONE" for part in PHONE_PARTS},
    **{f"addr.{part}": "ADDRESS" for part in ADDRESS_PARTS},
    "email": "PHONE",
    "name": "NAME",
    "term": "CONFIDENTIAL",
    **{f"{group}.{part}": kind for group, (kind, parts) in IDENTIFIER_PARTS.items() for part in parts},
}
_PARTY_OF: dict[str, str] = {
    "rq": "requester",
    "op": "operator",
    "co": "company",
    "t": "third",
    "f": "third",
    "c": "company",
}
_WHO = re.compile(r"rq|op[23]?|co|t[1-9]|f[1-3]|c[1-3]")
_HEADER = re.compile(r"#\s*id:\s*(?P<id>[A-Za-z0-9][A-Za-z0-9_-]*)\s*(?P<rest>(?:\|.*)?)")
_TURN = re.compile(r"(?P<speaker>op|cu|th):\s*(?P<text>\S.*)")
_THIRD = re.compile(r"[tf][1-9]")
_SLOT = re.compile(r"\{([^{}]*)\}")
_NAMED = "(?:[ァ-ヴー]+(?:・[ァ-ヴー]+)*|[一-龠]+:[ァ-ヴー]+)"
_FIXED = re.compile(rf"(?P<who>rq|op[23]?|t[1-9])\s*=\s*(?P<sei>{_NAMED})/(?P<mei>{_NAMED})")


class ScriptError(ValueError):
    """A script file does not follow the format; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for personal data, e.g. ``{t1.phone.g1}``: who ``t1``, what ``phone.g1``."""

    who: str
    what: str

    @property
    def kind(self) -> str:
        """NAME, ADDRESS, PHONE, CONFIDENTIAL or a kind of further identifiers, as truth files name it."""
        return _KIND_OF[self.what]

    @property
    def is_identifier(self) -> bool:
        """Whether it is of a further kind (``IDENTIFIER_PARTS``)."""
        return self.what.partition(".")[0] in IDENTIFIER_PARTS

    @property
    def party(self) -> str:
        """third, requester, operator or company, as truth files name it."""
        return _PARTY_OF[self.who.rstrip("0123456789")]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one person says in one go; ``pieces`` alternate freely between text and slots.

    ``speaker`` is ``op``, ``cu`` or ``third``.
    """

    speaker: str
    pieces: tuple[str | Slot, ...]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One script: header and turns.

    ``trade`` and ``about`` may be empty; ``names`` are those from abroad that the header fixes: who, family
    name, given name, each as it is written and, behind a colon, read.  ``third`` is who takes
    the caller's telephone for a while, "" where nobody does.
    """

    dialogue_id: str
    trade: str
    about: str
    turns: tuple[Turn, ...]
    names: tuple[tuple[str, str, str], ...] = ()
    third: str = ""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every slot in order of appearance, repeats included."""
        return tuple(piece for turn in self.turns for piece in turn.pieces if isinstance(piece, Slot))

    @property
    def people(self) -> tuple[str, ...]:
        """Every ``who`` that appears, in order of first appearance."""
        return tuple(dict.fromkeys(slot.who for slot in self.slots))


def parse_dialogue(lines: Iterable[tuple[int, str]], source: str) -> Dialogue:
    """Read one dialogue.

    Args:
        lines: Its lines without line breaks, each with its number in the file.
        source: Name of the file, for messages.

    Returns:
        The dialogue, with at least one turn.

    Raises:
        ScriptError: a line is no header, turn or known slot.
    """
    (number, first), *rest = lines
    header = _HEADER.fullmatch(first.strip())
    if header is None:
        raise ScriptError(f"{source}:{number}: not a header '# id: ... | trade: ... | about: ...'")
    named: dict[str, str] = {}
    for part in header["rest"].split("|")[1:]:
        key, colon, value = part.partition(":")
        if not colon or key.strip() not in ("trade", "about", "names", "third"):
            raise ScriptError(f"{source}:{number}: unknown header field '{key.strip()}'")
        named[key.strip()] = value.strip()
    if not rest:
        raise ScriptError(f"{source}:{number}: a dialogue without turns")
    turns = tuple(_parse_turn(line, f"{source}:{at}") for at, line in rest)
    names = tuple(
        _parse_fixed(each.strip(), f"{source}:{number}") for each in _listed(named.get("names", ""))
    )
    third = named.get("third", "")
    if any(turn.speaker == THIRD for turn in turns) != (_THIRD.fullmatch(third) is not None):
        raise ScriptError(f"{source}:{number}: 'th:' turns and a header field 'third: t1' go together")
    return Dialogue(header["id"], named.get("trade", ""), named.get("about", ""), turns, names, third)


def parse_scripts(text: str, source: str = "<text>") -> tuple[Dialogue, ...]:
    """Read every dialogue of a file.

    Args:
        text: The whole file.
        source: Its name, for messages.

    Returns:
        The dialogues in order; ids are unique.

    Raises:
        ScriptError: with one line for every broken dialogue and repeated id.
    """
    dialogues: list[Dialogue] = []
    faults: list[str] = []
    for block in _blocks(text):
        try:
            dialogues.append(parse_dialogue(block, source))
        except ScriptError as error:
            faults.append(str(error))
    faults += _repeated_ids(dialogues, source)
    if faults:
        raise ScriptError("\n".join(faults))
    return tuple(dialogues)


def read_scripts(paths: Iterable[Path]) -> tuple[Dialogue, ...]:
    """Read several script files; ids must be unique over all of them.

    Raises:
        ScriptError: as ``parse_scripts``, for all files together.
        OSError: a file cannot be read.
    """
    dialogues: list[Dialogue] = []
    faults: list[str] = []
    for path in paths:
        try:
            dialogues += parse_scripts(path.read_text(encoding="utf-8"), path.name)
        except ScriptError as error:
            faults.append(str(error))
    faults += _repeated_ids(dialogues, "all files")
    if faults:
        raise ScriptError("\n".join(faults))
    return tuple(dialogues)


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """The file cut at blank lines, with line numbers from 1."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if line.strip():
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _listed(text: str) -> list[str]:
    return text.split(",") if text else []


def _parse_fixed(text: str, where: str) -> tuple[str, str, str]:
    match = _FIXED.fullmatch(text)
    if match is None:
        raise ScriptError(f"{where}: not a name 't1 = スミス/ジョン': '{text}'")
    return match["who"], match["sei"], match["mei"]


def _parse_turn(line: str, where: str) -> Turn:
    match = _TURN.fullmatch(line.strip())
    if match is None:
        raise ScriptError(f"{where}: not a turn 'op: ...', 'cu: ...' or 'th: ...'")
    pieces: list[str | Slot] = []
    for index, part in enumerate(_SLOT.split(match["text"])):
        if index % 2:
            pieces.append(_parse_slot(part, where))
        elif "{" in part or "}" in part:
            raise ScriptError(f"{where}: a brace that closes no slot")
        elif part:
            pieces.append(part)
    speaker = THIRD if match["speaker"] == "th" else match["speaker"]
    return Turn(speaker, tuple(pieces))


def _parse_slot(text: str, where: str) -> Slot:
    who, _, what = text.partition(".")
    if _WHO.fullmatch(who) is None or what not in _KIND_OF:
        raise ScriptError(f"{where}: unknown slot {{{text}}}")
    group = who.rstrip("0123456789")
    if (what == "term") != (group == "c") or (what == "name" and group != "co"):
        raise ScriptError(f"{where}: {{{text}}} does not go together")
    if group == "co" and what in NAME_PARTS:
        raise ScriptError(f"{where}: {{{text}}}: a company has a name only")
    slot = Slot(who, what)
    if slot.is_identifier and group not in ("rq", "t", "f"):
        raise ScriptError(f"{where}: {{{text}}}: only a requester or a third party has one")
    return slot


def _repeated_ids(dialogues: list[Dialogue], source: str) -> list[str]:
    seen: set[str] = set()
    faults = []
    for dialogue in dialogues:
        if dialogue.dialogue_id in seen:
            faults.append(f"{source}: the id '{dialogue.dialogue_id}' appears twice")
        seen.add(dialogue.dialogue_id)
    return faults

"""Fills a template with a letter's content.

``{{請求番号}}``         a value
``{{#一部不開示 不開示}}`` in a paragraph of its own: what follows, up to ``{{/}}``, appears only when
                       one of these conditions holds
``{{箇所.種類}}``        in a table's row: the row is repeated once for each

Anything that cannot be filled in is an error that names it; no incomplete letter is made.

Only the template contains placeholders.  Each is first replaced by a meaningless stand-in; the values
replace the stand-ins in a last pass, and their text is never parsed.  A person whose name is ``{{窓口}}``
has that name in the letter too.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from flows.letter.content import CONDITIONS, REQUIRED, ROWS, VALUES, LetterContent
from flows.letter.docx_file import bare_bytes
from flows.letter.errors import LetterError

if TYPE_CHECKING:
    from docx.document import Document

_PLACE: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_NO_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML document may contain, not even escaped (XML 1.0, production 2)."""

_FIRST, _LAST = "\ufdd0", "\ufdd1"
"""Characters around a stand-in's number: allowed in XML, and permanently unassigned (Unicode 23.7)."""

_STAND_IN: Final = re.compile(f"{_FIRST}([0-9]+){_LAST}")
_KNOWN: Final = frozenset(VALUES) | {f"{row}.{name}" for row, names in ROWS.items() for name in names}

_HINTS: Final = {
    "会社名": "(KAIJI_COMPANY_NAME で決めるか、会社の一覧に社名を入れてください)",
    "窓口": "(KAIJI_CONTACT で決めるか、会社の一覧に電話番号を入れてください)",
    "法令名": "(3号とした所の確認の理由に、法令の名前を書いてください。例 電気通信事業法第4条)",
}


def fill_letter(template: Path, content: LetterContent) -> bytes:
    """Fill in a letter.

    Args:
        template: A Word file.
        content: The content of the letter.

    Returns:
        The letter as a Word file.

    Raises:
        LetterError: when the template is invalid, or a value that it needs is missing.
    """
    document = _opened(template)
    _refuse_unknown(document, content.needs)
    given = _Given()
    values = given.stand_ins(content.values)
    for body in _bodies(document):
        _keep_what_holds(body, content.conditions)
        _repeat_rows(
            body, {kind: [given.stand_ins(row) for row in rows] for kind, rows in content.rows.items()}
        )
        for paragraph in body.iter(qn("w:p")):
            _fill_paragraph(paragraph, values)
    # Braces that are left now come from the template, because no value has been inserted yet.
    _refuse_left_over(bare_bytes(document))
    for body in _bodies(document):
        for text in list(body.iter(qn("w:t"))):
            _set_lines(text, given.told(text.text or ""))
    return bare_bytes(document)


class _Given:
    """The values of one letter, and the stand-ins that mark their places."""

    def __init__(self) -> None:
        self._values: list[str] = []

    def stand_ins(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return the stand-in of each value, under the same name."""
        return {name: self._stand_in(value) for name, value in values.items()}

    def _stand_in(self, value: str) -> str:
        self._values.append(_NO_XML.sub("", value.replace("\r\n", "\n").replace("\r", "\n")))
        return f"{_FIRST}{len(self._values) - 1}{_LAST}"

    def told(self, text: str) -> str:
        """Return a text of the template with the values in place of the stand-ins."""
        return _STAND_IN.sub(lambda found: self._values[int(found[1])], text)


def check_template(template: Path) -> None:
    """Check a template before a letter depends on it.

    Raises:
        LetterError: says what is wrong with it.
    """
    document = _opened(template)
    _refuse_unknown(document)
    for body in _bodies(document):
        _keep_what_holds(body, frozenset(CONDITIONS))


def _opened(template: Path) -> Document:
    try:
        return docx.Document(str(template))
    except (PackageNotFoundError, KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        msg = f"回答書のひな形を Word ファイル(.docx)として読めません({type(error).__name__})"
        raise LetterError(msg) from None


def _bodies(document: Document) -> Iterator[Any]:
    """Return the body, and the headers and footers."""
    yield document.element.body
    for section in document.sections:
        for part in (
            section.header,
            section.footer,
            section.first_page_header,
            section.first_page_footer,
            section.even_page_header,
            section.even_page_footer,
        ):
            if not part.is_linked_to_previous:
                yield part._element  # noqa: SLF001 (no public way to a header's elements)


def _refuse_unknown(document: Document, needs: Sequence[str] = ()) -> None:
    found: set[str] = set()
    for body in _bodies(document):
        for paragraph in body.iter(qn("w:p")):
            text = _text_of(paragraph)
            if _FIRST in text or _LAST in text:
                msg = "回答書のひな形に使えない文字があります(U+FDD0、U+FDD1)"
                raise LetterError(msg)
            found |= {match[1] for match in _PLACE.finditer(text)}
    names = {name for name in found if name[:1] not in {"#", "/"}}
    unknown = sorted(names - _KNOWN)
    unknown += sorted(
        word
        for name in found
        if name.startswith("#")
        for word in name[1:].split() or ["#"]
        if word not in CONDITIONS
    )
    if unknown:
        msg = f"回答書のひな形に知らない差込みがあります: {'、'.join(unknown)}"
        raise LetterError(msg)
    missing = [name for name in (*REQUIRED, *needs) if name not in names]
    if missing:
        msg = f"回答書のひな形に必要な差込みがありません: {'、'.join(f'{{{{{name}}}}}' for name in missing)}"
        raise LetterError(msg)


def _text_of(paragraph: Any) -> str:
    return "".join(text.text or "" for text in paragraph.iter(qn("w:t")))


def _keep_what_holds(parent: Any, holds: frozenset[str]) -> None:
    """Remove the parts whose condition does not hold, and the marks around the others."""
    open_: list[bool] = []
    for child in list(parent):
        if child.tag == qn("w:p"):
            marks = _PLACE.fullmatch(_text_of(child).strip())
            mark = marks[1] if marks else ""
            if mark[:1] in {"#", "/"}:
                if mark.startswith("#"):
                    open_.append(bool(holds & set(mark[1:].split())))
                elif open_:
                    open_.pop()
                else:
                    msg = "回答書のひな形で {{/}} に対応する {{#…}} がありません"
                    raise LetterError(msg)
                parent.remove(child)
                continue
        if not all(open_) and child.tag != qn("w:sectPr"):
            parent.remove(child)
        else:
            for cell in child.iter(qn("w:tc")):
                _keep_what_holds(cell, holds)
                # Word requires a paragraph in every cell.
                if cell.find(qn("w:p")) is None:
                    cell.append(cell.makeelement(qn("w:p"), {}))
    if open_:
        msg = "回答書のひな形で {{#…}} が {{/}} で閉じられていません"
        raise LetterError(msg)


def _repeat_rows(body: Any, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
    for row in list(body.iter(qn("w:tr"))):
        inside = "".join(_text_of(paragraph) for paragraph in row.iter(qn("w:p")))
        kinds = {match[1].partition(".")[0] for match in _PLACE.finditer(inside) if "." in match[1]}
        if len(kinds) > 1:
            msg = f"回答書のひな形で1つの行に違う表の差込みがあります: {'、'.join(sorted(kinds))}"
            raise LetterError(msg)
        for kind in kinds:
            for each in rows[kind]:
                copy = deepcopy(row)
                row.addprevious(copy)
                for paragraph in copy.iter(qn("w:p")):
                    values = {f"{kind}.{name}": value for name, value in each.items()}
                    _fill_paragraph(paragraph, values)
            row.getparent().remove(row)


def _fill_paragraph(paragraph: Any, values: Mapping[str, str]) -> None:
    """Insert stand-ins, even where Word has split a placeholder into runs; the first run's style is kept."""
    # Hyperlinks and boxes contain runs too.
    texts = list(paragraph.iter(qn("w:t")))
    whole = "".join(text.text or "" for text in texts)
    for match in reversed(list(_PLACE.finditer(whole))):
        if match[1] not in values:
            if match[1] in _KNOWN and "." not in match[1]:
                msg = f"回答書の {{{{{match[1]}}}}} に入れるものがありません{_HINTS.get(match[1], '')}"
                raise LetterError(msg)
            continue
        at = 0
        for text in texts:
            old = text.text or ""
            start, stop = max(match.start(), at), min(match.end(), at + len(old))
            if start < stop:
                new = values[match[1]] if start == match.start() else ""
                text.text = old[: start - at] + new + old[stop - at :]
                text.set(qn("xml:space"), "preserve")
            at += len(old)


def _set_lines(text: Any, told: str) -> None:
    """Set a text of several lines, with Word's own line breaks."""
    lines = told.split("\n")
    text.text = lines[0]
    for line in reversed(lines[1:]):
        more = text.makeelement(qn("w:t"), {qn("xml:space"): "preserve"})
        more.text = line
        text.addnext(more)
        text.addnext(text.makeelement(qn("w:br"), {}))


def _refuse_left_over(letter: bytes) -> None:
    """Refuse a letter that still contains braces anywhere, also in text boxes and notes."""
    with zipfile.ZipFile(io.BytesIO(letter)) as file:
        for name in file.namelist():
            if name.startswith("word/") and name.endswith(".xml"):
                plain = re.sub(r"<[^>]*>", "", file.read(name).decode("utf-8", "replace"))
                if "{{" in plain or "}}" in plain:
                    msg = "回答書のひな形に、差し込めない所があります({{ }} の形か、図形や注の中)"
                    raise LetterError(msg)

"""Words that are always masked or always kept, for one request or for the company.

A request's words are sealed notes to it; the company's are part of the company list, so that every plan
remembers with which version of them it was made.  The last entry of a word counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from flows.desk.cases import lists
from flows.desk.cases.notes import NOTE_CONTENT, NoteContent, select_notes, write_note
from flows.desk.cases.requests import row_of
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.bounds import MAX_LINE_CHARS, MAX_WORDS, check_text
from flows.desk.kinds.errors import OutOfBoundsError
from flows.desk.kinds.permissions import May, check_may
from flows.desk.kinds.values import Actor, NoteKind
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import take_sealed
from flows.desk.sealing.shape import Shape
from pipeline.errors import ReviewRuleError
from pipeline.listed_word import ListedWord


@dataclass(frozen=True, slots=True)
class Entry:
    """A word as it is put on a list, or taken off.

    Attributes:
        word: The word, and whether it is masked or kept.
        reason: Reason as typed.
        gone: Whether it is taken off instead.
        call_id: Call with the finding from which the entry was made.
    """

    word: ListedWord
    reason: str = field(repr=False)
    gone: bool = False
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    word: ListedWord
    gone: bool = False


KEPT: Shape[_Kept] = Shape(_Kept)


def list_for_request(desk: Desk, actor: Actor, request: str, entry: Entry) -> None:
    """Put a word on a request's list; calls that are masked from now on follow it, others by ``follow_list``.

    Raises:
        NotAllowedError: when the role is neither analyst nor approver.
        ReviewRuleError: when the word is empty or there is no reason.
        OutOfBoundsError: when the word, the reason or the list is too long.
    """
    check_may(actor, May.DECIDE)
    _check(entry)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        words = (_Kept(word) for word in words_of_request(change.session, row.id, change.keyring))
        _check_count(merged((*words, _Kept(entry.word, entry.gone))), entry)
        code = KEPT.dump_json(_Kept(entry.word, entry.gone)).decode()
        write_note(
            change, row, NoteKind.WORD, NoteContent(actor.name, entry.reason.strip(), entry.call_id, code)
        )
        change.record("request.word", Subject(row.id, entry.call_id or None), _told(entry))


def list_for_company(desk: Desk, actor: Actor, entry: Entry) -> int:
    """Put a word on the company's list, for all requests: an approver's decision.

    Returns:
        The version of the company list.

    Raises:
        NotAllowedError: when the role is not approver.
        ReviewRuleError: when the word is empty or there is no reason.
        OutOfBoundsError: when the word or the list is too long.
    """
    check_may(actor, May.LIST)
    _check(entry)
    company = lists.current_lists(desk).company
    after = merged((*(_Kept(word) for word in company.words), _Kept(entry.word, entry.gone)))
    _check_count(after, entry)
    version = lists.import_company(desk, actor, replace(company, words=after), keep_words=False)
    with desk.change(actor) as change:
        change.record("list.word", Subject(), {"version": version, **_told(entry)})
    return version


def words_of_request(session: Session, request_id: str, keyring: Keyring) -> tuple[ListedWord, ...]:
    """Return a request's words within a session; for the other modules of ``flows.desk``."""
    rows = session.scalars(select_notes(request_id, NoteKind.WORD))
    said = (take_sealed(row, NOTE_CONTENT, keyring) for row in rows)
    return merged(KEPT.validate_json(each.code) for each in said if each.code)


def merged(entries: Iterable[_Kept]) -> tuple[ListedWord, ...]:
    """Return the words that are listed after entries in order: the last entry of each word counts."""
    words: dict[str, ListedWord] = {}
    for entry in entries:
        words.pop(entry.word.text, None)
        if not entry.gone:
            words[entry.word.text] = entry.word
    return tuple(words.values())


def _check_count(words: tuple[ListedWord, ...], entry: Entry) -> None:
    if len(words) > MAX_WORDS and not entry.gone:
        msg = f"一覧の語は{MAX_WORDS}までです"
        raise OutOfBoundsError(msg)


def _check(entry: Entry) -> None:
    if not any(char.isalnum() for char in entry.word.text):
        msg = "言葉のない所は一覧に加えられません"
        raise ReviewRuleError(msg)
    check_text(entry.word.text, MAX_LINE_CHARS)
    check_text(entry.word.kana, MAX_LINE_CHARS)
    if not entry.reason.strip():
        msg = "一覧に加えるには理由が必要です"
        raise ReviewRuleError(msg, needs="reason")


def _told(entry: Entry) -> dict[str, str | int]:
    """Return the audit log's details of an entry, without the word or the reason."""
    return {"mask": int(entry.word.mask), "gone": int(entry.gone)}

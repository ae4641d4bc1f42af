"""Routes for the text: corrections, their offers, and additions to the lists of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from flows.desk.cases.calls import case_of
from flows.desk.cases.mask_again import follow_list
from flows.desk.cases.words import Entry, list_for_company, list_for_request
from flows.desk.kinds.values import Actor, Role
from flows.masking.new_voices import ThirdPersonLines, voices_in
from flows.masking.new_words import Corrections
from flows.review.guarding.access import User
from flows.review.guarding.site import Site, site_of
from flows.review.routes.call import CallId, Reviewer, open_whole
from flows.review.routes.decide import Count, Given, ItemId, bare, conflict, recorded
from flows.review.routes.document import OpenedCall
from pipeline.correcting.corrected import Part
from pipeline.correcting.edit import pieces_of
from pipeline.correcting.wording import Correction, Piece, with_pieces
from pipeline.errors import ReviewRuleError
from pipeline.listed_word import ListedWord
from pipeline.masking.text import LABELS, OTHER_LABEL
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.reviewing.wordings import MAX_CHARS, check_text
from pipeline.third_voice import THIRD, THIRD_VOICE
from pipeline.types import CharSpan, MaskItem, Segment, Transcript

router = APIRouter()

Char = Annotated[int, Field(ge=0)]


class GivenText(Given):
    """A correction of the text that the page shows."""

    count: Count
    kind: Literal["words", "speaker", "break", "join", "sides", "read"]
    start_char: Char = 0
    end_char: Char = 0
    text: Annotated[str, Field(max_length=MAX_CHARS)] = ""
    speaker: Literal["op", "cu", "third", ""] = ""


@router.post("/api/calls/{call_id}/text")
def correct(request: Request, user: Reviewer, call_id: CallId, given: GivenText) -> Response:
    """Record a correction, with the findings in its new words and in a third person's voice."""
    site = site_of(request)
    opened = open_whole(site, user, call_id)
    if given.count != opened.review.count:
        # First of all: the characters may be those of an older text.
        return conflict(opened)
    made = _decision(site, user, opened, given)

    def new(first: int) -> Sequence[ReviewDecision]:
        found = tuple(
            replace(item, item_id=f"w{first:04d}.{number}") for number, item in enumerate(made.found, start=1)
        )
        return [replace(made, number=first, found=found)]

    return recorded(site, user, opened, given.count, new, lines_too=True)


@router.get("/api/calls/{call_id}/offers")
def offers(request: Request, user: Reviewer, call_id: CallId, start: Char, end: Char) -> dict[str, Any]:
    """Return the case's words that were said in a run of the text, and other hearings' words for it."""
    site = site_of(request)
    opened = open_whole(site, user, call_id)
    run = CharSpan(start, max(start, end))
    if not any(_holds(segment, run) for segment in opened.now.transcript.segments):
        return {"offers": [], "heard": "", "again": ""}
    found = opened.words.offers(run, opened.case)
    return {
        "offers": [{"start": o.chars.start, "end": o.chars.end, "text": o.text} for o in found],
        "heard": opened.words.heard_otherwise(run),
        "again": opened.words.written_otherwise(run),
    }


def _decision(site: Site, user: User, opened: OpenedCall, given: GivenText) -> ReviewDecision:
    """Return the decision, still without its number."""
    kind = ReviewKind(given.kind)
    found: tuple[MaskItem, ...] = ()
    correction: Correction | None = None
    if kind in {ReviewKind.READ, ReviewKind.SIDES}:
        pass
    elif kind is ReviewKind.WORDS:
        correction = _words(opened, given)
        found = _brought_out(site, user, opened, correction.pieces) if correction.pieces else ()
    else:
        at = _place(opened, given, kind)
        correction = Correction(at, speaker=given.speaker)
        if kind is ReviewKind.SPEAKER and given.speaker == THIRD:
            found = _voices(site, user, opened, correction)
    made = bare(0, kind, correction=correction, found=found)
    check_text(opened.recognised, opened.review.on_text, made)
    return made


def _words(opened: OpenedCall, given: GivenText) -> Correction:
    if any(label in given.text for label in (*LABELS.values(), OTHER_LABEL)):
        msg = "伏せる印と同じ文字は書けません"
        raise ReviewRuleError(msg)
    run = CharSpan(given.start_char, max(given.start_char, given.end_char))
    line = next((s for s in opened.now.transcript.segments if _holds(s, run)), None)
    if line is None:
        msg = "直す言葉が一つの行の中にありません"
        raise ReviewRuleError(msg)
    changed = pieces_of(opened.now, run, given.text, lambda part: _is_hidden(part, line, opened))
    text, ends = opened.recognised.text, _word_starts(opened.recognised, opened.now.raw(run))
    pieces = tuple(short for piece in changed for short in opened.words.divide_by_sound(piece, text, ends))
    return Correction(opened.now.raw(run), pieces)


def _word_starts(recognised: Transcript, chars: CharSpan) -> list[int]:
    near = [segment for segment in recognised.segments if segment.chars.overlaps(chars)]
    return [word.chars.start for segment in near for word in segment.words]


def _holds(segment: Segment, run: CharSpan) -> bool:
    return segment.chars.start <= run.start < run.end <= segment.chars.end


def _is_hidden(part: Part, line: Segment, opened: OpenedCall) -> bool:
    """Whether a word is masked now, by its letters or by more than half of its time, by more than a voice."""
    time = part.word.time
    for item in opened.draft.masked:
        if item.entity_type == THIRD_VOICE:
            continue
        shared = min(time.end, item.time.end) - max(time.start, item.time.start)
        by_time = line.channel in item.channels and shared > time.duration / 2
        if by_time or item.chars.overlaps(part.word.chars):
            return True
    return False


def _place(opened: OpenedCall, given: GivenText, kind: ReviewKind) -> CharSpan:
    """Return the recognised characters of the addressed line, or of the place where one begins."""
    segments = opened.now.transcript.segments
    if kind is ReviewKind.BREAK:
        at = opened.now.raw(CharSpan(given.start_char, given.start_char + 1)).start
        return CharSpan(at, at)
    number = next((n for n, s in enumerate(segments) if s.chars.start == given.start_char), None)
    if number is None:
        msg = "その行はありません"
        raise ReviewRuleError(msg)
    start = opened.now.starts[number]
    if kind is ReviewKind.JOIN:
        return CharSpan(start, start)
    after = opened.now.starts[number + 1] if number + 1 < len(segments) else len(opened.recognised.text)
    return CharSpan(start, max(start + 1, after))


def _brought_out(
    site: Site, user: User, opened: OpenedCall, pieces: tuple[Piece, ...]
) -> tuple[MaskItem, ...]:
    """Return new findings in the new words."""
    review = opened.review
    call_id, plan = review.call.call_id, review.stored.plan
    sound = site.shelf.get(user.actor, call_id, plan.audio_sha256)
    wording = replace(review.wording, pieces=with_pieces(review.wording.pieces, pieces))
    # Cached, so that the answer need not lay the text out again.
    now, _ = site.library.get(user.actor, call_id, plan.transcript_sha256).written(wording)
    words = Corrections(
        case_of(site.desk, call_id).case, opened.recognised, sound.recording, now, pieces, review.draft
    )
    return site.watch.look(words)


def _voices(site: Site, user: User, opened: OpenedCall, correction: Correction) -> tuple[MaskItem, ...]:
    """Return the voice of a line that a third person says, where it is no finding yet."""
    review = opened.review
    call_id, plan = review.call.call_id, review.stored.plan
    sound = site.shelf.get(user.actor, call_id, plan.audio_sha256)
    speakers = (*review.wording.speakers, (correction.chars, correction.speaker))
    # Kept, as for new words.
    wording = replace(review.wording, speakers=speakers)
    now, _ = site.library.get(user.actor, call_id, plan.transcript_sha256).written(wording)
    return voices_in(ThirdPersonLines(now, correction.chars, sound.recording, plan, review.draft))


# --- lists of words ---


class GivenWord(Given):
    """Future action on the words of a finding."""

    item_id: ItemId
    what: Literal["mask", "keep", "gone"]
    scope: Literal["request", "company"]
    reason: Annotated[str, Field(max_length=2000)]


@router.post("/api/calls/{call_id}/word")
def list_word(request: Request, user: Reviewer, call_id: CallId, given: GivenWord) -> dict[str, Any]:
    """Put the words of a finding on a list, or take them off."""
    site = site_of(request)
    opened = open_whole(site, user, call_id)
    entry = Entry(_listed(opened, given), given.reason, given.what == "gone", call_id)
    request_id = opened.review.call.request_id
    if given.scope == "company":
        list_for_company(site.desk, _approver(user), entry)
    else:
        list_for_request(site.desk, user.reviewer, request_id, entry)
    reach = follow_list(site.desk, user.reviewer, request_id, call_id)
    return {"text": entry.word.text, **asdict(reach)}


def _approver(user: User) -> Actor:
    return user.acting(Role.APPROVER) if user.can["approve"] else user.reviewer


def _listed(opened: OpenedCall, given: GivenWord) -> ListedWord:
    item = next((each for each in opened.draft.items if each.item_id == given.item_id), None)
    if item is None:
        msg = "その箇所はありません(取り消されたか、分けられています)"
        raise ReviewRuleError(msg, (given.item_id,))
    if item.entity_type == THIRD_VOICE:
        msg = "第三の話者の声は、語の一覧に加えられません"
        raise ReviewRuleError(msg, (given.item_id,))
    text = opened.words.transcript.text[item.chars.start : item.chars.end].strip("、。 \n")
    return ListedWord(text, opened.words.kana(text), item.entity_type, given.what == "mask")

"""Make the JSON for the call page's script: words, findings, decisions, open questions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flows.desk.kinds.states import State
from flows.desk.people.presence import list_heard, listened, opened_by
from flows.desk.work.decisions import folded
from flows.desk.work.review_queue import QueuedCall
from flows.desk.work.reviews import Review
from flows.review.content.steps import Check
from flows.review.content.words import OpenedWords
from flows.review.guarding.access import User
from flows.review.guarding.site import Site
from pipeline.audio.spans import Spans, length, minus, union
from pipeline.correcting.corrected import Corrected
from pipeline.masking.audio import newly_audible
from pipeline.masking.sketch import Sketch
from pipeline.masking.text import LABELS, OTHER_LABEL, SOMEBODY, SPEAKERS
from pipeline.played import AROUND_SECONDS, Shown, played
from pipeline.reviewing.areas import masks_over
from pipeline.reviewing.decisions import OF_THE_TEXT, Consent, ReviewDecision, ReviewKind
from pipeline.reviewing.everyday import is_everyday
from pipeline.reviewing.fold import effective, unconfirmed, undecided
from pipeline.reviewing.questions import NO_QUESTION, QuestionPlace, question_ids
from pipeline.reviewing.rules import Change, steps
from pipeline.reviewing.voice_rules import consents
from pipeline.reviewing.wordings import TextChange, text_changes
from pipeline.third_voice import THIRD_VOICE, Remains
from pipeline.types import CallCase, CharSpan, MaskAction, MaskItem, MaskPlan, Party, Transcript

PARTIES = {
    Party.REQUESTER: "本人",
    Party.THIRD_PARTY: "第三者",
    Party.STAFF: "担当者",
    Party.COMPANY: "自社",
    Party.UNKNOWN: "不明",
}
GROUNDS = {
    1: "1号 本人・第三者の権利利益を害するおそれ",
    2: "2号 業務の適正な実施に著しい支障",
    3: "3号 他の法令に違反",
}

REMAINS = {
    Remains.NOTHING: "伏せる",
    Remains.TEXT: "声を伏せ文字は開示",
    Remains.IN_PERSON: "伏せて対面で聞かせる",
}
"""Japanese word for each action on a mask."""

NO_LENGTH = 0.0


@dataclass(frozen=True, slots=True)
class OpenedCall:
    """A call that a person has opened.

    Attributes:
        queued: Its row in the queue.
        review: Its plan and decisions.
        recognised: Its transcript as recognised.
        now: The transcript with people's corrections.
        words: The corrected words, opened; characters on the page are those of this text.
        draft: The plan with all decisions, pointing into the corrected text.
        sketch: Its waveform.
        case: The desk's data on the requester, the staff and the company.
        check: The last check of its copy that ran when the call was opened.
    """

    queued: QueuedCall
    review: Review
    recognised: Transcript
    now: Corrected
    words: OpenedWords
    draft: MaskPlan
    sketch: Sketch
    case: CallCase
    check: Check | None

    @property
    def wording(self) -> int:
        """Version of the text: it grows with every decision that may have changed it."""
        about_text = {*OF_THE_TEXT, ReviewKind.UNDO}
        return sum(each.kind in about_text for each in self.review.on_text)


def label_of(entity_type: str) -> str:
    """Return the Japanese label of a kind of data, which replaces it in the masked text."""
    return LABELS.get(entity_type, OTHER_LABEL).strip("[]")


def head(queued: QueuedCall, review: Review) -> dict[str, Any]:
    """Return the part of the page that is shown before its script has read the rest."""
    return {
        "call_id": queued.call_id,
        "request": queued.number,
        "due_on": queued.due_on.isoformat(),
        "days_left": queued.days_left,
        "state": review.call.state.value,
        "state_label": review.call.state.label,
        "revision": review.stored.revision,
        "complete": review.complete,
        "count": review.count,
        "seconds": queued.seconds,
    }


def whole(site: Site, user: User, opened: OpenedCall) -> dict[str, Any]:
    """Return everything about a call."""
    types = dict.fromkeys((*LABELS, *(item.entity_type for item in opened.draft.items)))
    return {
        **head(opened.queued, opened.review),
        **state(site, user, opened),
        **lines(opened),
        "seconds": round(opened.sketch.duration, 3),
        "rate": opened.sketch.rate,
        "channels": opened.sketch.channels,
        "entity_types": [(name, label_of(name)) for name in types],
        "parties": [(party.value, name) for party, name in PARTIES.items()],
        "grounds": list(GROUNDS.items()),
        "silences": opened.sketch.quiet,
        "around": AROUND_SECONDS,
        "me": {"name": user.name, "roles": [role.value for role in user.roles], "can": dict(user.can)},
    }


def lines(opened: OpenedCall) -> dict[str, Any]:
    """Return the text as it is corrected, line by line with the time of each word."""
    transcript = opened.now.transcript
    before = {
        part.word.chars: opened.recognised.text[part.raw.start : part.raw.end]
        for part in opened.now.parts
        if part.written
    }
    return {
        "text": transcript.text,
        "segments": [
            {
                "start": round(segment.time.start, 3),
                "end": round(segment.time.end, 3),
                "start_char": segment.chars.start,
                "end_char": segment.chars.end,
                "channel": segment.channel,
                "speaker": segment.speaker,
                "words": [
                    (
                        round(word.time.start, 3),
                        round(word.time.end, 3),
                        word.chars.start,
                        word.chars.end,
                        round(word.probability, 3),
                        *((before[word.chars],) if word.chars in before else ()),
                    )
                    for word in segment.words
                ],
            }
            for segment in transcript.segments
        ],
    }


def state(site: Site, user: User, opened: OpenedCall, *, lines_too: bool = False) -> dict[str, Any]:
    """Return the part that changes while people decide, with the text where it changed."""
    review, plan = opened.review, opened.review.stored.plan
    heard = heard_now(site, opened)
    left = minus(((0.0, opened.sketch.duration),), union(heard, opened.sketch.quiet))
    return {
        "count": review.count,
        "revision": review.stored.revision,
        "state": review.call.state.value,
        "state_label": review.call.state.label,
        "complete": review.complete,
        "checking": None if opened.check is None else _checking(opened.check),
        "findings": findings(opened),
        "decisions": decisions(review, opened.recognised),
        "undecided": undecided(plan, review.made),
        "unconfirmed": unconfirmed(plan, review.made),
        "heard": heard,
        "left": round(length(left), 3),
        **asdict(listened(site.desk, review.call.call_id, review.stored.revision)),
        "listen_through": site.settings.review_listen_through,
        "open_by": opened_by(site.desk, review.call.call_id, user.name).get(review.call.call_id, ()),
        "wording": opened.wording,
        "lines": lines(opened) if lines_too else None,
        "read_at": None if review.read_at is None else review.read_at.isoformat(timespec="seconds"),
        "must_read": site.settings.review_text == "required",
        "sound_only": site.settings.review_text == "none",
        "may_release": opened.queued.request_state is State.APPROVED and user.can["approve"],
    }


def _checking(check: Check) -> dict[str, str]:
    """Return the person who has begun to complete a call, and since when its copy has been checked."""
    return {"by": check.by, "since": check.since.isoformat(timespec="seconds")}


def heard_now(site: Site, opened: OpenedCall) -> Spans:
    """Return the stretches of the present copy that anybody has listened to."""
    review, sketch = opened.review, opened.sketch
    plan, shape = review.stored.plan, (sketch.channels, sketch.length)
    by_copy: dict[int, list[tuple[float, float]]] = {}
    for entry in list_heard(site.desk, review.call.call_id, review.stored.revision):
        by_copy.setdefault(entry.decisions, []).extend(entry.stretches)
    counting: list[Spans] = []
    for known, stretches in by_copy.items():
        then = folded(plan, tuple(each for each in review.made if each.number <= known))
        opened_up = newly_audible(then, review.draft, shape, sketch.rate)
        counting.append(minus(union(stretches), opened_up))
    return union(*counting)


def findings(opened: OpenedCall) -> list[dict[str, Any]]:
    """Return the items: first the open questions by the seconds that may leak, then the rest by time."""
    review = opened.review
    first = {item.item_id: item for item in review.stored.plan.items}
    # The words' own readings, so that equal sounds are one question in any spelling.
    asked = question_ids(opened.draft.items, lambda item: opened.words.spoken(item.chars))
    places = {item.item_id: asked.get(item.item_id, NO_QUESTION) for item in opened.draft.items}
    items = sorted(opened.draft.items, key=lambda item: (*_order(places[item.item_id]), item.time.start))
    groups = sound_groups(items, opened.words)
    under, given = masks_over(items), consents(review.on_text)
    ending = {
        mask.chars.end: mask.chars
        for mask in reversed(opened.draft.masked)
        if mask.chars.start < mask.chars.end
    }
    heard = played([Shown(item.time, item.channels, *places[item.item_id]) for item in items])
    return [
        _finding(item, first.get(item.item_id), groups, opened)
        | {"near": _near(item, ending, opened), "overlaps": under.get(item.item_id, ())}
        | {"consent": _consent(item, given)}
        | {"played": {"start": round(time.start, 4), "end": round(time.end, 4)}}
        | places[item.item_id]._asdict()
        for item, time in zip(items, heard, strict=True)
    ]


def _consent(item: MaskItem, given: Mapping[str, Consent]) -> dict[str, str] | None:
    """Return the consent to the disclosure of a kept voice: of whom, when and how."""
    consent = given.get(item.item_id)
    kept = item.entity_type == THIRD_VOICE and item.decided and item.action is MaskAction.KEEP
    if consent is None or not kept or item.party is not Party.THIRD_PARTY:
        return None
    return {"by": consent.by, "on": consent.on.isoformat(), "how": consent.how}


def _order(place: QuestionPlace) -> tuple[float, bool]:
    number = int(place.question.removeprefix("q")) if place.question else math.inf
    return number, place.beside


def sound_groups(items: Iterable[MaskItem], words: OpenedWords) -> Mapping[str, str]:
    """Group items with the same sound."""
    numbers: dict[tuple[str, object], str] = {}
    return {
        item.item_id: numbers.setdefault((item.entity_type, sound), f"g{len(numbers) + 1}")
        for item in sorted(items, key=lambda each: each.time)
        if (sound := words.spoken(item.chars))
    }


def _finding(
    item: MaskItem,
    first: MaskItem | None,
    groups: Mapping[str, str],
    opened: OpenedCall,
) -> dict[str, Any]:
    return {
        "item_id": item.item_id,
        "start": round(item.time.start, 4),
        "end": round(item.time.end, 4),
        "channels": item.channels,
        "start_char": item.chars.start,
        "end_char": item.chars.end,
        "text": opened.words.transcript.text[item.chars.start : item.chars.end],
        # A voice is no word that might be an everyday one.
        "everyday": item.entity_type != THIRD_VOICE and is_everyday(opened.words.transcript.text, item.chars),
        "entity_type": item.entity_type,
        "label": label_of(item.entity_type),
        "party": item.party.value,
        "ground": item.ground,
        "action": item.action.value,
        "score": item.score,
        "source": item.source,
        **opened.words.reasons(item, opened.case),
        "needs_review": item.needs_review,
        "flagged": first.needs_review if first else item.needs_review,
        "decided": item.decided,
        "confirmed": item.confirmed,
        "remains": item.remains.value,
        "group": groups.get(item.item_id, ""),
        "original": None if first is None else {"start": first.time.start, "end": first.time.end},
    }


def _near(item: MaskItem, ending: Mapping[int, CharSpan], opened: OpenedCall) -> str:
    """What is masked right before a finding that has only a sound: it was heard like that."""
    before = ending.get(item.chars.end)
    if item.chars.start < item.chars.end or before is None:
        return ""
    return opened.words.transcript.text[before.start : before.end]


def decisions(review: Review, recognised: Transcript) -> list[dict[str, Any]]:
    """Return the decisions on the newest revision, with their effects."""
    standing = {each.number for each in effective(review.made)}
    undone = {each.undoes for each in review.made if each.undoes}
    made = sorted(review.made, key=lambda each: each.number)
    texts = text_changes(recognised, review.on_text)
    return [
        {
            **_decision(each),
            "undone": each.number not in standing and each.number in undone,
            "changes": [
                *_text_changes(each, texts.get(each.number)),
                *(_change(change) for change in changes),
            ],
        }
        for each, changes in zip(made, steps(review.stored.plan, made), strict=True)
    ]


def _text_changes(each: ReviewDecision, text: TextChange | None) -> list[dict[str, str]]:
    if text is not None:
        return [{"item_id": "", "from": f"「{text.before}」", "to": f"「{text.after}」"}]
    if each.kind is ReviewKind.SIDES:
        return [{"item_id": "", "from": "担当者・お客様", "to": "お客様・担当者"}]
    if each.kind is ReviewKind.SPEAKER and each.correction is not None:
        return [{"item_id": "", "from": "話者", "to": SPEAKERS.get(each.correction.speaker, SOMEBODY)}]
    return []


def _decision(each: ReviewDecision) -> dict[str, Any]:
    added = each.stretch
    return {
        "number": each.number,
        "kind": each.kind.value,
        "items": each.items,
        "reviewer": each.reviewer,
        "decided_at": each.decided_at.isoformat(timespec="seconds"),
        "reason": each.reason,
        "ground": each.ground,
        "party": each.party,
        "seconds": each.seconds,
        "at": each.at,
        "undoes": each.undoes,
        "consent": None
        if each.consent is None
        else {"by": each.consent.by, "on": each.consent.on.isoformat(), "how": each.consent.how},
        "stretch": None
        if added is None
        else {
            "start": added.time.start,
            "end": added.time.end,
            "channels": added.channels,
            "start_char": added.chars.start,
            "end_char": added.chars.end,
            "entity_type": added.entity_type,
            "party": added.party.value,
            "ground": added.ground,
        },
    }


def _change(change: Change) -> dict[str, str]:
    item = change.after or change.before
    return {
        "item_id": item.item_id if item else "",
        "from": _told(change.before),
        "to": _told(change.after),
    }


def _told(item: MaskItem | None) -> str:
    """Describe an item in a few words, none of them from the call."""
    if item is None:
        return ""
    done = "開示" if item.action is MaskAction.KEEP else REMAINS[item.remains]
    words = [done, PARTIES[item.party]]
    if item.ground:
        words.append(f"{item.ground}号" + ("(確認済)" if item.confirmed else ""))
    if item.needs_review:
        words.append("要確認")
    return " ".join((*words, f"{item.time.start:.2f}–{item.time.end:.2f}"))

"""Hypothesis strategies for core values: plans, items, transcripts of made-up words."""

from __future__ import annotations

from hypothesis import strategies as st

from pipeline.types import (
    CharSpan,
    MaskAction,
    MaskItem,
    MaskPlan,
    MaskPolicy,
    Party,
    Segment,
    TimeSpan,
    Transcript,
    Word,
)

ENTITY_TYPES = ("PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS", "CONFIDENTIAL")


def make_item(
    start: float,
    end: float,
    *,
    item_id: str = "i0",
    channels: tuple[int, ...] = (0,),
    chars: tuple[int, int] = (0, 0),
    entity_type: str = "PERSON",
    action: MaskAction = MaskAction.MASK,
) -> MaskItem:
    """An item with what matters to masking; the rest is plausible."""
    return MaskItem(
        item_id=item_id,
        entity_type=entity_type,
        chars=CharSpan(*chars),
        time=TimeSpan(start, end),
        channels=channels,
        party=Party.THIRD_PARTY if action is MaskAction.MASK else Party.REQUESTER,
        action=action,
        reasons=(),
        source="test",
        score=1.0,
        needs_review=False,
        ground=1 if action is MaskAction.MASK else 0,
    )


def make_plan(*items: MaskItem, fill: str = "tone", merge_gap: float = 0.15) -> MaskPlan:
    """A plan of these items, in order of time."""
    ordered = tuple(sorted(items, key=lambda item: item.time))
    return MaskPlan("call", 0, "", "", MaskPolicy(merge_gap=merge_gap, fill=fill), ordered)


def make_transcript(*utterances: tuple[int, str | None, tuple[tuple[str, float, float], ...]]) -> Transcript:
    """A transcript of ``(channel, speaker, ((word, start, end), …))`` in order of time."""
    text, segments = "", []
    for channel, speaker, spoken in utterances:
        text += "\n" if segments else ""
        first, words = len(text), []
        for word, start, end in spoken:
            words.append(Word(CharSpan(len(text), len(text) + len(word)), TimeSpan(start, end), 0.9))
            text += word
        time = TimeSpan(words[0].time.start, words[-1].time.end)
        segments.append(Segment(CharSpan(first, len(text)), time, channel, speaker, tuple(words)))
    return Transcript("call", text, tuple(segments), "ja", "test", "")


def time_spans(seconds: float) -> st.SearchStrategy[TimeSpan]:
    """Spans within ``seconds``, zero length included."""
    moment = st.floats(0, seconds, allow_nan=False)
    return st.tuples(moment, moment).map(lambda pair: TimeSpan(min(pair), max(pair)))


@st.composite
def plans(draw: st.DrawFn, seconds: float, channels: int) -> MaskPlan:
    """Plans whose items can be masked: at least 10 ms each, on channels that exist."""
    moments = draw(
        st.lists(st.tuples(st.floats(0, seconds - 0.02), st.floats(0.01, seconds / 4)), max_size=8)
    )
    items = [
        make_item(
            start,
            min(seconds, start + length),
            item_id=f"i{number}",
            channels=draw(st.sampled_from([(0,), (channels - 1,), tuple(range(channels))])),
            entity_type=draw(st.sampled_from(ENTITY_TYPES)),
            action=draw(st.sampled_from([MaskAction.MASK, MaskAction.MASK, MaskAction.KEEP])),
        )
        for number, (start, length) in enumerate(moments)
    ]
    return make_plan(
        *items, fill=draw(st.sampled_from(["tone", "silence"])), merge_gap=draw(st.floats(0, 0.5))
    )


@st.composite
def transcripts_with_plans(draw: st.DrawFn) -> tuple[Transcript, MaskPlan]:
    """A one-channel transcript of words told apart by their characters, and a plan over its text."""
    at, alphabet, utterances = 0.0, iter(range(0x4E00, 0x9000)), []
    for _ in range(draw(st.integers(1, 4))):
        spoken = []
        for _ in range(draw(st.integers(1, 8))):
            end = at + draw(st.sampled_from([0.0, 0.1, 0.2, 0.5]))
            word = "".join(chr(next(alphabet)) for _ in range(draw(st.integers(1, 3))))
            spoken.append((word, at, end))
            at = end + draw(st.sampled_from([0.0, 0.0, 0.3]))
        utterances.append((0, None, tuple(spoken)))
    transcript = make_transcript(*utterances)
    items = []
    for number in range(draw(st.integers(0, 4))):
        segment = draw(st.sampled_from(transcript.segments))
        run = sorted(
            draw(st.lists(st.sampled_from(segment.words), min_size=1, max_size=2)), key=lambda w: w.chars
        )
        items.append(
            make_item(
                max(0.0, run[0].time.start - 0.05),
                run[-1].time.end + 0.05,
                item_id=f"i{number}",
                chars=(run[0].chars.start, run[-1].chars.end),
                entity_type=draw(st.sampled_from(ENTITY_TYPES)),
                action=draw(st.sampled_from([MaskAction.MASK, MaskAction.KEEP])),
            )
        )
    return transcript, make_plan(*items)

"""Cut a call into sentences, and find the answer to a question.

op  お名前をお願いします。          question
cu  はい、ええと。                  back-channel, skipped
cu  移動したちことです。            answer, however garbled
op  ありがとうございます。          the asker continues: the answer has ended
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.calls.artifacts import Call

_END = re.compile(r"[。？?！!\n]+")
BACKCHANNEL = re.compile(
    r"(?:はい|ええ|うん|ああ|あー|ふん|へえ|そう|なるほど|どうぞ|ゆっくりで?|ごゆっくり|結構です|"
    r"大丈夫です|です|ね|で|お待ちしております|少々お待ちください(?:ませ)?|[、。，,.\s])*"
)
_ASKER_GOES_ON = re.compile(
    r"^(?:[、\s]|はい|ええ)*(?:ありがとう|承知|かしこまり|承り|では|それでは|失礼|恐れ入り|確認|復唱|"
    r"申し訳|お待たせ|続き|そうしましたら|わかりました|分かりました|さようで)"
    r"|(?:ですね|でございますね|ますね|でよろしい|でお間違い|でしょうか|ますか|くださいませ|"
    r"お願いいたします|お願いできますか|いただけますか)$"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters ``[start, end)`` of a sentence, without the closing mark, and its speaker."""

    start: int
    end: int
    speaker: str | None


def sentences(call: Call) -> tuple[Sentence, ...]:
    """Cut the call at full stops, question marks and utterance ends, without blank sentences."""
    found: list[Sentence] = []
    start = 0
    for match in [*_END.finditer(call.text), None]:
        end = match.start() if match else len(call.text)
        while start < end and call.text[start].isspace():
            start += 1
        if start < end:
            segment = call.segment_at(start)
            found.append(Sentence(start, end, segment.speaker if segment else None))
        start = match.end() if match else end
    return tuple(found)


def answer_to(call: Call, said: tuple[Sentence, ...], question: int, longest: int) -> Iterator[Sentence]:
    """Yield the sentences that answer a question.

    Args:
        call: The call.
        said: Sentences of the call.
        question: Index of the question in ``said``.
        longest: Greatest number of sentences.

    Yields:
        Sentences of the other speaker; back-channels of the asker are skipped.  Where the speakers are
        unknown, the sentences up to one that sounds like the asker.
    """
    asker = said[question].speaker
    given = 0
    for sentence in said[question + 1 :]:
        text = call.text[sentence.start : sentence.end]
        if asker is not None and sentence.speaker == asker:
            if given and not BACKCHANNEL.fullmatch(text):
                return
            if not given and not BACKCHANNEL.fullmatch(text) and len(text) > 25:
                return
            continue
        if BACKCHANNEL.fullmatch(text):
            continue
        if asker is None and given and _ASKER_GOES_ON.search(text):
            return
        yield sentence
        given += 1
        if given >= longest:
            return

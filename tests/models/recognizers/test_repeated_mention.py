"""What was found once is found again, by sound."""

from __future__ import annotations

import pytest
from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.recognizers.repeated_mention import RepeatedMentionRecognizer
from models.recognizers.spoken_number import SpokenNumberRecognizer
from pipeline.reasons import Reason
from tests.models.recognizers.calls import shown


class _Told(CallRecognizer):
    """A name that another recognizer found, where it is said first."""

    entities = ("PERSON",)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """The first mention."""
        start = call.text.index(self._name)
        return [self.result("PERSON", start, start + len(self._name), 0.9, Reason.LEARNED_CONTEXT)]


CALLS: list[tuple[CallRecognizer, tuple[str, ...]]] = [
    (_Told("菅野"), ("cu: 隣の【菅野】さんです。", "cu: 【菅野】から聞きました。")),
    (_Told("長谷川"), ("cu: 【長谷川】さんです。", "cu: 【ハセガマ】が来ました。")),
    (_Told("高橋洋平"), ("op: 【高橋洋平】様ですね。", "cu: 【洋平】はまだです。")),
    (_Told("泉"), ("cu: 【泉】さんが来て。", "cu: 温泉に行った、泉運輸の人。")),
    (_Told("続き"), ("cu: 続きさんの荷物です。", "cu: 話の続きはまたあとで。")),
    (_Told("青木"), ("cu: 【青木】さんと。", "cu: 十六歳の青い木です。")),
    (SpokenNumberRecognizer(), ("cu: 【090-1234-5678】です。", "op: 末尾が、【5678】ですね。")),
    (SpokenNumberRecognizer(), ("cu: 【090-1234-5678】です。", "op: 【090の1234】、", "cu: はい。")),
    (SpokenNumberRecognizer(), ("cu: 【090-1234-5678】です。", "op: 九千円でございます。")),
]


@pytest.mark.parametrize(("first", "lines"), CALLS)
def test_said_again(first: CallRecognizer, lines: tuple[str, ...]) -> None:
    """Every further mention is found, garbled or in part; ordinary words that sound alike are not."""
    found = shown(RepeatedMentionRecognizer(), lines, first)
    assert found[1:] == lines[1:]


def test_silent_in_a_first_pass() -> None:
    """Without the others' findings there is nothing to look for."""
    assert shown(RepeatedMentionRecognizer(), ("cu: 菅野さんです。",)) == ("cu: 菅野さんです。",)

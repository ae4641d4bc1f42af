"""Mail addresses, written and spoken."""

from __future__ import annotations

import pytest

from models.recognizers.spoken_email import SpokenEmailRecognizer
from tests.models.recognizers.calls import shown

LINES = [
    "cu: 【taro.yamada@example.com】です。",
    "cu: メールは、【torao75@mail.example】でお願いします。",
    "cu: 【タロウ、ドット、ヤマダ、アットマーク、エグザンプルドットコム】です。",
    "cu: 【ハナコ、七二、アットマーク、ホシドットエグザンプル】。",
    "cu: アドレスは【ハナコ72 アットマーク、ジーメールドットコム】です。",
    "cu: メールアドレスはありません。",
    "cu: ドット柄のシャツを買いました。",
    "cu: メールを送ってください。",
]


@pytest.mark.parametrize("line", LINES)
def test_mail_addresses(line: str) -> None:
    """Everything from the first piece before アットマーク to the last after it is found."""
    assert shown(SpokenEmailRecognizer(), (line,)) == (line,)


@pytest.mark.parametrize("loop", ["ドッ" * 60, "ア" * 200, "a" * 300, "一二" * 100, "ドット" * 60])
@pytest.mark.parametrize("end", ["", "アットマーク", "ドットコム"])
def test_a_recogniser_that_loops_is_read_in_no_time(loop: str, end: str) -> None:
    """A run that could be cut in many ways is not tried in all of them: that would take years."""
    shown(SpokenEmailRecognizer(), (f"cu: メールはアットマーク{loop}、。{end}",))

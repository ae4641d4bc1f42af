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

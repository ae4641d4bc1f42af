"""The content of a letter: values for the placeholders of a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

VALUES = (
    *("請求番号", "回答日", "受付日", "氏名", "住所", "代理人", "会社名", "窓口", "決定", "請求の対象"),
    *("開示の方法", "手数料", "理由", "法令名", "通話の数", "箇所の数", "方法の理由", "置き換え"),
)
"""Placeholders that stand for a text: ``{{請求番号}}``."""

ROWS = {
    "通話": ("番号", "日時", "長さ", "結果"),
    "箇所": ("通話", "開始", "終了", "種類", "根拠"),
    "同封": ("名前", "内容"),
    "部分": ("通話", "箇所", "開始", "終了"),
}
"""Placeholders whose table row is repeated: ``{{箇所.種類}}``."""

CONDITIONS = (
    *("開示", "一部不開示", "不開示", "不存在", "方法変更", "開示する", "伏せた箇所", "1号", "2号", "3号"),
    *("音声", "文字", "手数料あり", "手数料なし", "代理人あり", "住所あり"),
    *("対象の通話", "開示しない通話", "暗号化", "再度"),
    *("同封あり", "対面", "文字だけ", "箇所だけ", "箇所のほか", "音声を除く", "別の方法"),
)
"""Conditions of parts of the template: ``{{#開示 一部不開示}}`` … ``{{/}}``."""

REQUIRED = ("請求番号", "回答日", "氏名", "決定", "理由", "箇所.開始", "箇所.終了", "箇所.種類", "箇所.根拠")
"""Placeholders that the law requires (33条3項, 36条): a template without one of them is refused.

The company's name and contact may be written into the template as plain text.
"""


@dataclass(frozen=True, slots=True)
class LetterContent:
    """The content of one letter.

    Attributes:
        values: Texts by placeholder.
        rows: Rows by name of the rows, each with texts by placeholder.
        conditions: The conditions that hold.
        needs: Placeholders that this letter must have beside ``REQUIRED``: a template that was made before
            there was something to say in them is refused.
    """

    values: Mapping[str, str] = field(repr=False)
    rows: Mapping[str, tuple[Mapping[str, str], ...]] = field(repr=False)
    conditions: frozenset[str]
    needs: tuple[str, ...] = ()

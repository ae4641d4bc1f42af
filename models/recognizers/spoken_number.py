"""Telephone numbers as they are spoken and as a recogniser writes them.

A number may be digits, full width, kanji or kana readings; its groups may be parted by の, by
commas, by the other side's はい and by a junk word that a digit was misheard as.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from presidio_analyzer import RecognizerResult

from models.artifacts import Call, CallArtifacts, CallRecognizer

__all__ = ["SpokenNumberRecognizer"]

KANJI = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
KANA = {
    "ゼロ": "0", "ぜろ": "0", "マル": "0", "まる": "0", "レイ": "0", "れい": "0", "イチ": "1", "いち": "1", "ニー": "2", "ニ": "2",
    "サン": "3", "ヨン": "4", "よん": "4", "シー": "4", "ゴー": "5", "ゴ": "5", "ロク": "6", "ろく": "6", "ナナ": "7", "なな": "7",
    "シチ": "7", "しち": "7", "ハチ": "8", "はち": "8", "キュウ": "9", "きゅう": "9", "キュー": "9", "クー": "9", "ク": "9",
}  # fmt: skip
_DIGIT = re.compile("|".join([r"[0-9０-９]", f"[{''.join(KANJI)}]", *sorted(KANA, key=len, reverse=True)]))
_JOINT = re.compile(
    r"(?:[\s、。,.ー\-−‐—–~〜・･/／()（）]|の|ノ|はい|ええ|うん|ハイ|えっと|えーと|ええと|えー|あの|あー|そして|それから|です|ですね|で|ね|局|番|と|様|もう一度)*"
)
_UNIT_AFTER = re.compile(r"\s*(?:円|えん|年|月|日|時|分|秒|歳|才|個|本|枚|台|名|人|回|件|階|キロ|グラム|g|kg|cm|ミリ|センチ|メートル|%|％|パーセント|割|万|千|百|ヶ月|か月|カ月|週|泊|リットル|ページ|等|位|度|丁目|番地|号|番線|ポイント)")
_OTHER_NUMBER = re.compile(r"(?:注文|受注|予約|受付|契約|証券|会員|お客様|顧客|伝票|追跡|問い?合わ?せ|整理|管理|製造|品|口座|型|シリアル|登録|社員|郵便)(?:の)?番号|型番|郵便番号|品番|番地|〒")
_PHONE_CUE = re.compile(r"電話|携帯|けいたい|でんわ|連絡先|番号|ファックス|FAX|fax|内線|直通|下[4四よ]|末尾|市外")
CUE_REACH = 30
"""Characters before a number in which a cue counts: one short turn and the question before it."""

JUNK = 3
"""Characters between digits that may be a misheard digit or two (「0901234 報力78」)."""


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    end: int
    digits: str


class SpokenNumberRecognizer(CallRecognizer):
    """Telephone numbers, whole or in groups."""

    entities = ("PHONE_NUMBER",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Collect digit runs, join groups, judge each by length and surroundings."""
        found: list[RecognizerResult] = []
        for run in _runs(call.text):
            score, why = self._judge(call.text, run)
            if score:
                found.append(self.result("PHONE_NUMBER", run.start, run.end, score, why))
        return found

    def _judge(self, text: str, run: _Run) -> tuple[float, str]:
        before = text[max(0, run.start - CUE_REACH) : run.start]
        other = [m.end() for m in _OTHER_NUMBER.finditer(before)]
        cue = [m.end() for m in _PHONE_CUE.finditer(before)]
        count = len(run.digits)
        if other and (not cue or max(cue) <= max(other)) and not (count >= 10 and run.digits[0] == "0"):
            return 0.0, ""
        if 9 <= count <= 13 and run.digits[0] == "0":
            return 0.95, "電話番号の桁数"
        if 9 <= count <= 13:
            return 0.8, "電話番号に近い桁数"
        if count > 13:
            return 0.7, "長い数字の並び"
        if count >= 7:
            return (0.75, "電話番号の手がかりと数字") if cue else (0.5, "長い数字の並び")
        if count >= 3 and cue and not _UNIT_AFTER.match(text, run.end):
            return 0.55, "電話番号の手がかりと数字"
        return 0.0, ""


def _runs(text: str) -> list[_Run]:
    """Maximal runs of digits joined by joints, or by a little junk inside a long run."""
    runs: list[_Run] = []
    for match in _DIGIT.finditer(text):
        digit = _value(match.group())
        if runs and _joined(text, runs[-1], match.start()):
            last = runs[-1]
            runs[-1] = _Run(last.start, match.end(), last.digits + digit)
        else:
            runs.append(_Run(match.start(), match.end(), digit))
    return runs


def _joined(text: str, run: _Run, start: int) -> bool:
    between = text[run.end : start]
    if _UNIT_AFTER.match(text, run.end):
        return False
    joint = _JOINT.match(between)
    if joint and joint.end() == len(between):
        return True
    return len(run.digits) >= 3 and len(between.strip()) <= JUNK and "\n" not in between


def _value(written: str) -> str:
    return KANA.get(written) or KANJI.get(written) or unicodedata.normalize("NFKC", written)

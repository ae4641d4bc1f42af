"""Recognise account names: what is spelt behind ログインID or ユーザー名."""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from pipeline.reasons import Reason
from pipeline.sound.identifiers import LETTER_NAMES

__all__ = ["AccountRecognizer"]

_ID = r"(?:ID|ＩＤ|アイディー|アイディ)"
_CALLED = re.compile(
    rf"(?:ログイン|ユーザー|アカウント|ライン|LINE|インスタ(?:グラム)?|ツイッター|スカイプ|ゲーム)の?(?:{_ID}|名|ネーム)|"
    r"(?:ユーザー|ハンドル)ネーム|(?:インスタ(?:グラム)?|ツイッター|LINE|ライン)の?アカウント|アカウント(?=[はが、])"
)
_PIECE = (
    rf"(?:[A-Za-z0-9Ａ-Ｚａ-ｚ０-９_.\-]++|(?:{LETTER_NAMES}|ゼロ|イチ|ニー|ニ|サン|ヨン|ゴー|ゴ|ロク|ナナ|ハチ|キュー|キュウ)(?![ァィゥェォャュョ])|"
    r"ドット|ハイフン|アンダー(?:バー|スコア)|[ァ-ヴー一-龠]{1,5}の(?=[A-Za-z](?![a-z]))|(?:大文字|小文字|数字)の?|"
    r"[ァ-ヴー]{2,8}(?=[、\s]*(?:[0-9]|アンダー|ドット|ハイフン)))"
)
_SPELT = re.compile(rf"{_PIECE}(?:(?:[\s、・の]|はい|ええ|えっと)*+{_PIECE})*+")
_OTHER = re.compile(r"番号|メール|アドレス|電話|パスワード|円")

REACH, LEAST = 40, 3
"""Greatest distance from the word for an account to the first letter; least length of an account name."""


class AccountRecognizer(CallRecognizer):
    """Names of accounts."""

    entities = ("ACCOUNT_NAME",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Take the first spelt run behind a word for an account."""
        found: list[RecognizerResult] = []
        for named in _CALLED.finditer(call.text):
            spelt = _SPELT.search(call.text, named.end(), named.end() + REACH + 80)
            if spelt is None or spelt.start() - named.end() > REACH:
                continue
            between = _OTHER.search(call.text, named.end(), spelt.start())
            if not between and len(spelt[0]) >= LEAST and re.search(r"[A-Za-zァ-ヶＡ-ｚ]", spelt[0]):
                found.append(self.result("ACCOUNT_NAME", *spelt.span(), 0.85, Reason.SPELT_ACCOUNT))
        return found

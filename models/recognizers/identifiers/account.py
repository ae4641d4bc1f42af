"""Recognise account names: what is spelt behind ログインID or ユーザー名."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from pipeline.reasons import Reason
from pipeline.sound.identifiers import LETTER_NAMES, code_of

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
_SIGN = re.compile(r"[_.\-]|ドット|ハイフン|アンダー(?:バー|スコア)")
_MODEL = re.compile(r"型番|品番|機種|型式|モデル|製造番号|シリアル|品名|商品名")
MODEL_CHARS = 100
"""Greatest distance of a word for a model before letters that are its name."""

_OTHER = re.compile(r"番号|型番|品番|メール|アドレス|電話|パスワード|円")

_SPOKEN_OF = re.compile(rf"{_CALLED.pattern}|ログイン|サインイン|アカウント|パスワード|マイページ|アプリ")
"""In a call that has spoken of an account, a name of letters and figures is one, however it is asked for."""

REACH, LEAST = 40, 3
"""Greatest distance from the word for an account to the first letter; least length of an account name."""

LEAST_SPELT = 4
"""Least number of letters said one by one that are somebody's name: ATM and URL have three."""

_ONE_LETTER = re.compile(
    rf"(?<![A-Za-zＡ-Ｚａ-ｚ])[A-Za-zＡ-Ｚａ-ｚ](?![A-Za-zＡ-Ｚａ-ｚ])|(?:{LETTER_NAMES})(?![ァィゥェォャュョ])"
)
_WRITTEN = re.compile(
    r"(?=[a-z0-9_.\-]*[0-9_])[a-z]{3,}[a-z0-9_.\-]*|"
    r"(?=[a-z]{5})(?:(?:[bcdfghjkmnprstwyz]|[kgnhbpmrsj]y|sh|ch|ts)?[aiueo]|n)+"
)
"""A name as it is written: small letters with figures or a sign, or a Japanese word in letters (rintarou)."""


class AccountRecognizer(CallRecognizer):
    """Names of accounts."""

    entities = ("ACCOUNT_NAME",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Take the first spelt run behind a word for an account, its repetitions, and other names."""
        text = call.text
        spoken_of = _SPOKEN_OF.search(text)
        begin = spoken_of.end() if spoken_of else len(text)
        behind = {spelt.span(): spelt[0] for spelt in _behind(text)}
        own = (known for known in call.case.requester.customer_numbers if is_account(known))
        codes = {*(_code(said) for said in behind.values()), *own}
        again = (
            spelt
            for spelt in _SPELT.finditer(text)
            if _repeats(_code(spelt[0]), codes)
            or (_is_spelt_out(spelt[0]) and not _names_model(text, spelt.start()))
            or (spelt.start() >= begin and _is_name(spelt[0]))
        )
        return [
            *(self.result("ACCOUNT_NAME", *span, 0.85, Reason.SPELT_ACCOUNT) for span in behind),
            *(
                self.result("ACCOUNT_NAME", *spelt.span(), 0.8, Reason.SPELT_ACCOUNT)
                for spelt in again
                if spelt.span() not in behind
            ),
        ]


def is_account(code: str) -> bool:
    """Whether a number of a case is the name of an account: it has more letters than a number begins with.

    Args:
        code: Letters and figures, as a case has them.
    """
    return sum(char.isalpha() for char in code) >= LEAST


def _behind(text: str) -> Iterator[re.Match[str]]:
    for named in _CALLED.finditer(text):
        spelt = _SPELT.search(text, named.end(), named.end() + REACH + 80)
        if spelt is None or spelt.start() - named.end() > REACH:
            continue
        between = _OTHER.search(text, named.end(), spelt.start())
        if not between and len(spelt[0]) >= LEAST and re.search(r"[A-Za-zァ-ヶＡ-ｚ]", spelt[0]):
            yield spelt


def _code(said: str) -> str:
    """The letters and figures of a name, without its signs."""
    return code_of(_SIGN.sub("、", said))


def _repeats(code: str, codes: Collection[str]) -> bool:
    """Whether a name, or its beginning or end, is spelt again."""
    return len(code) >= LEAST and any(known.startswith(code) or known.endswith(code) for known in codes)


def _is_spelt_out(said: str) -> bool:
    """Whether letters are said one by one, as nobody says a word or a model, or are written like a name."""
    return len(_ONE_LETTER.findall(said)) >= LEAST_SPELT or bool(_WRITTEN.fullmatch(said))


def _names_model(text: str, start: int) -> bool:
    """Whether letters stand behind a word for a model."""
    return bool(_MODEL.search(text, max(0, start - MODEL_CHARS), start))


def _is_name(said: str) -> bool:
    """Whether letters are followed by figures or a sign: a name, and no model (MX3300) or word (URL)."""
    code = _code(said)
    return is_account(code) and bool(re.search(r"[0-9]", code) or _SIGN.search(said))

"""Parse spoken identifiers: dates by era or year, codes and mail addresses by letter, number plates.

昭和33年の、はい、6月4日          1958-06-04
エービーの一二、はい、三四        AB1234
品川300、さくらのさ、12の34       品川300サ1234
ティー、エムのM、アットマーク      tm@
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pipeline.sound.digits import digits_of
from pipeline.sound.morae import Mora, fold_kana, morae, spell_out, undrawn

LETTERS: Final = {
    "エー": "A", "ビー": "B", "シー": "C", "ディー": "D", "イー": "E", "エフ": "F", "ジー": "G",
    "エイチ": "H", "エッチ": "H", "アイ": "I", "ジェー": "J", "ジェイ": "J", "ケー": "K", "ケイ": "K",
    "エル": "L", "エム": "M", "エヌ": "N", "オー": "O", "ピー": "P", "アール": "R", "エス": "S",
    "ティー": "T", "ユー": "U", "ブイ": "V", "ダブリュー": "W", "エックス": "X", "ワイ": "Y", "ゼット": "Z",
}  # fmt: skip
"""Spoken names of letters, without Q: キュー is nine far more often."""

LETTER_NAMES: Final = "|".join(sorted(LETTERS, key=len, reverse=True))
"""Pattern that matches one of these names, the longest first."""

_JOINT: Final = r"(?:[\s、。,・]|はい|ええ|うん|えっと|えーと|ええと|えー|あの|ですね|です|で|の|と)*"
"""Words between two parts of one date or plate: particles, fillers, the other side's はい."""

# ---- Dates. ----

_ERAS: Final = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
"""Western year before the first year of each era."""

_COUNT: Final = r"[0-9０-９]{1,4}|[〇零一二三四五六七八九十百千]{1,7}|元"
_DAY: Final = rf"(?:{_COUNT})\s*日(?![間前後目以ほ程])"
_DATE: Final = re.compile(
    rf"(?:(?P<era>明治|大正|昭和|平成|令和|西暦){_JOINT})?(?P<year>{_COUNT})\s*年(?![間前後目以ほ程半])(?:の?生まれ(?=.*月))?"
    rf"(?:{_JOINT}(?P<month>{_COUNT})\s*月(?!間)(?:{_JOINT}(?P<day>{_DAY}))?)?"
    rf"|(?P<month_alone>{_COUNT})\s*月(?!間){_JOINT}(?P<day_alone>{_DAY})"
    r"|(?<![0-9０-９])(?P<ymd>(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2})(?![0-9０-９])"
)
"""A date: year with month and day, year with month, or year alone; month and day; 1958-06-04 in digits."""


@dataclass(frozen=True, slots=True)
class SpokenDate:
    """A date in a text.

    Attributes:
        start, end: Half-open range of its characters.
        years: Possible western years: one for an era or four digits, several for two digits alone.
        month, day: 1 to 12 and 1 to 31; 0 where they are not said.
    """

    start: int
    end: int
    years: tuple[int, ...] = field(repr=False)
    month: int = field(repr=False)
    day: int = field(repr=False)

    @property
    def is_whole(self) -> bool:
        """Whether year, month and day are said."""
        return bool(self.years and self.month and self.day)

    @property
    def text(self) -> str:
        """Canonical form, equal for every way of saying the date."""
        return f"{self.years[0] if self.years else ''}-{self.month}-{self.day}"


def dates_in(text: str) -> tuple[SpokenDate, ...]:
    """Find the dates in a text.

    Args:
        text: The raw transcript, or a piece of it.

    Returns:
        Dates in order of text, without those whose month or day does not exist.
    """
    found = (_date(match) for match in _DATE.finditer(text))
    return tuple(each for each in found if each.month <= 12 and each.day <= 31)


def _date(match: re.Match[str]) -> SpokenDate:
    if match["ymd"]:
        year, month, day = (int(part) for part in re.split(r"[-/.]", match["ymd"]))
        return SpokenDate(match.start(), match.end(), (year,), month, day)
    month = _count(match["month"] or match["month_alone"] or "")
    day = _count((match["day"] or match["day_alone"] or "").partition("日")[0])
    return SpokenDate(match.start(), match.end(), _years(match["era"] or "", match["year"] or ""), month, day)


def _years(era: str, said: str) -> tuple[int, ...]:
    year = _count(said)
    if not said or era in _ERAS:
        return (_ERAS[era] + year,) if said else ()
    if year >= 100:
        return (year,)
    return (1900 + year, *(begin + year for begin in _ERAS.values()))


def _count(said: str) -> int:
    """Parse a number of a date: 33, 三十三, 三三, 千九百五十八; 0 for an empty text."""
    plain = unicodedata.normalize("NFKC", said).strip().replace("元", "一")
    if not set("十百千") & set(plain):
        return int(digits_of(plain) or 0)
    total, last = 0, 0
    for char in plain:
        if char in "十百千":
            total, last = total + (last or 1) * {"十": 10, "百": 100, "千": 1000}[char], 0
        else:
            last = last * 10 + int(digits_of(char) or 0)
    return total + last


# ---- Codes of letters and digits. ----

_EXPLAINED: Final = re.compile(r"[ァ-ヴーぁ-ん一-龠]{1,6}の(?=[A-Za-z](?![a-z]))")
"""Explanation before a letter: エムのM, 東京のT."""

_CODE: Final = re.compile(rf"[A-Za-z]|(?<![ァ-ヶー])(?:{LETTER_NAMES})+(?![ァ-ヶー])")
_ONE_LETTER: Final = re.compile(LETTER_NAMES)


def code_of(text: str) -> str:
    """Parse the letters and digits of a code: エービーの一二三四 is AB1234.

    Args:
        text: Recognised text.

    Returns:
        Capital letters and ASCII digits.
    """
    plain = _EXPLAINED.sub("", unicodedata.normalize("NFKC", text))
    out, last = [], 0
    for match in _CODE.finditer(plain):
        letters = _ONE_LETTER.sub(lambda each: LETTERS[each[0]], match.group())
        out += [digits_of(plain[last : match.start()]), letters.upper()]
        last = match.end()
    return "".join((*out, digits_of(plain[last:])))


# ---- Plates. ----

_PLACES: Final = (
    "札幌", "函館", "旭川", "室蘭", "苫小牧", "釧路", "知床", "帯広", "北見", "青森", "八戸", "弘前",
    "岩手", "盛岡", "平泉", "宮城", "仙台", "秋田", "山形", "庄内", "福島", "会津", "郡山", "白河",
    "いわき", "水戸", "土浦", "つくば", "宇都宮", "那須", "とちぎ", "日光", "群馬", "前橋", "高崎", "大宮",
    "川口", "所沢", "川越", "熊谷", "春日部", "越谷", "千葉", "成田", "習志野", "市川", "船橋", "袖ヶ浦",
    "袖ケ浦", "市原", "野田", "柏", "松戸", "品川", "世田谷", "練馬", "杉並", "板橋", "足立", "江東",
    "葛飾", "江戸川", "八王子", "多摩", "横浜", "川崎", "湘南", "相模", "山梨", "富士山", "新潟", "長岡",
    "上越", "富山", "石川", "金沢", "福井", "長野", "松本", "諏訪", "安曇野", "南信州", "岐阜", "飛騨",
    "静岡", "浜松", "沼津", "伊豆", "富士", "名古屋", "豊橋", "三河", "岡崎", "豊田", "尾張小牧", "一宮",
    "春日井", "三重", "鈴鹿", "四日市", "伊勢志摩", "滋賀", "京都", "なにわ", "大阪", "和泉", "堺", "神戸",
    "姫路", "奈良", "飛鳥", "和歌山", "鳥取", "島根", "出雲", "岡山", "倉敷", "広島", "福山", "山口",
    "下関", "徳島", "香川", "高松", "愛媛", "高知", "福岡", "北九州", "久留米", "筑豊", "佐賀", "長崎",
    "佐世保", "熊本", "大分", "宮崎", "鹿児島", "奄美", "沖縄",
)  # fmt: skip
"""Places on number plates (地域名)."""

_PLATE_JOINT: Final = (
    rf"(?:{_JOINT}|ほんで|それから|そのあと|最後が?|どうぞ|"
    r"(?:ひらがな|平仮名|かな|仮名|字|数字)(?:のほう)?[がは]?|"
    r"\n[^0-9０-９\n]{0,20}(?=\n))*"
)
"""Words between two parts of a plate: also what each part is called, and a short line of the other side."""

_FIGURE: Final = (
    r"(?:[0-9０-９〇零一二三四五六七八九]|ゼロ|ぜろ|まる|イチ|いち|ニー|ニ|サン|さん|ヨン|よん|ゴー|ゴ|ロク|ろく|"
    r"ナナ|なな|ハチ|はち|キュウ|きゅう|に(?=[\s、])|ご(?=[\s、]))"
)
_CLASS: Final = (
    r"[0-9０-９]{3}|[0-9０-９]{2}(?![0-9０-９])|[一二三四五六七八九]?百(?:[一二三四五六七八九]?十)?[一二三四五六七八九]?"
    rf"|{_FIGURE}(?:[\s、]*{_FIGURE}){{1,2}}"
)
_PLATE: Final = re.compile(
    rf"(?:(?P<place>{'|'.join(sorted(_PLACES, key=len, reverse=True))})(?:ナンバー)?{_PLATE_JOINT})?"
    rf"(?<![,.])(?P<class>{_CLASS})(?![0-9０-９円年月日時分%])(?:番)?{_PLATE_JOINT}"
    r"(?:(?P<explains>[ぁ-んァ-ヶー一-龠]{1,5}の)(?P<kana>[ぁ-んァ-ヴ])|(?P<bare>[ぁ-んァ-ヴ]))"
    rf"{_PLATE_JOINT}(?P<number>{_FIGURE}(?:(?:[\s、・\-ー−‐]|の|ハイフン|はい)*{_FIGURE}){{0,3}})(?![0-9０-９])"
)
"""A number plate: 地域名, 分類番号, kana, 一連指定番号."""


@dataclass(frozen=True, slots=True)
class Plate:
    """A number plate in a text.

    Attributes:
        start, end: Half-open range of its characters.
        place: 地域名; empty where it is not said.
        series: 分類番号, in ASCII digits.
        kana: The kana, in katakana.
        number: 一連指定番号, in ASCII digits.
        explained: Whether the kana was explained (さくらのさ).
    """

    start: int
    end: int
    place: str = field(repr=False)
    series: str = field(repr=False)
    kana: str = field(repr=False)
    number: str = field(repr=False)
    explained: bool

    @property
    def text(self) -> str:
        """Canonical form, equal for every way of saying the plate."""
        return f"{self.place}{self.series}{self.kana}{self.number}"


def plates_in(text: str) -> tuple[Plate, ...]:
    """Find the number plates in a text.

    Args:
        text: The raw transcript, or a piece of it.

    Returns:
        Plates in order of text that have a place or an explained kana; any other digits and kana may be no
        plate.
    """
    found = tuple(
        Plate(
            match.start(),
            match.end(),
            match["place"] or "",
            _series(match["class"]),
            fold_kana(match["kana"] or match["bare"]),
            digits_of(match["number"]),
            bool(match["explains"]),
        )
        for match in _PLATE.finditer(text)
        if _explains(match)
    )
    return tuple(each for each in found if each.place or each.explained)


def _explains(match: re.Match[str]) -> bool:
    """Whether a word in kana before a plate's kana begins with it (さくらのさ), or calls it kana."""
    word, kana = match["explains"], match["kana"]
    in_kana = word is not None and re.fullmatch(r"[ぁ-んァ-ヶー]+", word)
    return not in_kana or fold_kana(word)[0] == fold_kana(kana) or word in {"ひらがなの", "かなの"}


def _series(said: str) -> str:
    return str(_count(said)) if "百" in said else digits_of(said)


# ---- Mail addresses. ----

_SIGNS: Final = (
    (re.compile(r"ア[ッツス]?[トド]・?マ(?:ー[クスズツ]|ンク)?|あっとまーく|@マーク|＠"), "@"),
    (re.compile(r"ドット|どっと|点"), "."),
    (re.compile(r"ハイフン|はいふん|マイナス"), "-"),
    (re.compile(r"アンダー(?:バー|スコア|ライン)"), "_"),
)
_ASIDE: Final = re.compile(
    r"(?:小文字|大文字|半角|アルファベット|英語|数字|全部)(?:で|の)?|はい|ええ|えっと|えーと|えー|です(?:ね)?|[\s、。・]"
)
_PROVIDERS: Final = {
    "ジーメール": "gmail", "ヤフー": "yahoo", "ドコモ": "docomo", "ソフトバンク": "softbank",
    "イージーウェブ": "ezweb", "アイクラウド": "icloud", "アウトルック": "outlook", "ホットメール": "hotmail",
    "コム": "com", "ネット": "net", "ジェーピー": "jp", "ジェイピー": "jp", "シーオー": "co",
    "エヌイー": "ne", "エグザンプル": "example", "イグザンプル": "example",
}  # fmt: skip
_PARTED: Final = re.compile(r"([@._-])")
_DIGIT_WORDS: Final = re.compile(
    r"ゼロ|まる|マル|レイ|イチ|いち|ニー|ニイ|サン|ヨン|よん|ゴー|ロク|ろく|ナナ|なな|シチ|ハチ|はち|キュウ|キュー|きゅう|"
    r"[〇零一二三四五六七八九]"
)

Mail = tuple[str, ...]
"""Words of a mail address and the signs between them: Latin letters where a word was spelt, else katakana."""


def mail_of(text: str, kana: Callable[[str], str]) -> Mail:
    """Parse a mail address or the name of an account.

    Args:
        text: Recognised text, or the address of a case.
        kana: Returns the reading of words.

    Returns:
        Words and the signs between them.
    """
    plain = unicodedata.normalize("NFKC", text)
    words = _ASIDE.split(_EXPLAINED.sub("", plain))
    joined = "".join(_word(word, kana) for word in words if word)
    return tuple(part for part in _PARTED.split(joined) if part)


def _word(word: str, kana: Callable[[str], str]) -> str:
    for sign, written in _SIGNS:
        word = sign.sub(written, word)
    return "".join(
        part if _PARTED.fullmatch(part) else _piece(part, kana) for part in _PARTED.split(word) if part
    )


def _piece(piece: str, kana: Callable[[str], str]) -> str:
    if piece in _PROVIDERS:
        return _PROVIDERS[piece]
    bare = piece.replace("の", "")
    rest = _DIGIT_WORDS.sub(lambda m: digits_of(m[0]), _ONE_LETTER.sub(lambda m: LETTERS[m[0]].lower(), bare))
    if rest.isascii():
        return rest.lower()
    return "".join(
        part.lower() if part.isascii() else fold_kana(kana(part))
        for part in re.split(r"([!-~]+)", piece)
        if part
    )


def mails_agree(said: Mail, known: Mail) -> bool:
    """Whether a spoken mail address agrees with a case's: by letters where it was spelt, else by sound.

    Args:
        said: The spoken address, or all of it before the @.
        known: The case's address.
    """
    if said and "@" not in said and "@" in known:
        known = known[: known.index("@")]
    return len(said) == len(known) and all(
        _words_agree(one, other) for one, other in zip(said, known, strict=True)
    )


def _words_agree(one: str, other: str) -> bool:
    if one.isascii() and other.isascii():
        return one.lower() == other.lower()
    return _figures(one) == _figures(other) and _sound(one) == _sound(other)


def _figures(word: str) -> str:
    return "".join(char for char in word if char.isdecimal())


def _sound(word: str) -> tuple[Mora, ...]:
    return undrawn(morae(spell_out(word) if word.isascii() else fold_kana(word)))

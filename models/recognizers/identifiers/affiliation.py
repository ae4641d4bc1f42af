"""Recognise a person's workplace or school, with department, post, class or ward.

母はみなと精工の総務課に勤めております      a person's workplace
息子が緑ヶ丘小学校の三年二組です            a person's school
みなと精工の製品を買いました                a company, but nobody's workplace
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from pipeline.kinds import LEGAL_FORMS
from pipeline.reasons import Reason

DEPARTMENT_ENDS = "課|部|室|係|科|支店|支社|本社|営業所|工場|病棟|事業部|本部|センター|店"
"""Ends of the names of departments and branches, as alternatives of a regular expression."""

_NAME = r"[ァ-ヶー一-龠々ヶA-Za-zＡ-Ｚａ-ｚ・]"
_KANA = r"(?:(?<![^はがのもで、。\s])[ぁ-ん]{2,5}(?<![はがのもでをに]))"
"""A name that begins in hiragana: it can be told from a particle only behind a particle or a pause."""
_COMPANY_TAIL = (
    r"(?:株式会社|有限会社|合同会社|工業|製作所|精工|商事|商会|商店|信用金庫|信金|銀行|証券|生命|損保|病院|医院|クリニック|建設|工務店|"
    r"電機|電気|電子|精機|設計|塗装|水産|酒造|家具|書店|警備|テレビ|フーズ|化粧品|製薬|薬局|運輸|運送|物産|不動産|自動車|鉄道|電鉄|交通|食品|製菓|印刷|出版|新聞社|放送|市役所|区役所|県庁|"
    r"役場|警察署|消防署|郵便局|農協|組合|事務所|研究所|ホテル|スーパー|デパート|百貨店|製鉄|化学|重工|通信|システムズ?|テック|"
    r"サービス|ホールディングス|グループ|機械|金属|産業|物流|倉庫|介護施設|センター|老人ホーム)"
)
_COMPANY_HEAD = rf"(?:{LEGAL_FORMS}|ホテル|スーパー|カフェ|レストラン)"
_SCHOOL_TAIL = (
    r"(?:小学校|中学校|高等学校|高校|大学院|大学|短大|専門学校|高専|"
    r"保育園|幼稚園|こども園|学園|学院|支援学校|予備校|塾)"
)
_COUNT = r"[0-9０-９一二三四五六七八九十]"
_NOT_NAME = r"[^ァ-ヶー一-龠々A-Za-zＡ-Ｚａ-ｚ・]"
_NO_EMPLOYER = (
    r"会社|工場|病院|役所|銀行|学校|事務所|本社|支店|自宅|在宅|海外|近所|地元|都内|県内|市内|現場|夜勤|日勤|正社員|派遣|"
    r"[一-龠]{1,4}[市県区町村都府駅]|東京|大阪|京都|北海道|名古屋|横浜|福岡|札幌"
)
"""Where people work that says no more of them: a place, or what sort of firm it is."""

_DEPARTMENT = (
    rf"(?:{_NAME}{{1,10}}?(?:{DEPARTMENT_ENDS}|売り場|窓口|局)"
    rf"(?:{_NAME}{{1,3}}(?:課|係))?(?:の?(?:課長|部長|係長|主任|店長|支店長|次長|所長|室長|婦長|師長|工場長))?)"
)
_CLASS = (
    rf"(?:{_COUNT}{{1,2}}年(?:生)?(?:の?(?:{_COUNT}{{1,2}}|[A-Za-zＡ-Ｚ]|エー|ビー|シー|ディー)組)?|"
    rf"{_COUNT}{{1,2}}組|{_NAME}{{1,6}}(?:学部|学科|組|部|科|クラス)|(?:[ぁ-ん]{{2,5}}|[ァ-ヶー]{{2,6}})組(?![むみま]))"
)
_COMPANY = re.compile(
    rf"(?P<org>(?:{_COMPANY_HEAD}{_NAME}{{2,12}}?(?={_DEPARTMENT}|{_NOT_NAME}|$)|{_NAME}{{1,10}}{_COMPANY_TAIL}|"
    rf"{_KANA}{_NAME}{{0,4}}{_COMPANY_TAIL}))(?P<rest>(?:(?:の|、|\s)*{_DEPARTMENT}){{0,2}})"
)
_UNIT = re.compile(
    rf"(?P<org>(?<!{_NAME})(?!(?:{_NO_EMPLOYER})(?!{_NAME})){_NAME}{{2,12}}?)(?P<rest>(?:の|、)?{_NAME}{{1,6}}?(?:課|部|室|係|支店|工場|病棟|営業所|センター)"
    rf"(?:の?(?:課長|部長|係長|主任|店長|支店長|次長|所長|室長|師長|工場長))?)(?!{_NAME})"
)
"""A department says that what stands before it is a firm, whatever it is called."""

_EMPLOYER = re.compile(
    rf"(?P<org>(?<!{_NAME})(?!(?:{_NO_EMPLOYER})(?!{_NAME})){_NAME}{{3,12}})(?P<rest>)(?=[、\s]*(?:に(?:お?勤め|お?勤務|就職|在職)|で(?:お?仕事|働|はたら|パート|バイト)))"
)
_SCHOOL = re.compile(
    rf"(?P<org>{_KANA}?(?:{_NAME}|が(?=[丘浜原])){{0,10}}(?<=[^はがのもで、。\s]){_SCHOOL_TAIL})(?P<rest>(?:(?:の|、|\s)*{_CLASS}){{0,3}})"
)
_WORKS = re.compile(
    r"[、\s]*(?:の(?:ほう|方))?(?:に|で|へ|さ|(?:って|て|と|とか)?(?:いう|言う|ゆう)?(?:とこ(?:ろ)?|会社|店)(?:に|で|へ|さ)?)?[、\s]*(?:ずっと|今も|今|長年|去年から|今年から)?[、\s]*"
    r"(?:お?勤[めま務]|つとめ|移[っり]|出て(?:は|い|お|る)|働[いき]|はたら|勤務|就職|パート|バイト|アルバイト|在職|派遣|転職|入社|社員|正社員|契約社員|嘱託|出向|配属|研修|に?(?:おり|い|お)(?:る|ます|まし|られる)(?:者|もの|人|方)|"
    r"(?:を|から)(?:辞め|やめ|退職|定年|異動)|に(?:いた|いらした)(?:人|方|者|とき|頃|ころ)|出身|の(?:社員|職員|従業員|同僚|上司|部下|後輩|先輩|先生|看護師|教師|店員|事務員|パート|人(?=[がはでとにの、。])))"
)
_LEARNS = re.compile(
    r"[、\s]*(?:に|へ|を|の|で)?[、\s]*(?:通[っいうわ]|かよ|在学|在籍|入学|進学|卒業|行って|学んで|(?:の)?(?:生徒|学生|園児|児童|教師|先生|同級生))"
)
_CALLED = re.compile(
    r"(?:お?勤め(?:先)?|お仕事(?:先)?|勤務先|職場|パート先|バイト先|派遣先|通学先|(?<!この)(?<![ァ-ヶー一-龠])(?:会社|学校|大学)(?:名)?)(?:は|が|って|の名前[はが]|ですか|を?お?聞かせ|をお願い)[^\n]{0,14}\n?[^\n]{0,8}$"
)
_OTHER_PEOPLE = "母|父|妻|夫|兄|姉|弟|妹|息子|娘|孫|祖父|祖母|主人|家内|旦那|嫁|婿|彼女?|友人|友達|知人|大家"
"""People whom a caller speaks of, as alternatives of a regular expression."""

_PERSON = re.compile(
    rf"(?:(?<!お客)(?:さん|様|くん|君|ちゃん)|{_OTHER_PEOPLE}|連れ合い|"
    r"上の子|下の子|うちの子|長男|次男|長女|次女)(?:は|が|も|の|、|って)[^。\n]{0,10}$"
)
_NEAR_PERSON = re.compile(
    rf"(?:(?<!お客)(?<![店屋社])(?:さん|様|くん|君|ちゃん)|{_OTHER_PEOPLE}|あの人|本人|あいつ|"
    r"同僚|先輩|後輩|上司|部下|バイト|パートの|運転手|相手の?方|名刺|勤め|勤務|職場|お仕事|前職)"
)
"""Words for a person, or for where one works."""

_VISITED = re.compile(
    r"(?:銀行|信用金庫|信金|組合|農協|病院|医院|クリニック|薬局|郵便局|役所|県庁|役場|警察署|消防署|ホテル|スーパー|デパート|百貨店|センター|"
    r"電鉄|鉄道|交通|新聞社|テレビ|証券|生命|損保|放送|ホーム|運輸|運送|通信|電気|不動産|サービス|グループ)$"
)
"""What people deal with far more often than they work there: it takes a verb to be a workplace."""

_THING = re.compile(
    r"[、\s]*(?:さん)?(?:の(?:製品|商品|前|近く|隣|裏|向かい|そば|角|交差点|電話|窓口|駐車場|バス|チラシ|カタログ|広告|工事|見学|説明会|文化祭|校舎|キャンパス|運動会|体育館|"
    r"グラウンド|グランド|プール|ほう(?:から|へ)|方(?:から|へ)|入口|入り口|横|脇|先|手前|あたり|辺り|正門|校門|ホール|売り場)|前|行き|まで|から(?:歩|車|徒歩|すぐ)|製|で(?:買|売|借|見|開))"
)
"""What is said of a firm or school as a thing or a place, and of nobody who belongs there."""

NEAR_CHARS = 80
"""Greatest distance behind a word for a person at which a firm is where that person works."""

_CLASS_AGAIN = re.compile(
    rf"(?<![0-9０-９一二三四五六七八九十]){_COUNT}{{1,2}}年(?:生)?の?(?:{_COUNT}{{1,2}}|[A-Za-zＡ-Ｚ]|エー|ビー|シー|ディー)組|"
    rf"(?<!{_NAME})[一-龠]{{1,4}}(?:学部|学科)(?!{_NAME})"
)
"""A class or a faculty, in a call that has named a school."""

_DEPARTMENT_AGAIN = re.compile(
    r"(?<![ァ-ヶー一-龠々A-Za-z])(?!全部|一部|内部|外部|細部|幹部|腹部|頭部|この部|その部|部|課|係)"
    r"[ァ-ヶー一-龠々]{1,5}(?:課|部|係)(?:の?(?:課長|部長|係長|主任|次長))?(?![ァ-ヶー一-龠々屋品分門数下活])"
)
"""A department, in a call that has named somebody's workplace."""

_CARRIED = re.compile(r"(?:学生証|生徒手帳|生徒証|学校名)[^\n]{0,6}$")
_CLASS_ALONE = re.compile(rf"(?:クラス|学年|組)(?:は|が|も|、)[^\n。]{{0,4}}?(?P<rest>{_CLASS})")
_INTRODUCED = re.compile(
    r"[の、]?[^。\n]{0,12}(?:と申し|でございます|が承り|がうけたまわり)|の(?:製品|前|近く|隣|電話|窓口)"
)
"""Whoever introduces themselves speaks for a firm; and a firm's things and whereabouts are nobody's."""

_THEIR_NAME = re.compile(rf"の{_NAME}{{1,6}}(?:さん|様|さま|くん|君|ちゃん|先生|という(?:者|方|人))")
_IS = re.compile(r"(?:です|で|なん|だ|、|。|に|の)")


class AffiliationRecognizer(CallRecognizer):
    """Workplaces and schools of people."""

    entities = ("WORKPLACE", "SCHOOL")

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Take names of companies and schools where a person is said to belong, and where they return."""
        found: dict[tuple[int, int], tuple[str, Reason]] = {}
        words: dict[str, str] = {}
        for kind, match in _all_belonging(call):
            found[_span(match)] = (kind, Reason.WORKS_OR_STUDIES_THERE)
            if not _is_requesters(call, match.groupdict().get("org") or ""):
                words |= dict.fromkeys(_words(match), kind)
        for kind, span in _again(call, set(words.values())):
            found.setdefault(span, (kind, Reason.WORKS_OR_STUDIES_THERE))
        text = call.text.translate(_FIGURES)
        for word, kind in words.items():
            for again in re.finditer(re.escape(word), text):
                found.setdefault(again.span(), (kind, Reason.SAME_SPELLING_AS_EARLIER))
        return [self.result(kind, *span, 0.85, why) for span, (kind, why) in found.items()]


_FIGURES = str.maketrans("一二三四五六七八九０１２３４５６７８９", "1234567890123456789")
"""A class is read alike in kanji and figures."""

LEAST_WORD = 3
"""Least length of a name or a department that is looked for elsewhere."""


def _span(match: re.Match[str]) -> tuple[int, int]:
    """Return the characters of a name with its department, or of a class alone."""
    return match.span() if "org" in match.groupdict() else match.span("rest")


def _words(match: re.Match[str]) -> Iterator[str]:
    """Yield what may return of a workplace or a school: its name, and its department or class."""
    groups = match.groupdict()
    name = (groups.get("org") or "").strip("の、 \n")
    parts = [name, *re.split(r"[の、\s]+", groups["rest"])]
    yield from (part.translate(_FIGURES) for part in parts if len(part) >= LEAST_WORD)


def _all_belonging(call: Call) -> Iterator[tuple[str, re.Match[str]]]:
    firms = [*_belonging(call, _COMPANY, _WORKS), *_belonging(call, _UNIT, _WORKS)]
    yield from (("WORKPLACE", match) for match in firms)
    for match in _EMPLOYER.finditer(call.text):
        within = any(firm.start() < match.end() and match.start() < firm.end() for firm in firms)
        if not within and not _is_own(call, match["org"]):
            yield "WORKPLACE", match
    yield from (("SCHOOL", match) for match in _belonging(call, _SCHOOL, _LEARNS))
    yield from (("SCHOOL", match) for match in _CLASS_ALONE.finditer(call.text))


def _belonging(call: Call, shape: re.Pattern[str], verb: re.Pattern[str]) -> Iterator[re.Match[str]]:
    text = call.text
    for match in shape.finditer(text):
        start, end = match.span()
        before = text[text.rfind("\n", 0, start) + 1 : start]
        if _is_own(call, match["org"]):
            continue
        detailed = bool(match["rest"].strip("の、 \n"))
        person = bool(_PERSON.search(before))
        said = (
            verb.match(text, end)
            or (detailed and (shape is _SCHOOL or _THEIR_NAME.match(text, end)))
            or (detailed and shape is _COMPANY and not _INTRODUCED.match(text, end))
            or (person and (detailed or _IS.match(text, end)))
            or (shape is _SCHOOL and _CARRIED.search(before))
            or _CALLED.search(text[max(0, start - 40) : start])
            or _near_person(text, match, shape)
        )
        if said:
            yield match


def _near_person(text: str, match: re.Match[str], shape: re.Pattern[str]) -> bool:
    """Whether a firm or a school stands behind a word for a person, and is no thing or place."""
    end = match.end()
    if shape is _UNIT or _THING.match(text, end) or _INTRODUCED.match(text, end):
        return False
    before = text[max(0, match.start() - NEAR_CHARS) : match.start()]
    return not _VISITED.search(match["org"]) and bool(_NEAR_PERSON.search(before))


def _again(call: Call, found: Collection[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield classes and departments by themselves, in a call that has named a school or a workplace."""
    text = call.text
    if "SCHOOL" in found:
        yield from (("SCHOOL", match.span()) for match in _CLASS_AGAIN.finditer(text))
    if "WORKPLACE" in found:
        for match in _DEPARTMENT_AGAIN.finditer(text):
            if not _INTRODUCED.match(text, match.end()) and not _is_own(call, match[0]):
                yield "WORKPLACE", match.span()


def _is_own(call: Call, org: str) -> bool:
    """Whether a name is the company's own, or part of it."""
    own = (name.text for name in call.case.company_names if name.text)
    return any(name in org or org in name for name in own)


def _is_requesters(call: Call, org: str) -> bool:
    """Whether a name is a workplace of the case: its departments alone are not looked for, nobody's value."""
    own = (place.text for place in call.case.requester.workplaces if place.text)
    return any(name in org or (org and org in name) for name in own)

"""Recognise a person's workplace or school, with department, post, class or ward.

母はみなと精工の総務課に勤めております      a person's workplace
息子が緑ヶ丘小学校の三年二組です            a person's school
みなと精工の製品を買いました                a company, but nobody's workplace
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from pipeline.reasons import Reason

__all__ = ["AffiliationRecognizer"]

_NAME = r"[ァ-ヶー一-龠々ヶA-Za-zＡ-Ｚａ-ｚ・]"
_KANA = r"(?:(?<![^はがのもで、。\s])[ぁ-ん]{2,5})"
"""A name that begins in hiragana: it can be told from a particle only behind a particle or a pause."""
_COMPANY_TAIL = (
    r"(?:株式会社|有限会社|合同会社|工業|製作所|精工|商事|商会|商店|信用金庫|信金|銀行|証券|生命|損保|病院|医院|クリニック|建設|工務店|"
    r"電機|電気|電子|製薬|薬局|運輸|運送|物産|不動産|自動車|鉄道|電鉄|交通|食品|製菓|印刷|出版|新聞社|放送|市役所|区役所|県庁|"
    r"役場|警察署|消防署|郵便局|農協|組合|事務所|研究所|ホテル|スーパー|デパート|百貨店|製鉄|化学|重工|通信|システムズ?|テック|"
    r"サービス|ホールディングス|グループ|機械|金属|産業|物流|倉庫|介護施設|老人ホーム)"
)
_SCHOOL_TAIL = (
    r"(?:小学校|中学校|高等学校|高校|大学院|大学|短大|専門学校|高専|"
    r"保育園|幼稚園|こども園|学園|学院|支援学校|予備校|塾)"
)
_COUNT = r"[0-9０-９一二三四五六七八九十]"
_DEPARTMENT = (
    rf"(?:{_NAME}{{1,10}}?(?:課|部|室|係|科|支店|支社|本社|営業所|工場|病棟|事業部|本部|センター|店|売り場|窓口|局)"
    rf"(?:{_NAME}{{1,3}}(?:課|係))?(?:の?(?:課長|部長|係長|主任|店長|支店長|次長|所長|室長|婦長|師長|工場長))?)"
)
_CLASS = (
    rf"(?:{_COUNT}{{1,2}}年(?:生)?(?:の?(?:{_COUNT}{{1,2}}|[A-Za-zＡ-Ｚ]|エー|ビー|シー|ディー)組)?|"
    rf"{_COUNT}{{1,2}}組|{_NAME}{{1,6}}(?:学部|学科|組|部|科|クラス))"
)
_COMPANY = re.compile(
    rf"(?P<org>(?:(?:株式会社|有限会社|医療法人|社会福祉法人){_NAME}{{2,12}}|{_NAME}{{1,10}}{_COMPANY_TAIL}|"
    rf"{_KANA}{_NAME}{{0,4}}{_COMPANY_TAIL}))(?P<rest>(?:(?:の|、|\s)*{_DEPARTMENT}){{0,2}})"
)
_SCHOOL = re.compile(
    rf"(?P<org>{_KANA}?(?:{_NAME}|が(?=[丘浜原])){{0,10}}(?<=[^はがのもで、。\s]){_SCHOOL_TAIL})(?P<rest>(?:(?:の|、|\s)*{_CLASS}){{0,3}})"
)
_WORKS = re.compile(
    r"[、\s]*(?:の(?:ほう|方))?(?:に|で|へ)?[、\s]*(?:ずっと|今も|今|長年|去年から|今年から)?[、\s]*"
    r"(?:お?勤[めま務]|つとめ|働[いき]|はたら|勤務|就職|パート|バイト|アルバイト|在職|派遣|転職|入社|社員|に?(?:おり|い|お)(?:る|ます|まし|られる)(?:者|もの|人|方)|"
    r"の(?:社員|職員|従業員|先生|看護師|教師|店員|事務員|パート))"
)
_LEARNS = re.compile(
    r"[、\s]*(?:に|へ|を|の|で)?[、\s]*(?:通[っいうわ]|かよ|在学|在籍|入学|進学|卒業|行って|学んで|(?:の)?(?:生徒|学生|園児|児童|教師|先生|同級生))"
)
_CALLED = re.compile(
    r"(?:お?勤め先|勤務先|職場|パート先|バイト先|派遣先|通学先|(?<!この)(?:会社|学校|大学)(?:名)?)(?:は|が|って|の名前[はが]|ですか|を?お?聞かせ|をお願い)[^\n]{0,14}\n?[^\n]{0,8}$"
)
_PERSON = re.compile(
    r"(?:(?<!お客)(?:さん|様|くん|君|ちゃん)|母|父|妻|夫|兄|姉|弟|妹|息子|娘|孫|祖父|祖母|主人|家内|旦那|嫁|婿|連れ合い|彼女?|友人|友達|知人|"
    r"大家|上の子|下の子|うちの子|長男|次男|長女|次女)(?:は|が|も|の|、|って)[^。\n]{0,10}$"
)
_THEIR_NAME = re.compile(rf"の{_NAME}{{1,6}}(?:さん|様|さま|くん|君|ちゃん|先生|という(?:者|方|人))")
_IS = re.compile(r"(?:です|で|なん|だ|、|。|に|の)")


class AffiliationRecognizer(CallRecognizer):
    """Workplaces and schools of people."""

    entities = ("WORKPLACE", "SCHOOL")

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Take names with the ending of a company or school where a person is said to belong there."""
        return [
            self.result(kind, start, end, 0.85, Reason.WORKS_OR_STUDIES_THERE)
            for kind, shape, verb in (("WORKPLACE", _COMPANY, _WORKS), ("SCHOOL", _SCHOOL, _LEARNS))
            for start, end in _belonging(call, shape, verb)
        ]


def _belonging(call: Call, shape: re.Pattern[str], verb: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    text = call.text
    own = [name.text for name in call.case.company_names if name.text]
    for match in shape.finditer(text):
        start, end = match.span()
        before = text[text.rfind("\n", 0, start) + 1 : start]
        if any(name in match["org"] or match["org"] in name for name in own):
            continue
        detailed = bool(match["rest"].strip("の、 \n"))
        person = bool(_PERSON.search(before))
        said = (
            verb.match(text, end)
            or (detailed and _THEIR_NAME.match(text, end))
            or (person and (detailed or _IS.match(text, end)))
            or _CALLED.search(text[max(0, start - 40) : start])
        )
        if said:
            yield start, end

"""The report to the commission (26条1項): what the ledger knows, what an officer wrote, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flows.breach.paper import Gap, Line, Section, Table, Written
from flows.breach.told import HEADINGS, data_items, day_of, heard_rows, moment_of, what_went_out
from flows.desk.breaches.clocks import due_on
from flows.desk.breaches.exposure import PASSWORD, Exposure
from flows.desk.kinds.breaches import GROUNDS, ITEMS, Breach, BreachKind, Paper, Stage
from flows.settings import Settings

Part = Line | Gap | Table

TO = "個人情報保護委員会　御中(業種により、権限の委任を受けた事業所管大臣など)"

DRAFT = "事実を確かめて足りない所を書き、委員会の報告フォームで報告する(この行は消す)"

ASKED: Mapping[int, str] = {
    2: "要配慮個人情報の有無、ほかの項目",
    3: "第三者を含む本人の数(分からないときは、その旨と見込み)",
    4: "なぜ起きたか。どの手順のどこで防げなかったか",
    5: "二次被害の有無、おそれの有無とその内容",
    6: "本人への連絡、謝罪、回収などの状況と予定",
    7: "公表したか、する予定か。しないときはその理由",
    8: "すでに講じた措置と、これから講じる措置",
}
"""What is asked of the officer under each item; the ledger knows the outline."""


def report(
    settings: Settings, stage: Stage, breach: Breach, found: Sequence[Exposure], sender: Mapping[str, str]
) -> Written:
    """Return the draft of a report.

    Args:
        settings: The settings, with the clocks.
        stage: The first or the final report.
        breach: The breach.
        found: What went out with each of its answers.
        sender: 会社名 and 窓口, as far as they are known.
    """
    return Written(
        f"個人データの漏えい等に関する報告({stage.label})(案)",
        (
            Section("", tuple(_head(settings, stage, breach, sender))),
            Section("報告を要する事態(施行規則7条)", tuple(_grounds(breach))),
            *(
                Section(f"{number}　{name}(8条1項{number}号)", tuple(_item(number, breach, found)), number)
                for number, name in ITEMS.items()
            ),
            Section("別紙　だれが何を聞き、受け取り、開いたか(開示台帳と監査記録から)", tuple(_heard(found))),
        ),
    )


def _head(settings: Settings, stage: Stage, breach: Breach, sender: Mapping[str, str]) -> Iterator[Part]:
    yield Line(TO)
    yield Gap("報告する日")
    yield Line(f"報告者　{sender['会社名']}") if "会社名" in sender else Gap("報告者の名称")
    yield Gap("住所、代表者の氏名、業種")
    if "窓口" in sender:
        yield Line(f"連絡先　{sender['窓口'].replace(chr(10), '　')}")
    yield Gap("事務連絡者の氏名、所属、電話番号、メールアドレス")
    yield Line(f"当社の番号　{breach.number}")
    yield Line(f"発覚日(当社が知った日時)　{moment_of(breach.known_at)}")
    yield Gap("発生日(分からないときは、その旨)")
    last = due_on(settings, breach, stage)
    if last is not None:
        yield Line(f"{stage.label}の期限(当社の設定)　{last.isoformat()}")
    yield Gap(DRAFT)


def _grounds(breach: Breach) -> Iterator[Part]:
    if breach.duty is None:
        yield Gap("7条のどの号に当たるか")
        return
    for ground in breach.duty.grounds:
        yield Line(f"7条{ground}号　{GROUNDS[ground]}")
    if not breach.duty.grounds:
        yield Line("7条の号に当たらない(任意の報告)")
    yield Line(f"判断の理由　{breach.duty.reason}")


def _item(number: int, breach: Breach, found: Sequence[Exposure]) -> Iterator[Part]:
    """Yield what stands under an item: the ledger's own lines, the officer's text, or what is missing."""
    yield from (Line(text) for text in _known(number, breach, found))
    written = breach.fact(Paper.REPORT, number)
    if written is not None:
        yield from (Line(line) for line in written.text.splitlines())
    elif number in ASKED:
        yield Gap(ASKED[number])


def _known(number: int, breach: Breach, found: Sequence[Exposure]) -> Iterator[str]:
    if number == 1:
        for each in found:
            yield f"{moment_of(each.mark.known_at)}に知った　{each.mark.kind.label}　{each.mark.text}"
            yield from what_went_out(each)
    elif number == 2:
        yield from dict.fromkeys(item for each in found for item in data_items(each))
    elif number == 3:
        yield from _people(found)
    elif number == 4:
        yield from dict.fromkeys(each.mark.kind.label for each in found)
    elif number == 5:
        yield from _protected(found)
    elif number == 6:
        told = [each for each in breach.done if each.stage is Stage.NOTICE]
        yield from (f"{day_of(each.done_at)}に本人へ通知　{each.how}" for each in told)
        if not told:
            yield "本人への通知の記録はまだない"
    elif number == 9:
        yield from (
            f"請求 {each.mark.request} 第{each.mark.turn}回の SHA-256 {each.answer.package_sha256}"
            for each in found
        )
        yield "だれが何を聞き、受け取り、開いたかは、別紙のとおり"


def _people(found: Sequence[Exposure]) -> Iterator[str]:
    """Yield whom the ledger knows: the requesters; other people who are heard in a call it does not count."""
    others = {each.mark.request for each in found if each.mark.kind is BreachKind.LEFT_AUDIBLE}
    requesters = {each.mark.request for each in found} - others
    if requesters:
        yield f"請求者　{len(requesters)}人(台帳から)"
    if others:
        yield f"伏せるべき所が残っていた請求　{len(others)}件。聞こえた第三者の数は、台帳では分からない"


def _protected(found: Sequence[Exposure]) -> Iterator[str]:
    for each in found:
        if each.answer.encrypted:
            seen = sum(one.what in PASSWORD for one in each.opened)
            yield f"第{each.mark.turn}回のファイルは暗号化(AES-256)。合言葉を見た・使った記録 {seen}件"


def _heard(found: Sequence[Exposure]) -> Iterator[Part]:
    for each in found:
        yield Line(f"請求 {each.mark.request} 第{each.mark.turn}回")
        rows = heard_rows(each)
        yield Table(HEADINGS, rows) if rows else Line("聴取、交付、取出しの記録はない")
    yield Gap("受け取った人が聞いたか、写しを作ったか、返したか(台帳からは分からない)")

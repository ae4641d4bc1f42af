"""The notice to a person (法26条2項、施行規則10条): what concerns them, and nothing of anybody else.

The commission's text is not repeated here: it may name the person who got the answer by mistake.  To somebody
other than the requester nothing of the request is told, not even that there was one.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence

from flows.breach.paper import Gap, Line, Section, Written
from flows.breach.told import data_items, day_of
from flows.desk.breaches.exposure import Exposure
from flows.desk.kinds.breaches import ITEMS, ITEMS_OF_NOTICE, Breach, BreachKind, Paper

Part = Line | Gap

TITLE = "個人データの漏えい等に関するお知らせ(案)"

OPENING = "当社が取り扱うあなたの個人データについて、漏えい等が発生し、又は発生したおそれがあります。"

BY_LAW = "個人情報の保護に関する法律第26条第2項に基づき、"
"""Said where a report is due; a notice may be given without a duty too."""

TOLD = "下記のとおりお知らせします。"

ASKED: Mapping[int, str] = {
    1: "何が起きたか(ほかの人の氏名などは書かない)",
    2: "あなたのどの情報か",
    4: "なぜ起きたか",
    5: "起きた被害、起こりうる被害と、していただきたいこと",
    9: "当社の対応とお詫び。ほかに参考となること",
}

NAMES = {1: "概要", 2: "対象となった個人データの項目", 5: "二次被害又はそのおそれの有無及びその内容"}
"""Headings that are shorter in a letter than in the law."""


class Addressee(enum.StrEnum):
    """Whom a notice goes to."""

    REQUESTER = "requester"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The Japanese name."""
        return ADDRESSEES[self]


ADDRESSEES = {Addressee.REQUESTER: "請求者", Addressee.OTHER: "請求者のほかの人(第三者)"}


def addressee_of(breach: Breach) -> Addressee:
    """Return whose data got out first of all: a mask that was missing tells of somebody else."""
    left = breach.marks[0].kind is BreachKind.LEFT_AUDIBLE
    return Addressee.OTHER if left else Addressee.REQUESTER


def notice(
    breach: Breach, about: tuple[Exposure, Addressee], name: str, sender: Mapping[str, str]
) -> Written:
    """Return the draft of a notice.

    Args:
        breach: The breach.
        about: What went out with the answer that concerns the person, and who they are.
        name: The requester's name; not used for anybody else.
        sender: 会社名 and 窓口, as far as they are known.
    """
    found, whom = about
    known = _known(found) if whom is Addressee.REQUESTER else {}
    head: list[Part] = [Gap("お知らせする日")]
    mine = whom is Addressee.REQUESTER and name
    head.append(Line(f"{name}　様") if mine else Gap("お知らせする方の氏名"))
    head.append(Line(sender["会社名"]) if "会社名" in sender else Gap("会社名"))
    due = breach.duty is not None and bool(breach.duty.grounds)
    head.append(Line(f"{OPENING}{BY_LAW if due else ''}{TOLD}"))
    head.append(Line(f"当社が知った日　{day_of(breach.known_at)}"))
    return Written(
        TITLE,
        (
            Section("", tuple(head)),
            *(
                Section(NAMES.get(item, ITEMS[item]), tuple(_item(item, breach, known.get(item, ()))), item)
                for item in ITEMS_OF_NOTICE
            ),
            Section("お問い合わせ", (_contact(sender),)),
        ),
    )


def _known(found: Exposure) -> Mapping[int, Sequence[str]]:
    """Return what the requester may be told from the ledger: their own request and the kinds of data."""
    mark, answer = found.mark, found.answer
    asked = f"開示請求 {mark.request} への回答({day_of(answer.released_at)})に関するものです"
    return {1: (asked,), 2: data_items(found)}


def _item(item: int, breach: Breach, known: Sequence[str]) -> Iterator[Part]:
    yield from map(Line, known)
    written = breach.fact(Paper.NOTICE, item)
    if written is None:
        yield Gap(ASKED[item])
    else:
        yield from map(Line, written.text.splitlines())


def _contact(sender: Mapping[str, str]) -> Part:
    if "窓口" in sender:
        return Line(sender["窓口"].replace("\n", "　"))
    return Gap("問い合わせの窓口")

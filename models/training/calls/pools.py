"""The people, places and firms that the tagger's training calls are cast with."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.language.lexicon.foreign import load_foreign_names
from models.language.lexicon.lexicon import FOLDER, NameEntry, NameRow, lexicon_lines, load_lexicon
from pipeline.sound.morae import fold_kana
from sample_audio.pools import Company, Named, Place, Pools, default_pools


def _table(words: str) -> tuple[Named, ...]:
    """``コーポ 荘:ソウ`` as written and read; what is in kana needs no reading."""
    pairs = (word.partition(":") for word in words.split())
    return tuple(Named(text, kana or fold_kana(text)) for text, _, kana in pairs)


FRONTS = _table(
    "コーポ メゾン ハイツ グラン サン パーク レジデンス ヴィラ シャトー カーサ フォレスト "
    "ロイヤル ルネ プラウド ライオンズ エクセル プレミール アーバン コンフォート ベル "
    "リバーサイド サニー ニュー ラ・フォンテ グリーン"
)
BACKS = _table(
    "荘:ソウ ハイツ マンション コーポ ハイム アパート ビル レジデンス テラス コート ガーデン "
    "パレス プラザ タワー 館:カン 住宅:ジュウタク 団地:ダンチ ヒルズ 寮:リョウ"
)
FLOWERS = _table(
    "桜:サクラ 若葉:ワカバ すみれ つばき 青葉:アオバ 白鳥:ハクチョウ かもめ みどり "
    "緑ヶ丘:ミドリガオカ ひまわり あじさい 富士見:フジミ 中央:チュウオウ 駅前:エキマエ "
    "希望:キボウ 月見:ツキミ さくら はなみずき 東:ヒガシ 南:ミナミ"
)
TRADES = _table(
    "商店:ショウテン 工務店:コウムテン クリニック 歯科:シカ 運輸:ウンユ 銀行:ギンコウ 保険:ホケン "
    "電機:デンキ 不動産:フドウサン 通信:ツウシン 薬局:ヤッキョク 病院:ビョウイン 観光:カンコウ "
    "ホテル 学習塾:ガクシュウジュク 書店:ショテン サービス 建設:ケンセツ ガス 水道:スイドウ "
    "農園:ノウエン 自動車:ジドウシャ 酒店:サケテン 印刷:インサツ"
)
"""Parts of invented buildings' and firms' names."""

ABROAD = 0.06
"""Share of people with a name from abroad: twice as many as live in Japan, for they are what is missed."""

LEAST_BORNE = 1.0
"""Fewest people per million that bear a name from abroad: of rarer ones the famous are listed."""


def training_pools(seed: int) -> Pools:
    """Thousands of names, drawn by how common they are, and places of all Japan."""
    lexicon, own, rng = load_lexicon(), default_pools(), random.Random(seed)
    surnames = _draw(spellings(lexicon.surnames), 4000, rng)
    given = _draw(spellings(lexicon.given_names), 5000, rng)
    places = tuple(
        Place(prefecture, city, town, f"{rng.randint(1, 999):03d}")
        for prefecture, city, town in rng.sample(towns(), 6000)
    )
    return Pools(
        surnames,
        given,
        places,
        (*own.buildings, *_buildings(surnames, given, places, rng)),
        (*own.companies, *_companies(surnames, places, rng)),
        own.terms,
        own.kanji,
        own.unassigned_numbers,
        _abroad(rng),
        ABROAD,
        identifiers=own.identifiers,
    )


def spellings(names: Mapping[str, NameEntry]) -> tuple[NameRow, ...]:
    """Return every spelling of every name, to draw from by weight."""
    return tuple(row for entry in names.values() for row in entry.rows)


def towns() -> tuple[tuple[Named, Named, Named], ...]:
    """Return every town of Japan once, with its prefecture and its city, to draw from evenly."""
    found = []
    for line in lexicon_lines(FOLDER / "places.tsv.gz"):
        prefecture, prefecture_kana, city, city_kana, listed = line.split("\t")
        own = Named(prefecture, prefecture_kana), Named(city.replace("|", ""), city_kana.replace("|", ""))
        pairs = (town.partition(",") for town in listed.split(";") if town)
        found += [(*own, Named(town, kana)) for town, _, kana in pairs]
    return tuple(found)


def _abroad(rng: random.Random) -> tuple[tuple[Named, Named], ...]:
    """A thousand people from abroad: a family name and a given name, each of any country."""
    names = [name for name in load_foreign_names().values() if name.family + name.given >= LEAST_BORNE]
    family = rng.choices(names, [name.family**0.6 for name in names], k=1000)
    given = rng.choices(names, [name.given**0.6 for name in names], k=1000)
    return tuple(
        (Named(one.text, one.text), Named(other.text, other.text))
        for one, other in zip(family, given, strict=True)
        if one != other
    )


def _buildings(
    surnames: Sequence[Named], given: Sequence[Named], places: Sequence[Place], rng: random.Random
) -> Iterator[Named]:
    """Four hundred buildings named as they are: a word before or after a flower, a place or an owner."""
    for _ in range(400):
        core = rng.choice(
            (rng.choice(FLOWERS), rng.choice(places).town, rng.choice(surnames), rng.choice(given))
        )
        front, back = rng.choice(FRONTS), rng.choice(BACKS)
        yield rng.choice(
            (
                Named(front.text + core.text, front.kana + core.kana),
                Named(core.text + back.text, core.kana + back.kana),
                Named(front.text + back.text, front.kana + back.kana),
                Named(f"第二{core.text}{back.text}", f"ダイニ{core.kana}{back.kana}"),
            )
        )


def _companies(surnames: Sequence[Named], places: Sequence[Place], rng: random.Random) -> Iterator[Company]:
    """Three hundred firms, for any trade: whose name and what they do."""
    for _ in range(300):
        core = rng.choice((rng.choice(FLOWERS), rng.choice(places).town, rng.choice(surnames)))
        trade = rng.choice(TRADES)
        yield Company(Named(core.text + trade.text, core.kana + trade.kana), ".")


def _draw(rows: Sequence[Any], count: int, rng: random.Random) -> tuple[Named, ...]:
    """Names by the square root of how common they are: rare ones are what is missed."""
    short = [row for row in rows if len(row.reading) <= 8]
    drawn = rng.choices(short, [row.weight**0.6 for row in short], k=4 * count)
    return tuple(dict.fromkeys(Named(row.surface, row.reading) for row in drawn))[:count]

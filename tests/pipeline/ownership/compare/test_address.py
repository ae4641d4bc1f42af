"""Addresses: town and number must fit, a shared prefecture tells nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.chain import RULES, Context, attribute
from pipeline.ownership.compare.address import address_groups, whose_address
from pipeline.ownership.compare.registered_address import registered
from pipeline.reasons import Reason
from pipeline.sound.morae import morae
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Party, Requester
from tests.builders import transcript, utterance

KYOTO = CaseName(
    "京都府京都市左京区下鴨1丁目12番14号",
    "キョウトフキョウトシサキョウクシモガモイッチョウメジュウニバンジュウヨンゴウ",
)
TOKYO = CaseName("東京都足立区梅島395番地レジデンス青葉310号室")
YOKOHAMA = CaseName("神奈川県横浜市港北区日吉3-2-1", "カナガワケンヨコハマシコウホククヒヨシ")

SAWARA = CaseName(
    "福岡県福岡市早良区西新6丁目3番7号グランドール桜909号室",
    "フクオカケンフクオカシサワラクニシジンロクチョウメサンバンナナゴウグランドールサクラキュウヒャクキュウゴウシツ",
)
HIYOSHI = CaseName("神奈川県横浜市港北区日吉1丁目14番11号コートにれの木309号室")
MACHIDA = CaseName("東京都町田市成瀬6丁目19番29号エスポワール804号室")
CHOFU = CaseName("東京都調布市深大寺東町1253番地", "トウキョウトチョウフシジンダイジヒガシマチ")
WAKAYAMA = CaseName(
    "和歌山県和歌山市紀三井寺2丁目25番7号", "ワカヤマケンワカヤマシキミイデラニチョウメニジュウゴバンナナゴウ"
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


@pytest.mark.parametrize(
    ("known", "said", "party"),
    [
        (TOKYO, "東京都足立区ウメシマ395", Party.REQUESTER),
        (MACHIDA, "えーとこれこれ4ミマスネ", Party.THIRD_PARTY),
        (MACHIDA, "町田市成瀬6丁目", Party.REQUESTER),
        (TOKYO, "あだち苦梅島", Party.REQUESTER),
        (TOKYO, "東京都八王子", Party.THIRD_PARTY),
        (TOKYO, "東京都足立区千住", Party.THIRD_PARTY),
        (TOKYO, "東京都足立区梅島12番地", Party.THIRD_PARTY),
        (YOKOHAMA, "横浜市港北区菊名", Party.THIRD_PARTY),
        (YOKOHAMA, "横浜市港北区菊名3-2-1", Party.UNKNOWN),
        (YOKOHAMA, "港北区日吉", Party.REQUESTER),
        (KYOTO, "きょうとしさきおくのしもがも", Party.REQUESTER),
        (KYOTO, "下鴨1の12の14", Party.REQUESTER),
        (KYOTO, "京都市左京区岩倉", Party.THIRD_PARTY),
        (WAKAYAMA, "東京と街出しになるせ", Party.THIRD_PARTY),
        (HIYOSHI, "横浜市港北区日吉3丁目2番", Party.THIRD_PARTY),
        (TOKYO, "れじでんす青葉310号室", Party.REQUESTER),
        (TOKYO, "れじでんす青葉205号室", Party.THIRD_PARTY),
        (WAKAYAMA, "6400の1978\n6400の1978 おかやまけんわけし", Party.THIRD_PARTY),
        (WAKAYAMA, "6400の1978\n6400の1978 わかやまけんわかやましこまつばら3の14", Party.THIRD_PARTY),
        (SAWARA, "福岡県、福岡市早良区、西新六丁目三の七。で、グランドール桜の909号室", Party.REQUESTER),
        (SAWARA, "福岡県福岡市早良区西新2", Party.THIRD_PARTY),
        (SAWARA, "福岡県福岡市早良区西新2丁目のほう", Party.THIRD_PARTY),
        (TOKYO, "でじでんす青葉の315室", Party.UNKNOWN),
        (CHOFU, "移動し、移動しよう", Party.THIRD_PARTY),
        (CaseName("香川県高松市屋島西町3丁目2番25号"), "はいたまけ", Party.THIRD_PARTY),
        (CaseName("鹿児島県鹿児島市紫原478番地"), "はいたまけ", Party.THIRD_PARTY),
        (SAWARA, "グランドール桜の995", Party.UNKNOWN),
        (SAWARA, "独町名3の7でグランドオルサクラの9マル9号出", Party.REQUESTER),
        (SAWARA, "グランドール桜の81", Party.THIRD_PARTY),
        (TOKYO, "コーポ山吹の315室", Party.THIRD_PARTY),
        (SAWARA, "独町名3の7でグランドオルサクラの9丸9号出", Party.REQUESTER),
        (SAWARA, "独町名3の7でグランドオルサクラの9丸8号出", Party.THIRD_PARTY),
        (WAKAYAMA, "街出しになるせ", Party.THIRD_PARTY),
        (WAKAYAMA, "和歌山県", Party.REQUESTER),
        (WAKAYAMA, "東京都", Party.THIRD_PARTY),
    ],
)
def test_town_and_number_tell(known: CaseName, said: str, party: Party, reader: Reader) -> None:
    """Who lives in the same city is somebody else; a garbled town of the requester's is theirs."""
    verdict, _, _ = whose_address(said, registered((known,), reader), reader)
    assert verdict is party


def test_the_number_is_no_part_of_the_place(reader: Reader) -> None:
    """ニチョウメ is near many a town."""
    (address,) = registered((KYOTO,), reader)
    assert len(address.above) == 3
    assert [mora for mora, _ in address.town] == ["sh", "m", "g", "m"]
    assert address.number == "11214"


def spans(call_text: str, *pieces: tuple[str, str]) -> tuple[EntitySpan, ...]:
    """Findings of the given words."""
    out = []
    for words, kind in pieces:
        at = call_text.index(words)
        out.append(EntitySpan(kind, CharSpan(at, at + len(words)), 0.9, "Test"))
    return tuple(out)


def test_an_address_said_in_pieces_is_judged_whole(reader: Reader) -> None:
    """The prefecture alone is the requester's too; with the rest of it, it is a stranger's."""
    call = transcript(
        utterance("東京都", 0.0),
        utterance("はい", 1.0),
        utterance("足立区梅島", 2.0),
        utterance("77です", 3.0),
    )
    found = spans(call.text, ("東京都", "ADDRESS"), ("足立区梅島", "ADDRESS"), ("77", "PHONE_NUMBER"))
    assert address_groups(found, call) == ((0, 1, 2),)
    verdicts = attribute(
        found, Context(call, CallCase("R-1", Requester(addresses=(TOKYO,))), reader), passes=RULES
    )
    assert {each.party for each in verdicts} == {Party.THIRD_PARTY}


def test_of_an_address_said_twice_the_number_heard_right_tells(reader: Reader) -> None:
    """6151 was heard for 651 the first time; the second time town and number are the requester's."""
    home = CaseName("岐阜県岐阜市長良651番地", "ギフケンギフシナガラロッピャクゴジュウイチバンチ")
    call = transcript(
        utterance("欲しながら6151万で", 0.0),
        utterance("ぎふしながら、", 2.0),
        utterance("651番地ですね", 3.0),
    )
    found = spans(
        call.text,
        ("欲しながら6151万", "ADDRESS"),
        ("ぎふしながら", "ADDRESS"),
        ("651番地", "ADDRESS"),
    )
    assert address_groups(found, call) == ((0, 1, 2),)
    verdicts = attribute(
        found, Context(call, CallCase("R-1", Requester(addresses=(home,))), reader), passes=RULES
    )
    assert [each.party for each in verdicts[1:]] == [Party.REQUESTER] * 2

    stranger = transcript(utterance("岐阜市芥見、", 0.0), utterance("651番地ですね", 1.0))
    found = spans(stranger.text, ("岐阜市芥見", "ADDRESS"), ("651番地", "ADDRESS"))
    verdicts = attribute(
        found, Context(stranger, CallCase("R-1", Requester(addresses=(home,))), reader), passes=RULES
    )
    assert all(each.party is not Party.REQUESTER for each in verdicts)


def test_words_between_make_two_addresses(reader: Reader) -> None:
    """What somebody says of one place is not said of the next."""
    call = transcript(utterance("梅島に住んでいましたが今は千住です", 0.0))
    found = spans(call.text, ("梅島", "ADDRESS"), ("千住", "ADDRESS"))
    assert address_groups(found, call) == ((0,), (1,))
    verdicts = attribute(
        found, Context(call, CallCase("R-1", Requester(addresses=(TOKYO,))), reader), passes=RULES
    )
    assert [each.party for each in verdicts] == [Party.REQUESTER, Party.THIRD_PARTY]


def test_the_edge_of_a_finding_may_cut_the_town(reader: Reader) -> None:
    """The few characters beside it are heard too."""
    call = transcript(utterance("京都市左京区しもがもですが", 0.0))
    (found,) = attribute(
        spans(call.text, ("京都市左京区しも", "ADDRESS")),
        Context(call, CallCase("R-1", Requester(addresses=(KYOTO,))), reader),
        passes=RULES,
    )
    assert found.party is Party.REQUESTER


def test_what_is_called_anothers_is_judged_without_the_words_beside_it(reader: Reader) -> None:
    """With a few characters more イシナキサマデソ is near スミレソ, and many a thing is like a building."""
    home = CaseName(
        "神奈川県藤沢市鵠沼海岸5丁目7番22号第二すみれ荘904号室", "カナガワケンフジサワシクゲヌマカイガン"
    )
    call = transcript(utterance("コンポヒバリ904合室の石泣きさまでそっか", 0.0))
    (entity,) = spans(call.text, ("コンポヒバリ904合室の石泣きさま", "ADDRESS"))
    case = CallCase("R-1", Requester(addresses=(home,)))
    found = attribute((replace(entity, hint=Party.THIRD_PARTY),), Context(call, case, reader), passes=RULES)
    assert [each.party is Party.REQUESTER for each in found] == [False, False]


def test_a_piece_that_says_all_is_not_theirs_by_what_another_says(reader: Reader) -> None:
    """The talk called it the requester's, and the prefecture said before was half like theirs."""
    home = CaseName("京都府宇治市小倉町707番地", "キョウトフウジシオグラチョウナナヒャクナナバンチ")
    call = transcript(
        utterance("京都府", 0.0), utterance("紫物石しあやらき本町7の8の25のコートに入れのきの310号室", 1.0)
    )
    place = call.text.split("\n")[1]
    found = [
        replace(each, hint=Party.REQUESTER)
        for each in spans(call.text, ("京都府", "ADDRESS"), (place, "ADDRESS"))
    ]
    _, whole = attribute(
        tuple(found), Context(call, CallCase("R-1", Requester(addresses=(home,))), reader), passes=RULES
    )
    assert whole.party is Party.UNKNOWN


KENGUN = CaseName(
    "熊本県熊本市東区健軍5丁目16番1号ヴィラ小鳥111号室", "クマモトケンクマモトシヒガシクケングン"
)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("健軍5丁目16番1号だけん、あすこは、えーと、2丁目34の24", False),
        ("5丁目16番1号だけん、2丁目34の24", False),
        ("健軍5丁目16番1号の111号室", True),
        ("健軍の5の16の1", True),
        ("ヴィラ小鳥の111号室。ヴィラ小鳥の111号室", True),
        ("ヴィラ小鳥の112号室。ヴィラ小鳥の112号室", False),
    ],
)
def test_more_than_the_registered_number_is_another_one(said: str, kept: bool, reader: Reader) -> None:
    """Somebody else's number said in one breath with the requester's is not theirs; said twice it is one."""
    party, *_ = whose_address(said, registered((KENGUN,), reader), reader)
    assert (party is Party.REQUESTER) is kept


ROOM = CaseName("愛知県名古屋市千種区今池3丁目24番3号グランドール桜904号室")


@pytest.mark.parametrize(
    ("kind", "said", "party"),
    [
        # 号 is misheard as a five, and each word of 九百四 taken for a number.
        ("ADDRESS", "グランドオールサクラ9045", Party.REQUESTER),
        ("ADDRESS", "グランドオルサクラ9004号", Party.REQUESTER),
        ("ADDRESS", "グランドオールサクラ9145", Party.THIRD_PARTY),
        ("PHONE_NUMBER", "3丁目24番3号 グランドオルサクラ9005号", Party.THIRD_PARTY),
        ("PHONE_NUMBER", "3丁目24番8号 コーポ山吹9004号", Party.THIRD_PARTY),
        ("ADDRESS", "愛知県名古屋市千種区81の891", Party.THIRD_PARTY),
    ],
)
def test_numbers_as_they_are_misheard(kind: str, said: str, party: Party, reader: Reader) -> None:
    """A neighbour's room is a neighbour's; where a number was mended, a person looks."""
    case = CallCase("R-1", Requester((), (), (ROOM,)))
    heard = transcript(*(utterance(line, 3.0 * at) for at, line in enumerate(said.split("\n"))))
    (found,) = attribute(
        (EntitySpan(kind, CharSpan(0, len(said)), 0.9, "Test"),), Context(heard, case, reader), passes=RULES
    )
    if party is Party.REQUESTER:
        assert found.party is party
    else:
        assert found.party in {Party.THIRD_PARTY, Party.UNKNOWN}


def test_a_figure_that_a_recogniser_repeats_is_read_once(reader: Reader) -> None:
    """A hundred ones in a row are no hundred ways to read a postal code."""
    said = "1" * 100 + "丁目"
    party, *_ = whose_address(said, registered((ROOM,), reader), reader)
    assert party is Party.THIRD_PARTY


@pytest.mark.parametrize(
    ("address", "town"),
    [
        (
            CaseName(
                "大阪府大阪市淀川区東三国2丁目13番7号",
                "オオサカフオオサカシヨドガワクヒガシミクニニチョウメジュウサンバンナナゴウ",
            ),
            "ヒガシミクニ",
        ),
        (
            CaseName("佐賀県佐賀市鍋島1748番地", "サガケンサガシナベシマセンナナヒャクヨンジュウハチバンチ"),
            "ナベシマ",
        ),
        (
            CaseName(
                "東京都板橋区高島平365番地",
                "トウキョウトイタバシクタカシマダイラサンビャクロクジュウゴバンチ",
            ),
            "タカシマダイラ",
        ),
    ],
)
def test_the_town_ends_where_its_number_begins(address: CaseName, town: str, reader: Reader) -> None:
    """The ク and ニ of ミクニ are no nine and two; the number's hundreds are none of the town."""
    (known,) = registered((address,), reader)
    assert known.town == morae(town)


ROOM_604 = CaseName("鳥取県米子市皆生温泉2173番地レジデンス青葉604号室", "トットリケンヨナゴシカイケオンセン")


@pytest.mark.parametrize(
    "said", ["皆生温泉2773番地", "皆生温泉2174番地", "レジデンス青葉614号室", "レジデンス青葉609号室"]
)
def test_a_figure_off_may_be_next_door(said: str, reader: Reader) -> None:
    """Misheard or a neighbour's: only a person can tell."""
    call = transcript(utterance(said, 0.0))
    case = CallCase("R-1", Requester((), (), (ROOM_604,)))
    found = spans(call.text, (said, "ADDRESS"))
    (address,) = attribute(found, Context(call, case, reader), passes=RULES)
    assert (address.party, address.needs_review) == (Party.UNKNOWN, True)


@pytest.mark.parametrize(
    ("said", "party"),
    [
        ("コーポひばり4065", Party.THIRD_PARTY),
        ("高ぽひばり4例6号", Party.THIRD_PARTY),
        ("コーポひばり406号", Party.THIRD_PARTY),
        ("コーポひばり189号", Party.REQUESTER),
        ("コーポひばり109号", Party.REQUESTER),
    ],
)
def test_another_room_is_anothers_whatever_the_talk_and_the_second_hearing_say(
    said: str, party: Party, reader: Reader
) -> None:
    """A second hearing that parts the building from its room calls the building theirs, and rightly."""
    own = Party.REQUESTER
    entity = EntitySpan("ADDRESS", CharSpan(0, len(said)), 0.9, "Test", hint=own, heard_again_as=own)
    address = CaseName("東京都立川市錦町3丁目14番8号コーポひばり109号室")
    case = CallCase("R-1", Requester(addresses=(address,)))
    (finding,) = attribute((entity,), Context(transcript(utterance(said, 1.0)), case, reader), passes=RULES)
    assert finding.party is party
    assert (finding.reason == Reason.ADDRESS_OTHER_ROOM) is (party is Party.THIRD_PARTY)


@pytest.mark.parametrize(
    ("said", "party"),
    [
        # A town by itself, and what is above it.
        ("ナルエ", Party.REQUESTER),
        ("ナルヤ", Party.THIRD_PARTY),
        ("マチトシ", Party.REQUESTER),
        ("マチハシ", Party.THIRD_PARTY),
        # A town, and words beside it.
        ("成瀬ですが", Party.REQUESTER),
        ("成瀬なんです", Party.THIRD_PARTY),
        ("町田市成瀬ですけど", Party.REQUESTER),
        ("町田市成瀬8045", Party.THIRD_PARTY),
        # A block without its place, and a room behind it.
        ("6の19の28", Party.REQUESTER),
        ("6の19の77", Party.THIRD_PARTY),
        ("6の19の29の111", Party.REQUESTER),
        ("6の19の29の1111", Party.THIRD_PARTY),
    ],
)
def test_the_bounds_of_an_address_lie_between_two_that_are_nearly_alike(
    said: str, party: Party, reader: Reader
) -> None:
    """Each is decided by one bound: moved by a quarter, or a figure, it would be the other."""
    assert whose_address(said, registered((MACHIDA,), reader), reader).party is party

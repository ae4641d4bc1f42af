from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.language.readings import Reader, load_reader
from pipeline.ownership.chain import RULES, Context, attribute
from pipeline.reason_text import SENTENCES
from pipeline.sound.digits import digits_of
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Requester
from tests.builders import transcript, utterance

CASE = CallCase(
    "R-1",
    Requester(
        (CaseName("鈴木花子", "スズキハナコ"),),
        ("090-1234-5678",),
        (CaseName("東京都港区青葉1-2-3", "トウキョウトミナトクアオバ"),),
    ),
    staff=(CaseName("山本", "ヤマモト"),),
    company_names=(CaseName("青空通信", "アオゾラツウシン"),),
    company_phones=("0120444444",),
)
NOBODY = CallCase("R-0")

KEPT = {Party.REQUESTER, Party.STAFF, Party.COMPANY}


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


def whose(text: str, kind: str, reader: Reader, case: CallCase = CASE, **more: object) -> Finding:
    """The verdict on a whole utterance that is one finding."""
    entity = EntitySpan(kind, CharSpan(0, len(text)), 0.9, "Test", **more)  # type: ignore[arg-type]
    (found,) = attribute((entity,), Context(transcript(utterance(text, 0.0)), case, reader), passes=RULES)
    return found


@pytest.mark.parametrize("text", ["090", "080", "234", "244", "1294"])
def test_the_talk_makes_no_few_figures_theirs(text: str, reader: Reader) -> None:
    """It may be mistaken, and a stranger's number has three of them as often as not: an analyst looks."""
    found = whose(text, "PHONE_NUMBER", reader, hint=Party.REQUESTER)
    assert (found.party, found.needs_review) == (Party.UNKNOWN, True)


@pytest.mark.parametrize(("text", "kept"), [("青葉", True), ("青葉様", False)])
def test_a_town_has_no_honorific(text: str, kept: bool, reader: Reader) -> None:
    """Somebody's name may be the requester's town, or like it."""
    assert (whose(text, "ADDRESS", reader).party is Party.REQUESTER) is kept


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("タ・グ・チ", Party.REQUESTER),
        ("タ・グ・チ、カタカナですね", Party.REQUESTER),
        ("た、ぐ、ち、し、げ、る。", Party.REQUESTER),
        ("田口、茂", Party.REQUESTER),
        ("茂だ", Party.REQUESTER),
        ("は茂", Party.REQUESTER),
        ("田口茂、僕", Party.REQUESTER),
        ("タ・ノ・ウ・エ", Party.THIRD_PARTY),
        ("田口、忍", Party.UNKNOWN),
        ("は渚", Party.THIRD_PARTY),
    ],
)
def test_a_name_is_told_however_it_is_taken_apart(text: str, party: Party, reader: Reader) -> None:
    """Syllable by syllable, with a pause behind the surname, or with a word before or behind it."""
    case = CallCase("R-1", Requester((CaseName("田口茂", "タグチシゲル"),)))
    assert whose(text, "PERSON", reader, case).party is party


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("小さい、木が二つの林", Party.REQUESTER),
        ("小さいに森林の林", Party.REQUESTER),
        ("大きい、森林の林", Party.THIRD_PARTY),
        ("奥に小さい森の林", Party.THIRD_PARTY),
    ],
)
def test_a_kanji_is_explained_by_its_adjective(text: str, party: Party, reader: Reader) -> None:
    """小さい is 小, where it is no part of a phrase."""
    case = CallCase("R-1", Requester((CaseName("小林瑠璃", "コバヤシルリ"),)))
    assert whose(text, "PERSON", reader, case).party is party


@pytest.mark.parametrize(
    ("text", "party", "review"),
    [
        ("鈴木花子", Party.REQUESTER, False),
        ("すずきはなこ", Party.REQUESTER, False),
        ("鈴木", Party.REQUESTER, False),
        ("花子", Party.REQUESTER, False),
        ("鈴木 花子", Party.REQUESTER, False),
        ("鈴木は何個", Party.REQUESTER, None),
        ("山本", Party.STAFF, False),
        ("山元", Party.STAFF, False),
        ("青空通信", Party.COMPANY, False),
        ("長谷川", Party.THIRD_PARTY, False),
        ("佐藤健一", Party.THIRD_PARTY, False),
    ],
)
def test_names_are_told_by_sound(text: str, party: Party, review: bool | None, reader: Reader) -> None:
    """However it is spelt, a name of the case is whose it is; any other is a third party's."""
    found = whose(text, "PERSON", reader)
    assert found.party is party
    if review is not None:
        assert found.needs_review is review


@pytest.mark.parametrize(
    ("name", "said", "party"),
    [
        (CaseName("スミス・ジョン", "スミス・ジョン"), "ジョン・スミス", Party.REQUESTER),
        (CaseName("スミス・ジョン", "スミス・ジョン"), "スミスジョン", Party.REQUESTER),
        (CaseName("スミス・ジョン", "スミス・ジョン"), "スミス様", Party.REQUESTER),
        (CaseName("スミスジョン", "スミスジョン"), "ジョン・スミス", Party.REQUESTER),
        (CaseName("ジョン＝スミス"), "スミス", Party.REQUESTER),
        (CaseName("JOHN SMITH", "ジョン スミス"), "スミス・ジョン", Party.REQUESTER),
        (CaseName("John Smith"), "スミスさん", Party.REQUESTER),
        (CaseName("Evans, David", "エヴァンスデイヴィッド"), "デイビッド・エバンス", Party.REQUESTER),
        (CaseName("LI WEI", "リー・ウェイ"), "リー様", Party.REQUESTER),
        (CaseName("NGUYEN THI LAN", "グエン・ティ・ラン"), "ラン様", Party.REQUESTER),
        (CaseName("NGUYEN THI LAN", "グエン・ティ・ラン"), "グエンティラン", Party.REQUESTER),
        (CaseName("NGUYEN THI LAN", "グエン・ティ・ラン"), "ラン・グエン", Party.REQUESTER),
        (CaseName("ブラウン・ジェームズ", "ブラウン・ジェームズ"), "エミリー・ブラウン", Party.UNKNOWN),
        (CaseName("ブラウン・ジェームズ", "ブラウン・ジェームズ"), "アン・ブラウン", Party.UNKNOWN),
        (CaseName("ブラウン・ジェームズ", "ブラウン・ジェームズ"), "キム", Party.THIRD_PARTY),
    ],
)
def test_a_name_from_abroad_is_known_in_either_order(
    name: CaseName, said: str, party: Party, reader: Reader
) -> None:
    """Whatever stands between its parts in the case, with ヴ or ブ; not with another part."""
    case = CallCase("R-1", Requester((name,), (), ()))
    assert whose(said, "PERSON", reader, case).party is party


@pytest.mark.parametrize("text", ["朝倉未来", "朝倉 未来", "朝倉未来様"])
def test_a_full_name_as_the_case_writes_it_is_the_requesters(text: str, reader: Reader) -> None:
    """未来 is read ミク by her, and ミライ by the dictionary."""
    case = CallCase("R-1", Requester((CaseName("朝倉未来", "アサクラミク"),)))
    found = whose(text, "PERSON", reader, case)
    assert (found.party, found.needs_review) == (Party.REQUESTER, False)
    assert whose("朝倉未央", "PERSON", reader, case).party not in KEPT


@pytest.mark.parametrize("text", ["鈴木太郎", "鈴木一郎", "鈴木次郎", "鈴木恵子", "すずきまこと"])
def test_a_relative_is_not_the_requester(text: str, reader: Reader) -> None:
    """The same surname with another given name is masked."""
    assert whose(text, "PERSON", reader).party not in KEPT


@pytest.mark.parametrize("text", ["すずきゆき", "鈴木由貴"])
def test_a_relative_with_a_short_name_is_not_the_requester(text: str, reader: Reader) -> None:
    """アキ and ユキ share most of スズキアキ and スズキユキ, and are two people."""
    case = CallCase("R-1", Requester((CaseName("鈴木亜紀", "スズキアキ"),)))
    found = whose(text, "PERSON", reader, case)
    assert found.party not in KEPT
    assert found.needs_review
    assert whose("鈴木亜紀", "PERSON", reader, case).party is Party.REQUESTER


@pytest.mark.parametrize("text", ["すずきはなえ", "鈴木花代"])
def test_a_given_name_that_is_only_alike_is_looked_at(text: str, reader: Reader) -> None:
    """Misheard or a sister: whatever the verdict, a person sees it."""
    assert whose(text, "PERSON", reader).needs_review


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (CaseName("東 美咲", "アズマ ミサキ"), "あずまけんいち"),
        (CaseName("東美咲", "アズマミサキ"), "あずまけんいち"),
        (CaseName("鈴木 花子"), "鈴木太郎"),
        (CaseName("鈴木花子", "すずき はなこ"), "鈴木太郎"),
    ],
)
def test_the_surname_is_known_however_the_case_writes_it(name: CaseName, said: str, reader: Reader) -> None:
    """Spaces and kana in the case are optional; the relative is told apart all the same."""
    case = CallCase("R-1", Requester((name,)))
    assert whose(said, "PERSON", reader, case).party not in KEPT
    assert whose(name.text.replace(" ", ""), "PERSON", reader, case).party is not Party.THIRD_PARTY


@pytest.mark.parametrize(
    ("text", "party", "review"),
    [
        ("090-1234-5678", Party.REQUESTER, False),
        ("ゼロ90の1234の5678", Party.REQUESTER, False),
        ("090の一二三四の五六七八", Party.REQUESTER, False),
        ("5678", Party.REQUESTER, False),
        ("090-1234-5679", Party.REQUESTER, True),
        ("090-1234-567", Party.REQUESTER, True),
        ("090-9876-5432", Party.THIRD_PARTY, False),
        ("090-1234-8765", Party.THIRD_PARTY, False),
        ("0120-444-444", Party.COMPANY, False),
        ("0120-998-877", Party.UNKNOWN, True),
        ("9876", Party.THIRD_PARTY, False),
        # Every number begins so, however often it is said.
        ("0900900901", Party.THIRD_PARTY, False),
        ("987", Party.THIRD_PARTY, True),
        ("です", Party.THIRD_PARTY, True),
    ],
)
def test_phones(text: str, party: Party, review: bool, reader: Reader) -> None:
    """The requester's own number, whole, in part or with a digit misheard, is theirs; no other is."""
    found = whose(text, "PHONE_NUMBER", reader)
    assert (found.party, found.needs_review) == (party, review)


@pytest.mark.parametrize("phone", ["", "不明"])
@pytest.mark.parametrize("text", ["です", "090-9876-5432", "5432"])
def test_a_phone_without_digits_is_nobodys(phone: str, text: str, reader: Reader) -> None:
    """A case that gives no digits keeps no number."""
    case = CallCase("R-1", Requester(phones=(phone,)), company_phones=(phone,))
    assert whose(text, "PHONE_NUMBER", reader, case).party not in KEPT


@pytest.mark.parametrize(
    ("text", "party", "review"),
    [
        ("東京都港区青葉1-2-3", Party.REQUESTER, False),
        ("港区青葉1の2の3", Party.REQUESTER, False),
        ("港区青葉一丁目二番三号", Party.REQUESTER, None),
        ("港区青葉", Party.REQUESTER, False),
        ("みなとくあおば", Party.REQUESTER, False),
        ("1の2の3", Party.REQUESTER, True),
        ("一の二の三", Party.REQUESTER, True),
        ("港区青葉1-2-3青葉マンション301号室", Party.REQUESTER, None),
        ("港区青葉1-2-4", Party.UNKNOWN, True),
        ("港区青葉7-8-9", Party.THIRD_PARTY, False),
        ("香川県丸亀市土器町3-21", Party.THIRD_PARTY, False),
        ("香川県丸亀市土器町", Party.THIRD_PARTY, False),
        ("香川県丸亀市土器町1-2-3", Party.UNKNOWN, True),
    ],
)
def test_addresses_need_place_and_number(
    text: str, party: Party, review: bool | None, reader: Reader
) -> None:
    """The town alone or with its number is the requester's; the number alone, or next door, is not."""
    found = whose(text, "ADDRESS", reader)
    assert found.party is party
    if review is not None:
        assert found.needs_review is review


@pytest.mark.parametrize("text", ["香川県丸亀市土器町3-21", "丸亀市土器町123", "3の21の5", "港区青葉5"])
def test_a_registered_address_without_a_number_keeps_no_number(text: str, reader: Reader) -> None:
    """Where the case knows only the town, a block number proves nothing."""
    case = CallCase("R-1", Requester(addresses=(CaseName("東京都港区青葉", "トウキョウトミナトクアオバ"),)))
    assert whose(text, "ADDRESS", reader, case).party not in KEPT


@pytest.mark.parametrize(
    ("text", "kind"),
    [("鈴木花子", "PERSON"), ("090-1234-5678", "PHONE_NUMBER"), ("港区青葉1-2-3", "ADDRESS")],
)
def test_a_case_with_no_requester_keeps_nothing(text: str, kind: str, reader: Reader) -> None:
    """Contract: every person, address and phone number is masked."""
    assert whose(text, kind, reader, NOBODY).party is Party.THIRD_PARTY


@pytest.mark.parametrize(
    ("text", "kept"), [("鈴木だわ", True), ("鈴木から", True), ("鈴木しの", False), ("鈴木えり", False)]
)
def test_a_name_of_two_kana_behind_the_surname_is_a_relatives(text: str, kept: bool, reader: Reader) -> None:
    """It is no particle."""
    assert (whose(text, "PERSON", reader).party is Party.REQUESTER) is kept


def test_secrets_are_the_companys(reader: Reader) -> None:
    """A confidential term needs no comparison."""
    assert whose("特別値引き枠", "CONFIDENTIAL", reader).party is Party.COMPANY


def test_an_unknown_kind_is_unknown(reader: Reader) -> None:
    """What nobody can attribute is masked and looked at."""
    found = whose("taro@example.com", "EMAIL_ADDRESS", reader)
    assert (found.party, found.needs_review) == (Party.UNKNOWN, True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("suzuki.hanako@example.com", True),
        ("ハナコ22アットマーク", True),
        ("鈴木アンダーバー花子アットマーク", True),
        ("すずきハイフンはんなこアットマーク", True),
        ("鈴木、ドッド、はなこ、アットマーク", True),
        ("suzuki_hideo@example.com", False),
        ("鈴木アンダーバー英雄アットマーク", False),
        ("鈴木22アットマーク", False),
    ],
)
def test_a_surname_alone_makes_no_mail_address_theirs(text: str, kept: bool, reader: Reader) -> None:
    """It is the whole family's: the given name tells whose, however short or badly heard it is."""
    party = whose(text, "EMAIL_ADDRESS", reader).party
    assert party is (Party.REQUESTER if kept else Party.UNKNOWN)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("アドレスはミオ80にアットマーク", True),
        ("ミオ82、アットマーク", True),
        ("ナミオ82アットマーク", False),
        ("ミオリ80にアットマーク", False),
    ],
)
def test_a_short_given_name_with_figures_is_theirs(text: str, kept: bool, reader: Reader) -> None:
    """82 is 80に as often as not."""
    case = CallCase("R-1", Requester((CaseName("田中澪", "タナカミオ"),)))
    assert (whose(text, "EMAIL_ADDRESS", reader, case).party is Party.REQUESTER) is kept


def test_a_name_behind_a_joint_is_heard_by_itself(reader: Reader) -> None:
    """The ウ of 歌 does not draw the vowel of ドッド, and the が of うだがわ ends no word."""
    case = CallCase("R-1", Requester((CaseName("宇田川歌", "ウダガワウタ"),)))
    found = whose("うだがわ、ドッド、歌、アットマーク", "EMAIL_ADDRESS", reader, case)
    assert found.party is Party.REQUESTER


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("関アンダーバーミサキアットマーク", False),
        ("関アンダバ、ミサキアットマーク", False),
        ("アンダーバーアンナアットマーク", True),
        ("アンナハイフンヒラノアットマーク", True),
    ],
)
def test_a_joint_is_no_name(text: str, kept: bool, reader: Reader) -> None:
    """アンダーバー is no アンナ."""
    case = CallCase("R-1", Requester((CaseName("平野アンナ", "ヒラノアンナ"),)))
    assert (whose(text, "EMAIL_ADDRESS", reader, case).party is Party.REQUESTER) is kept


def test_the_conversation_tells_who_the_staff_is(reader: Reader) -> None:
    """Where the case lists no staff, who introduces themselves at work is staff, and a person looks."""
    found = whose("長谷川", "PERSON", reader, NOBODY, hint=Party.STAFF)
    assert (found.party, found.needs_review) == (Party.STAFF, True)


@pytest.mark.parametrize("party", [Party.STAFF, Party.REQUESTER, Party.COMPANY])
def test_the_conversation_alone_keeps_no_name_unlike_the_known_ones(party: Party, reader: Reader) -> None:
    """A witness's word does not make a stranger's name one of the case."""
    assert whose("長谷川", "PERSON", reader, hint=party).party not in KEPT


@pytest.mark.parametrize(
    ("text", "kind"),
    [("090-9876-5432", "PHONE_NUMBER"), ("090-1230-0000", "PHONE_NUMBER"), ("丸亀市土器町3-21", "ADDRESS")],
)
def test_the_conversation_alone_keeps_no_number_and_no_address(text: str, kind: str, reader: Reader) -> None:
    """What the caller gives as their own but is not registered is masked, and a person looks."""
    found = whose(text, kind, reader, hint=Party.REQUESTER)
    assert (found.party, found.needs_review) == (Party.UNKNOWN, True)


def test_a_witness_in_doubt_stays_in_doubt(reader: Reader) -> None:
    """``needs_review`` of an entity is never lost."""
    assert whose("長谷川", "PERSON", reader, needs_review=True).needs_review


def test_findings_keep_their_order(reader: Reader) -> None:
    """One verdict for each entity, in the order given."""
    call = transcript(utterance("鈴木花子と長谷川", 0.0))
    entities = tuple(EntitySpan("PERSON", chars, 0.9, "T") for chars in (CharSpan(5, 8), CharSpan(0, 4)))
    found = attribute(entities, Context(call, CASE, reader), passes=RULES)
    assert [f.entity for f in found] == list(entities)
    assert [f.party for f in found] == [Party.THIRD_PARTY, Party.REQUESTER]


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("鈴木花子", "PERSON", "鈴木"),
        ("090-1234-5678", "PHONE_NUMBER", "1234"),
        ("港区青葉1-2-3", "ADDRESS", "青葉"),
    ],
)
def test_reasons_quote_nothing(text: str, kind: str, part: str, reader: Reader) -> None:
    """A reason says why, not who."""
    reason = SENTENCES[whose(text, kind, reader).reason]
    assert reason
    assert part not in reason


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("ゼロ90の一二", "09012"),
        ("０９０−１２３４", "0901234"),
        ("二十三の五", "235"),
        ("十五", "15"),
        ("まるきゅうまる", "090"),
        ("ニーヨンゴー", "245"),
        ("090、はい、1234です", "0901234"),
        ("9丸9号室", "909"),
        ("丸山", ""),
        ("お待ちください", ""),
    ],
)
def test_digits_of(text: str, digits: str) -> None:
    """Digits however they are said; fillers and joints left out."""
    assert digits_of(text) == digits


@settings(max_examples=60, deadline=None)
@given(st.text("0123456789", min_size=1, max_size=12), st.sampled_from(["", "-", "の", "、", " ", "はい"]))
def test_digits_survive_joints(number: str, joint: str) -> None:
    """A number is the same with whatever stands between its digits."""
    assert digits_of(joint.join(number)) == number


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("えっと鈴木花子ですけど", Party.REQUESTER),
        ("のすずきはなこさま", Party.REQUESTER),
        ("鈴木太郎", Party.UNKNOWN),
        ("鈴木だ鈴木太郎", Party.UNKNOWN),
    ],
)
def test_a_name_within_a_finding_and_a_relative_in_spite_of_the_talk(
    text: str, party: Party, reader: Reader
) -> None:
    """A few words too many change nothing; the conversation makes no relative the requester."""
    assert whose(text, "PERSON", reader, hint=Party.REQUESTER).party is party


@pytest.mark.parametrize(
    ("requester", "text", "kept"),
    [
        (CaseName("野村冬馬", "ノムラトウマ"), "えい飲むらようこ", False),
        (CaseName("菅野樹", "カンノイツキ"), "高野エルコ", False),
        (CaseName("野村洋子", "ノムラヨウコ"), "えい飲むらようこ", True),
    ],
)
def test_a_whole_name_with_a_filler_is_theirs_by_both_halves(
    requester: CaseName, text: str, kept: bool, reader: Reader
) -> None:
    """ノムラヨウコ is near enough to ノムラトウマ as a whole, and another one of the family."""
    found = whose(text, "PERSON", reader, CallCase("R-1", Requester((requester,))))
    assert (found.party is Party.REQUESTER) is kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [("二千百六十六番地", True), ("2166番地", True), ("二千百六十七番地", False), ("六十六番地", False)],
)
def test_a_house_number_is_theirs_as_it_is_said(text: str, kept: bool, reader: Reader) -> None:
    """Its thousands and hundreds count."""
    case = CallCase("R-1", Requester(addresses=(CaseName("埼玉県所沢市小手指町2166番地", ""),)))
    assert (whose(text, "ADDRESS", reader, case).party is Party.REQUESTER) is kept


def test_a_number_begun_again_is_theirs(reader: Reader) -> None:
    """The begin is many people's, the three figures behind it are not; any three of it are some number's."""
    assert whose("090、090、123", "PHONE_NUMBER", reader).party is Party.REQUESTER
    for other in ("090、090、456", "090、090、999", "090、090"):
        assert whose(other, "PHONE_NUMBER", reader).party is not Party.REQUESTER


@pytest.mark.parametrize("how", ["カタカナで", "カタカ", "ひら", ""])
def test_a_name_in_syllables_is_theirs_whatever_the_finding_holds_behind_it(how: str, reader: Reader) -> None:
    """Its end cuts カタカナ anywhere."""
    assert whose(f"ス、ズ、キ、ハ、ナ、コ。{how}", "PERSON", reader).party is Party.REQUESTER


def test_a_short_given_name_that_is_half_alike_is_a_relatives(reader: Reader) -> None:
    """ナツミ is six tenths of カオリ, and no conversation makes her her."""
    case = CallCase("R-1", Requester((CaseName("松浦香織", "マツウラカオリ"),)))
    assert whose("松浦なつみ", "PERSON", reader, case, hint=Party.REQUESTER).party is Party.UNKNOWN


def test_a_strangers_mobile_number_is_not_half_like_theirs(reader: Reader) -> None:
    """080 and 090 tell as little as 080 twice, and who said all of a number said whose it is."""
    case = CallCase("R-1", Requester(phones=("09006527231",)))
    found = whose("080-0634-2875", "PHONE_NUMBER", reader, case, hint=Party.REQUESTER)
    assert found.party is Party.UNKNOWN


def test_another_reading_of_the_same_letters_is_looked_at(reader: Reader) -> None:
    """安道 is read ヤスミチ by the dictionary, and is a way to write アンドウ."""
    case = CallCase("R-1", Requester((CaseName("安藤花子", "アンドウハナコ"),)))
    found = whose("安道", "PERSON", reader, case)
    assert (found.party, found.needs_review) == (Party.REQUESTER, True)


def test_what_the_second_hearing_makes_clear_is_believed_and_shown(reader: Reader) -> None:
    """The first hearing lost the name; in the second it is the requester's beyond doubt."""
    found = whose("見合おう", "PERSON", reader, heard_again_as=Party.REQUESTER)
    assert (found.party, found.needs_review) == (Party.REQUESTER, True)
    assert whose("見合おう", "PERSON", reader, heard_again_as=Party.THIRD_PARTY).party is Party.THIRD_PARTY


@pytest.mark.parametrize(
    ("requester", "text"),
    [
        (CaseName("久保芽衣", "クボメイ"), "くぼさま"),
        (CaseName("原剛", "ハラツヨシ"), "あはら"),
        (CaseName("百瀬里奈", "モモセリナ"), "あいももせ"),
        (CaseName("田口誠", "タグチマコト"), "タグチケ"),
        (CaseName("真壁直樹", "マカベナオキ"), "まかべだ"),
        (CaseName("朝倉海斗", "アサクラ カイト"), "カイトだ"),
        (CaseName("千葉次郎", "チバ ジロウ"), "じろうじゃ、おい"),
    ],
)
def test_a_short_surname_with_what_is_said_around_it(requester: CaseName, text: str, reader: Reader) -> None:
    """Fillers before a name and 様, 家 after it are none of it; は at its start may be."""
    found = whose(text, "PERSON", reader, CallCase("R-1", Requester((requester,))))
    assert (found.party, found.needs_review) == (Party.REQUESTER, True)


@pytest.mark.parametrize(
    ("text", "name", "explanation", "party"),
    [
        ("鈴木です。感じは鈴という字です", "鈴木", "鈴という字", Party.REQUESTER),
        ("長谷川さんです。漢字は長いという字です", "長谷川", "長いという字", Party.THIRD_PARTY),
        ("鈴木です。漢字はどのようなお字でしょうか。魚偏に木", "鈴木", "魚偏に木", Party.REQUESTER),
        ("鈴木ですが長谷川さん", "鈴木", "長谷川", Party.THIRD_PARTY),
        ("鈴木ですが、お願いしたいのは友人で、漢字は長いという字", "鈴木", "長いという字", Party.THIRD_PARTY),
    ],
)
def test_an_explanation_is_of_the_name_before_it(
    text: str, name: str, explanation: str, party: Party, reader: Reader
) -> None:
    """How a name is written is as personal as the name, and as much one's own."""
    spans = [
        EntitySpan("PERSON", CharSpan(text.index(said), text.index(said) + len(said)), 0.9, "Test")
        for said in (name, explanation)
    ]
    found = attribute(tuple(spans), Context(transcript(utterance(text, 0.0)), CASE, reader), passes=RULES)
    assert found[1].party is party
    assert found[1].needs_review is (party is Party.REQUESTER)


@pytest.mark.parametrize(
    ("last", "party"),
    [("寝うひとらの寝", Party.REQUESTER), ("長谷川", Party.THIRD_PARTY), ("野の花の宮", Party.THIRD_PARTY)],
)
def test_an_explanation_goes_on(last: str, party: Party, reader: Reader) -> None:
    """What is explained next is the same name's, if it is like an explanation and nobody is addressed."""
    behind = "さん" if last == "野の花の宮" else "です"
    text = f"鈴木です。漢字は鈴という字、{last}{behind}"
    spans = tuple(
        EntitySpan("PERSON", CharSpan(text.index(said), text.index(said) + len(said)), 0.9, "Test")
        for said in ("鈴木", "鈴という字", last)
    )
    assert (
        attribute(spans, Context(transcript(utterance(text, 0.0)), CASE, reader), passes=RULES)[2].party
        is party
    )


@pytest.mark.parametrize(
    ("digits", "party"),
    [("3の37の09012345678の37", Party.UNKNOWN), ("3の37の09098765432の37", Party.THIRD_PARTY)],
)
def test_a_number_among_other_digits_is_looked_at(digits: str, party: Party, reader: Reader) -> None:
    """The requester's own, said and read back; what else is in it may be somebody's, so it stays masked."""
    found = whose(digits, "PHONE_NUMBER", reader)
    assert (found.party, found.needs_review) == (party, party is Party.UNKNOWN)


def told_of(line: str, case: CallCase, reader: Reader) -> Finding:
    """The verdict on the name in brackets, in an utterance that goes on behind it."""
    start, end = line.index("["), line.index("]") - 1
    entity = EntitySpan("PERSON", CharSpan(start, end), 0.9, "Test")
    spoken = utterance(line.replace("[", "").replace("]", ""), 0.0)
    (found,) = attribute((entity,), Context(transcript(spoken), case, reader), passes=RULES)
    return found


MATSUO = CallCase("R-1", Requester((CaseName("松尾日向子", "マツオヒナコ"),)))
NISHIKAWA = CallCase("R-1", Requester((CaseName("西川昭一", "ニシカワショウイチ"),)))


@pytest.mark.parametrize(
    ("line", "case", "party"),
    [
        ("[秋山さ]まですね", CallCase("R-1", Requester((CaseName("秋山", "アキヤマ"),))), Party.REQUESTER),
        ("[まっそひな]は書いて送ります", MATSUO, Party.THIRD_PARTY),
        ("[西田]さまのご連絡先", NISHIKAWA, Party.UNKNOWN),
        ("[高橋]こと書いて送ります", MATSUO, Party.THIRD_PARTY),
    ],
)
def test_a_name_whose_end_was_cut_off(line: str, case: CallCase, party: Party, reader: Reader) -> None:
    """What follows belongs to a garbled name where that makes it the requester's; no particle does."""
    assert told_of(line, case, reader).party is party


@pytest.mark.parametrize(
    "text", ["おじいちよおじいちよ", "おじいちよ、おじいちよ", "おじいちよ\nおじいちよ様"]
)
def test_a_name_that_is_said_twice_is_one_name(text: str, reader: Reader) -> None:
    """Both sides say it, and one finding holds both."""
    case = CallCase("R-1", Requester((CaseName("越智千代", "オチチヨ"),)))
    assert whose(text, "PERSON", reader, case).party is Party.REQUESTER
    assert whose(text.replace("おじいちよ", "たなべまき"), "PERSON", reader, case).party not in KEPT


def test_the_same_given_name_tells_with_a_surname_that_is_vaguely_alike(reader: Reader) -> None:
    """A relative has the surname and another given name; it is looked at all the same."""
    found = whose("まっそひなこ", "PERSON", reader, MATSUO)
    assert (found.party, found.needs_review) == (Party.REQUESTER, True)
    assert whose("たなべひなこ", "PERSON", reader, MATSUO).party not in KEPT
    assert whose("まつおはるか", "PERSON", reader, MATSUO).party not in KEPT


def test_a_surname_with_the_end_of_a_sentence(reader: Reader) -> None:
    """However one says that it is one's name."""
    assert whose("西川2の3", "ADDRESS", reader, NISHIKAWA).party not in KEPT
    assert whose("西川だけどさ", "PERSON", reader, NISHIKAWA).party is Party.REQUESTER
    assert whose("西川どす", "PERSON", reader, NISHIKAWA).party is Party.REQUESTER
    assert whose("西川や", "PERSON", reader, NISHIKAWA).party is Party.REQUESTER


MOBILE = CallCase("R-1", Requester((CaseName("生駒凛", "イコマリン"),), ("08046486105",)))


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("08045", Party.THIRD_PARTY),
        ("0804", Party.THIRD_PARTY),
        ("080464", Party.REQUESTER),
        ("4648", Party.REQUESTER),
        ("08046486", Party.REQUESTER),
        ("0804659", Party.THIRD_PARTY),
        ("46496", Party.THIRD_PARTY),
    ],
)
def test_what_every_third_number_begins_with_tells_nothing(text: str, party: Party, reader: Reader) -> None:
    """080 and a digit more are anybody's; a group from the middle is somebody's own."""
    assert whose(text, "PHONE_NUMBER", reader, MOBILE).party is party


def test_a_long_name_is_not_like_a_short_one_by_chance(reader: Reader) -> None:
    """喜一郎 and 平野 share no syllable, and yet seven tenths of their sound."""
    case = CallCase("R-1", staff=(CaseName("平野", "ヒラノ"),))
    assert whose("喜一郎", "PERSON", reader, case).party not in KEPT
    assert whose("平野", "PERSON", reader, case).party is Party.STAFF


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("ハナコドットスズキアットマークエグザンプル", Party.REQUESTER),
        ("hanako72@mail.example", Party.REQUESTER),
        ("ヒダドットミズキアットマークハナコドットエグザンプル", Party.UNKNOWN),
        ("mizuki@hanako.example", Party.UNKNOWN),
        ("ヒダミズキ@ホシドットコム", Party.UNKNOWN),
    ],
)
def test_a_mail_address_is_whose_name_stands_before_the_at(text: str, party: Party, reader: Reader) -> None:
    """A house that is called like the requester gives its name to everybody's address."""
    assert whose(text, "EMAIL_ADDRESS", reader).party is party


SHORT = CallCase("R-2", Requester((CaseName("太田千代", "オオタチヨ"),)))


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("アドレスをちよ39アットマークエグザンプル", Party.REQUESTER),
        ("オオタ.ちよアットマークエグザンプル", Party.REQUESTER),
        ("のoota_chiyo3@mail.example", Party.REQUESTER),
        ("chiyo-oota@mail.example", Party.REQUESTER),
        ("みちよ39アットマークエグザンプル", Party.UNKNOWN),
        ("ちよみアットマークエグザンプル", Party.UNKNOWN),
    ],
)
def test_a_short_name_in_a_mail_address_stands_by_itself(text: str, party: Party, reader: Reader) -> None:
    """ちよ is in many a longer name."""
    assert whose(text, "EMAIL_ADDRESS", reader, SHORT).party is party


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("太田杏", False),
        ("太田裕", False),
        ("太田千代", True),
        ("太田だ", True),
        ("太田よ", True),
        ("る太田", True),
        ("千代だ", True),
        ("まえだ", False),
        ("千円の千に、時代の代", True),
        ("千円の千に、広場の広", False),
    ],
)
def test_a_short_name_of_a_relative_is_not_the_surname_drawn_out(
    text: str, kept: bool, reader: Reader
) -> None:
    """オオタアン is オオタ but for a drawn vowel and an ん; だ and a cut-off kana are no part of a name."""
    assert (whose(text, "PERSON", reader, SHORT).party is Party.REQUESTER) is kept


@pytest.mark.parametrize(
    ("requester", "said", "kept"),
    [
        (CaseName("山本雅之", "ヤマモトマサユキ"), "山本湖", False),
        (CaseName("山本雅之", "ヤマモトマサユキ"), "山本正幸", True),
        (CaseName("松岡優子", "マツオカユウコ"), "マルソカユーマ", False),
        (CaseName("松岡優子", "マツオカユウコ"), "マツオカユーコ", True),
    ],
)
def test_a_relative_with_a_given_name_near_to_theirs(
    requester: CaseName, said: str, kept: bool, reader: Reader
) -> None:
    """One mora of three makes another name, and so does a kanji that is read otherwise."""
    found = whose(said, "PERSON", reader, CallCase("R-1", Requester((requester,))))
    assert (found.party is Party.REQUESTER) is kept


@pytest.mark.parametrize(
    ("town", "said", "kept"),
    [
        ("さいたま市浦和区北浦和", "[北]浦和です", True),
        ("さいたま市浦和区北浦和", "[北]浦和でお願いします", True),
        ("所沢市小手指", "住所はこてさ[し]", True),
        ("仙台市青葉区国見ヶ丘", "住所は国見が[丘]", True),
        ("仙台市青葉区国見ヶ丘", "[丘]です", False),
    ],
)
def test_a_town_that_the_edge_of_a_finding_cuts_in_two_is_theirs(
    town: str, said: str, kept: bool, reader: Reader
) -> None:
    """Four characters beside it are tried with it: three are too few of 北浦和です, of five some are talk."""
    before, found, behind = said.replace("]", "[").split("[")
    case = CallCase("R-1", Requester((CaseName("岩田花子", "イワタハナコ"),), (), (CaseName(f"{town}1-22"),)))
    entity = EntitySpan("ADDRESS", CharSpan(len(before), len(before) + len(found)), 0.9, "Test")
    call = transcript(utterance(before + found + behind, 0.0))
    (told,) = attribute((entity,), Context(call, case, reader), passes=RULES)
    assert (told.party is Party.REQUESTER) is kept

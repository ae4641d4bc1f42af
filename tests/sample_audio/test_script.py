from __future__ import annotations

from pathlib import Path

import pytest

from sample_audio.script import ScriptError, Slot, Turn, parse_scripts, read_scripts

HEADER = "# id: a-1 | trade: 宅配 | about: 隣の荷物\n"
SAMPLES = Path(__file__).parents[2] / "sample_audio" / "scripts" / "samples.script.txt"


def test_dialogue_is_read_whole() -> None:
    """Header, speakers, literal text and slots all arrive, in order."""
    (dialogue,) = parse_scripts(HEADER + "op: 担当の{op.sei}です。\ncu: {t1.phone.g1}の、{t1.addr.full}\n")
    assert (dialogue.dialogue_id, dialogue.trade, dialogue.about) == ("a-1", "宅配", "隣の荷物")
    assert dialogue.turns == (
        Turn("op", ("担当の", Slot("op", "sei"), "です。")),
        Turn("cu", (Slot("t1", "phone.g1"), "の、", Slot("t1", "addr.full"))),
    )
    assert dialogue.people == ("op", "t1")


def test_blank_lines_part_dialogues() -> None:
    """Any number of blank lines ends a dialogue; a byte order mark is no matter."""
    text = "\ufeff" + HEADER + "op: はい。\n\n \n# id: b\ncu: もしもし。\n"
    assert [dialogue.dialogue_id for dialogue in parse_scripts(text)] == ["a-1", "b"]


def test_names_from_abroad_may_be_fixed() -> None:
    """The header says whose, family name first; everybody else is drawn."""
    (dialogue,) = parse_scripts("# id: a | names: t1 = スミス/ジョン, rq=グエン/ランアン\nop: {t1.sei}\n")
    assert dialogue.names == (("t1", "スミス", "ジョン"), ("rq", "グエン", "ランアン"))
    (dialogue,) = parse_scripts(
        "# id: a | names: t1 = 金:キム/民俊:ミンジュン, t2=レ/ラン・アン\nop: {t1.sei}\n"
    )
    assert dialogue.names == (("t1", "金:キム", "民俊:ミンジュン"), ("t2", "レ", "ラン・アン"))


def test_a_third_person_may_take_the_telephone() -> None:
    """The header says who it is, and the turn is one of a third person, as truth files say it."""
    (dialogue,) = parse_scripts("# id: a | third: f1\ncu: 代わります。\nth: {f1.mei}です。\n")
    assert dialogue.third == "f1"
    assert [turn.speaker for turn in dialogue.turns] == ["cu", "third"]


@pytest.mark.parametrize(
    ("slot", "kind", "party"),
    [
        ("t1.full", "NAME", "third"),
        ("f2.kanji.mei", "NAME", "third"),
        ("rq.addr.zip", "ADDRESS", "requester"),
        ("op3.seikana", "NAME", "operator"),
        ("co.phone.full", "PHONE", "company"),
        ("co.name", "NAME", "company"),
        ("t9.email", "PHONE", "third"),
        ("c1.term", "CONFIDENTIAL", "company"),
        ("rq.birth.full", "DATE_OF_BIRTH", "requester"),
        ("t1.licence.slip", "LICENCE_NUMBER", "third"),
        ("f1.school.class", "SCHOOL", "third"),
    ],
)
def test_slot_knows_kind_and_party(slot: str, kind: str, party: str) -> None:
    """Every slot says what it is and whose, in the words of truth files."""
    (dialogue,) = parse_scripts(f"# id: a\nop: {{{slot}}}\n")
    assert [(found.kind, found.party) for found in dialogue.slots] == [(kind, party)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("op: はい。\n", 1),
        ("# id: a | colour: red\nop: はい。\n", 1),
        ("# id: a\n", 1),
        ("# id: a | names: t1 = 山田/太郎\nop: {t1.sei}\n", 1),
        ("# id: a | names: t1 = 山田:やまだ/太郎:タロウ\nop: {t1.sei}\n", 1),
        ("# id: a | names: t1 = スミス\nop: {t1.sei}\n", 1),
        ("# id: a | names: co = スミス/ジョン\nop: {t1.sei}\n", 1),
        ("# id: a\nop:\n", 2),
        ("# id: a\nxx: はい。\n", 2),
        ("# id: a\nth: はい。\n", 1),
        ("# id: a | third: t1\ncu: はい。\n", 1),
        ("# id: a | third: rq\nth: はい。\n", 1),
        ("# id: a\nop: はい。\n（間）\n", 3),
        ("# id: a\nop: {t1.name}\n", 2),
        ("# id: a\nop: {t10.sei}\n", 2),
        ("# id: a\nop: {t1.phone}\n", 2),
        ("# id: a\nop: {c1.sei}\n", 2),
        ("# id: a\nop: {t1.term}\n", 2),
        ("# id: a\nop: {op.birth.full}\n", 2),
        ("# id: a\nop: {co.bank.number}\n", 2),
        ("# id: a\nop: {t1.birth.slip}\n", 2),
        ("# id: a\nop: {co.sei}\n", 2),
        ("# id: a\nop: {t1.sei\n", 2),
        ("# id: a\nop: t1.sei}\n", 2),
    ],
)
def test_broken_script_names_its_line(text: str, line: int) -> None:
    """Anything outside the format is refused with the file and line."""
    with pytest.raises(ScriptError, match=rf"^f:{line}: "):
        parse_scripts(text, "f")


def test_every_fault_is_reported_at_once() -> None:
    """A writer sees all broken dialogues of a file, not only the first."""
    with pytest.raises(ScriptError) as caught:
        parse_scripts("# id: a\nop: {x}\n\n# id: b\nop: はい。\n\n# id: c\nop: {y}\n", "f")
    assert [line.split(" ")[0] for line in str(caught.value).splitlines()] == ["f:2:", "f:8:"]


def test_ids_are_unique_over_files(tmp_path: Path) -> None:
    """Two files with the same id cannot be spoken into one folder."""
    for name in ("a", "b"):
        (tmp_path / name).write_text("# id: same\nop: はい。\n", encoding="utf-8")
    with pytest.raises(ScriptError, match="'same' appears twice"):
        read_scripts([tmp_path / "a", tmp_path / "b"])


def test_samples_cover_what_they_promise() -> None:
    """The sample scripts hold each situation the demo has to show."""
    dialogues = {dialogue.dialogue_id: dialogue for dialogue in read_scripts([SAMPLES])}
    parties = {name: {slot.party for slot in dialogue.slots} for name, dialogue in dialogues.items()}
    said = {slot.what for dialogue in dialogues.values() for slot in dialogue.slots}
    assert len(dialogues) >= 12
    assert "third" not in parties["staff-complaint"] | parties["hotel-nothird"]
    assert {"phone.g1", "phone.g2", "phone.g3", "kanji.sei", "kanji.mei"} <= said
    assert {"addr.full", "addr.zip", "term", "email"} <= said
    assert any("f1" in dialogue.people for dialogue in dialogues.values())
    assert any("op2" in dialogue.people for dialogue in dialogues.values())

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from flows.desk.kinds.errors import KeySettingError, SealBrokenError, WrongKeyError
from flows.desk.sealing.keys import (
    Keyring,
    add_key,
    create_key_file,
    keep_current_key,
    load_keyring,
    new_key,
    parse_keys,
)
from tests.desk_builders import desk_settings

CLEAR = "鈴木花子".encode()


@pytest.fixture
def ring() -> Keyring:
    """Two keys, the second one old."""
    return Keyring((new_key(), new_key()))


def test_what_is_sealed_opens_again(ring):
    """The clear text comes back, and is nowhere in the sealed value."""
    sealed = ring.seal(CLEAR, "requests:q1")

    assert ring.open(sealed, "requests:q1") == CLEAR
    assert CLEAR not in sealed


def test_a_value_does_not_open_in_another_place(ring):
    """A row's value copied into another row is found out."""
    with pytest.raises(SealBrokenError):
        ring.open(ring.seal(CLEAR, "requests:q1"), "requests:q2")


@pytest.mark.parametrize("at", [0, 5, 16, 17, -1])
def test_no_byte_can_be_changed(ring, at):
    """Mark, nonce, ciphertext, tag: each change is found out."""
    sealed = bytearray(ring.seal(CLEAR, "requests:q1"))
    sealed[at] ^= 1

    with pytest.raises(SealBrokenError):
        ring.open(bytes(sealed), "requests:q1")


@pytest.mark.parametrize("length", [0, 4, 16, 17, 40])
def test_no_byte_can_be_cut_off(ring, length):
    """A value that is shorter than it was is found out."""
    with pytest.raises(SealBrokenError):
        ring.open(ring.seal(CLEAR, "requests:q1")[:length], "requests:q1")


def test_an_old_key_still_opens(ring):
    """What was sealed before a rotation opens with the old key behind the new one."""
    old = Keyring(ring.keys[1:])

    assert ring.open(old.seal(CLEAR, "x:1"), "x:1") == CLEAR
    assert not ring.is_current(old.seal(CLEAR, "x:1"))
    assert ring.is_current(ring.seal(CLEAR, "x:1"))


def test_a_wrong_key_is_named_by_its_id(ring):
    """The message tells which key is needed and which are there, and shows neither."""
    stranger = Keyring((new_key(),))

    with pytest.raises(WrongKeyError) as raised:
        stranger.open(ring.seal(CLEAR, "x:1"), "x:1")

    assert ring.current.key_id in str(raised.value)
    assert stranger.current.key_id in str(raised.value)
    assert stranger.current.line not in str(raised.value)


def test_a_key_does_not_show_in_repr(ring):
    """Neither bytes nor Base64 of a key stand in its repr."""
    assert ring.current.line not in repr(ring)
    assert repr(ring.current.secret) not in repr(ring)


def test_marks_tell_kinds_and_keys_apart(ring):
    """The same value has another mark as another kind, and one for each key."""
    number, customer = ring.blind("number", "0312345678"), ring.blind("customer", "0312345678")

    assert len({*number, *customer}) == 4
    assert number == ring.blind("number", "0312345678")


def test_keys_are_read_in_any_layout():
    """Lines, commas, spaces and remarks; the first is the current one; a repeated one counts once."""
    one, two = new_key(), new_key()

    ring = parse_keys(f"# current\n{one.line} # since May\n{two.line},{one.line}\n")

    assert ring.keys == (one, two)


@pytest.mark.parametrize(
    ("text", "says"), [("", "空"), ("# only a remark", "空"), ("{key} zzz", "2番目"), ("QUJD", "1番目")]
)
def test_a_malformed_key_is_an_error_that_says_which(text, says):
    """Empty, no Base64, too short."""
    with pytest.raises(KeySettingError, match=says):
        parse_keys(text.format(key=new_key().line))


def test_the_key_comes_from_the_environment_or_a_command(tmp_path):
    """KAIJI_KEY and KAIJI_KEY_COMMAND give the same as a file would."""
    key = new_key()
    command = f"{sys.executable} -c \"print('{key.line}')\""

    given = load_keyring(desk_settings(tmp_path, key=SecretStr(key.line)))
    printed = load_keyring(desk_settings(tmp_path, key_command=command))

    assert given == printed == Keyring((key,))


@pytest.mark.parametrize("command", ["false", "no-such-command-here", "echo", "'"])
def test_a_command_without_a_key_is_an_error(tmp_path, command):
    """It fails, is not there, prints nothing, cannot be read."""
    with pytest.raises(KeySettingError):
        load_keyring(desk_settings(tmp_path, key_command=command))


def test_two_settings_of_the_key_are_one_too_many(tmp_path):
    """Which of them was meant is not for us to guess."""
    settings = desk_settings(tmp_path, key=SecretStr(new_key().line), key_file=tmp_path / "key")

    with pytest.raises(KeySettingError):
        load_keyring(settings)


def test_a_key_file_is_closed_to_others_and_never_replaced(tmp_path: Path):
    """A second process that makes one gets the first one's."""
    path = tmp_path / "home" / "key"

    first, second = create_key_file(path), create_key_file(path)

    assert first == second == parse_keys(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_new_key_goes_before_the_old_one_and_outlives_it(tmp_path: Path):
    """add_key keeps what was there, keep_current_key drops it."""
    path = tmp_path / "key"
    old = create_key_file(path)

    wider = add_key(path, old)
    assert parse_keys(path.read_text()) == wider
    assert wider.keys[1:] == old.keys

    keep_current_key(path, wider)
    assert parse_keys(path.read_text()).keys == wider.keys[:1]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o602, 0o660])
def test_a_key_file_that_others_can_read_or_write_is_refused(tmp_path: Path, mode: int):
    """Whoever has read it opens everything; the message says what to do and shows no key."""
    path = tmp_path / "key"
    ring = create_key_file(path)
    settings = desk_settings(tmp_path, key_file=path)
    assert load_keyring(settings) == ring
    path.chmod(mode)
    with pytest.raises(KeySettingError, match="0600") as raised:
        load_keyring(settings)

    assert ring.current.line not in str(raised.value)


@pytest.mark.parametrize("kind", ["pipe", "folder", "dangling link", "loop"])
def test_a_key_file_that_is_none_is_refused_and_no_new_key_is_made(tmp_path: Path, kind: str):
    """It does not hang, and a link to nowhere is not taken for a desk without a key."""
    path = tmp_path / "key"
    {
        "pipe": os.mkfifo,
        "folder": lambda path: path.mkdir(),
        "dangling link": lambda path: path.symlink_to(tmp_path / "away"),
        "loop": lambda path: path.symlink_to(path),
    }[kind](path)
    with pytest.raises(KeySettingError):
        load_keyring(desk_settings(tmp_path, key_file=path))
    assert not (tmp_path / "away").exists()


def test_a_key_file_behind_a_link_of_ours_is_read_and_never_written_over(tmp_path: Path):
    """As a container's secrets lie; another key goes where the file itself lies, or nowhere."""
    path, link = tmp_path / "key", tmp_path / "link"
    ring = create_key_file(path)
    link.symlink_to(path)
    assert load_keyring(desk_settings(tmp_path, key_file=link)) == ring
    with pytest.raises(KeySettingError):
        add_key(link, ring)

    assert parse_keys(path.read_text()) == ring

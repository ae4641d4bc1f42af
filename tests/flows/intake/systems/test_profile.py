from __future__ import annotations

from pathlib import Path

import pytest

from flows.intake.systems.profile import ProfileError, names_of_profiles, profile_of

GOOD = """title = "x"
sources = ["y"]
format = "csv"
sound = "by-id"
[fields]
call_id = ["a"]
started_at = ["b"]
"""


@pytest.mark.parametrize("name", names_of_profiles())
def test_a_profile_names_its_sources(name: str):
    """Pages of the system's maker."""
    assert all(each.startswith("https://") for each in profile_of(name).sources)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("format =", "長谷川 = 1\nformat ="), "TOML として読めません"),
        (("format =", "hasegawa = 1\nformat ="), "(知らないキー): 知らないキーです"),
        (('"csv"', '"xml"'), "format: 値の形が正しくありません"),
        (('call_id = ["a"]\n', ""), "fields.call_id がありません"),
        (('"by-id"', '"named"'), "fields.location がありません"),
        (('["b"]', "[]"), "fields.started_at: 値の形が正しくありません"),
        (('["b"]', "[7]"), "fields.started_at: 文字列ではありません"),
        (('sources = ["y"]', "sources = []"), "sources: 値の形が正しくありません"),
        (("[fields]", "[fields"), "TOML として読めません"),
        (("[fields]", "channels = [3]\n[fields]"), "channels: 値の形が正しくありません"),
    ],
)
def test_a_malformed_profile_is_told_by_its_key(tmp_path: Path, change: tuple[str, str], told: str):
    """Never by its values."""
    path = tmp_path / "own.toml"
    path.write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(ProfileError) as raised:
        profile_of(str(path))

    assert told in str(raised.value)


@pytest.mark.parametrize("name", ["avaya", "../systems/nice-cxone", "", "/etc/passwd", "missing.toml"])
def test_what_is_no_profile_is_refused(name: str):
    """A name is one of those that kaiji brings, or the path of a table."""
    with pytest.raises(ProfileError):
        profile_of(name)


@pytest.mark.parametrize("name", names_of_profiles())
def test_what_an_import_needs_is_told_before(name: str):
    """The list, the recordings, and the operator's channel where no list tells it."""
    profile = profile_of(name)
    assert profile.files in profile.needs
    assert ("--operator-channel" in profile.needs) == (profile.operator_channel is None)

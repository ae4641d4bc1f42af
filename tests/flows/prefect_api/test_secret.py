from __future__ import annotations

from pathlib import Path

import pytest

from flows.prefect_api.secret import (
    ApiSecretError,
    new_secret,
    read_secret,
    secret_file,
    secret_variables,
    told_in_file,
)

GIVEN = "PREFECT_SERVER_API_AUTH_STRING"


def test_each_start_has_its_own():
    """An empty one, with which Prefect would leave the WebSockets open, counts as none."""
    made = {new_secret("") for _ in range(3)}

    assert len(made) == 3
    assert all(len(one) > 45 and one.startswith("kaiji:") for one in made)


def test_a_companys_own_is_taken():
    """Workers on other machines have to know it."""
    own = "desk:0123456789abcdefghij"

    assert new_secret(own) == own
    assert secret_variables(own) == {GIVEN: own, "PREFECT_API_AUTH_STRING": own}


@pytest.mark.parametrize(
    "weak", ["x", "admin:pass", "no-colon-but-long-enough-0123456789", "名前:0123456789abcdefghij"]
)
def test_a_weak_one_is_refused(weak: str):
    """The message names the variable and has no part of it."""
    with pytest.raises(ApiSecretError, match=GIVEN) as told:
        new_secret(weak)
    assert weak not in str(told.value)


def test_it_lies_in_a_file_of_its_owner_while_the_server_runs(tmp_path: Path):
    """A file that others may read, or a link that somebody laid there, is not written into."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch(0o644)
    secret_file(tmp_path).symlink_to(elsewhere)
    with told_in_file(tmp_path, "kaiji:secret") as path:
        assert read_secret(tmp_path) == "kaiji:secret"
        assert path == secret_file(tmp_path)
        assert not path.is_symlink()
        assert path.stat().st_mode & 0o777 == 0o600

    assert elsewhere.read_bytes() == b""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere"]

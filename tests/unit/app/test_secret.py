from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vidcore_app.secret import jwt_secret
from vidcore_app.settings import SettingsError


def test_a_given_secret_is_taken_and_nothing_is_kept(tmp_path: Path) -> None:
    assert jwt_secret("x" * 32, tmp_path / "jwt-secret") == "x" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_made_secret_is_kept_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "jwt-secret"

    first = jwt_secret(None, path)

    assert jwt_secret(None, path) == first
    assert len(first) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["jwt-secret"]


@pytest.mark.parametrize("given", ["", "x" * 31])
def test_a_short_secret_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(SettingsError, match="VIDCORE_JWT_SECRET must have at least 32 bytes"):
        jwt_secret(given, tmp_path / "jwt-secret")


def test_a_kept_secret_that_was_cut_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "jwt-secret"
    path.write_text("cut")

    with pytest.raises(SettingsError, match="jwt-secret must have at least 32 bytes"):
        jwt_secret(None, path)


def test_many_first_starts_agree_on_one_secret(tmp_path: Path) -> None:
    path = tmp_path / "jwt-secret"
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: jwt_secret(None, path), range(8)))

    assert len(made) == 1

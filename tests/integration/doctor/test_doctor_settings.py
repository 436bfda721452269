"""Settings, secrets and addresses that are wrong on purpose."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.doctor.conftest import Platform


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "eighty", "eighty"),
        ("PORT", "70000", "port must be 0 to 65535, not 70000"),
        ("PROT", "8000", "VIDCORE_PROT, in the environment, is not a setting"),
        ("JWT_ALGORITHM", "none", "none"),
        ("PUBLIC_URL", "videos.example.org", "public_url must be"),
        ("PUBLIC_URL", "https:///films", "public_url must be"),
        ("TRUSTED_PROXIES", "nginx", "trusted_proxies must be addresses"),
    ],
)
def test_a_setting_that_is_wrong_is_named_and_the_rest_is_looked_at(
    platform: Platform, name: str, value: str, told: str
) -> None:
    report = platform.doctor(**{name: value})

    assert (report.code, report.faults) == (1, {"settings"})
    assert told in report.told("settings")
    assert {"clock", "open-files", "sqlite"} < set(report.checks)


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("vidcore.toml", "port = ", "vidcore.toml"),
        ("vidcore.toml", "prot = 8000", "prot"),
        (".env", "VIDCORE_PROT=8000", "VIDCORE_PROT, in .env"),
    ],
)
def test_a_file_of_settings_that_is_wrong_is_named(
    platform: Platform, file: str, content: str, told: str
) -> None:
    (platform.folder / file).write_text(content)

    report = platform.doctor()

    assert (report.code, report.faults) == (1, {"settings"})
    assert told in report.told("settings")


@pytest.mark.parametrize(
    ("secret", "verdict", "told"),
    [
        ("hunter2", "fault", "has 7 bytes, fewer than 32"),
        ("a1" * 20, "warning", "has only 2 different characters"),
        ("my-very-secret-and-long-key-1234567890", "warning", "a word in it that is guessed first"),
        ("kZ3vQx9LrT5uWn8yB2cD4fG6hJ7mP1sA", "ok", "has 32 bytes"),
        ("é1z3vQx9LrT5uWn8yB2cD4fG6hJ7mP1", "ok", "has 32 bytes"),
    ],
)
def test_a_secret_that_is_given_is_judged_and_not_shown(
    platform: Platform, secret: str, verdict: str, told: str
) -> None:
    report = platform.doctor(JWT_SECRET=secret)

    assert report.checks["secret"]["verdict"] == verdict
    assert told in report.told("secret")
    assert secret not in report.printed
    assert report.code == (verdict == "fault")
    assert verdict == "ok" or "token_urlsafe" in report.told("secret")


def test_a_secret_that_others_may_read_is_named(platform: Platform) -> None:
    kept = platform.data / "jwt-secret"
    kept.chmod(0o644)

    report = platform.doctor()

    assert (report.code, report.faults) == (1, {"secret"})
    assert "(mode 0644)" in report.told("secret")
    assert f"`chmod 600 {kept}`" in report.told("secret")
    assert kept.read_text() not in report.printed


def break_by_cutting(kept: Path) -> None:
    kept.write_text("cut")


def break_by_bytes(kept: Path) -> None:
    kept.write_bytes(b"\xff" * 40)


def break_by_a_folder(kept: Path) -> None:
    kept.unlink()
    kept.mkdir()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (break_by_cutting, "has 3 bytes"),
        (break_by_bytes, "it is not text"),
        (break_by_a_folder, "Is a directory"),
    ],
)
def test_a_secret_that_is_damaged_is_named(
    platform: Platform, damage: Callable[[Path], None], told: str
) -> None:
    damage(platform.data / "jwt-secret")

    report = platform.doctor()

    assert (report.code, report.faults) == (1, {"secret"})
    assert told in report.told("secret")


@pytest.mark.parametrize(
    ("changed", "verdict", "told"),
    [
        ({"PUBLIC_URL": "https://films.example:port"}, "fault", "it is no address"),
        ({"PUBLIC_URL": "https://u:hunter2@films.example"}, "fault", "nothing may stand before"),
        ({"HOST": "0.0.0.0"}, "fault", "it stands for all addresses"),
        ({"PORT": "0"}, "fault", "it leads nowhere"),
        ({"PUBLIC_URL": "http://films.example"}, "warning", "can be read on the way"),
        ({"PUBLIC_URL": "http://localhost:9000"}, "warning", "listens on port 8000"),
        (
            {"PUBLIC_URL": "https://films.example:8000", "HOST": "0.0.0.0"},
            "warning",
            "speaks no TLS",
        ),
        ({"PUBLIC_URL": "https://films.example"}, "warning", "VIDCORE_TRUSTED_PROXIES"),
        (
            {"PUBLIC_URL": "https://films.example", "TRUSTED_PROXIES": "127.0.0.1"},
            "ok",
            "a proxy that is trusted",
        ),
        ({"PUBLIC_URL": "http://[::1]:8000"}, "ok", "only this machine"),
        ({"PUBLIC_URL": "http://localhost:8000"}, "ok", "only this machine"),
    ],
)
def test_a_public_address_is_held_against_how_it_is_served(
    platform: Platform, changed: dict[str, str], verdict: str, told: str
) -> None:
    report = platform.doctor(**changed)

    assert report.checks["public-url"]["verdict"] == verdict
    assert told in report.told("public-url")
    assert report.code == (verdict == "fault")
    assert "hunter2" not in report.printed

from pathlib import Path

import pytest
import typed_settings as ts

from vidcore_app.settings import (
    Places,
    Settings,
    SettingsError,
    describe_settings,
    load_settings,
)


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, _ in describe_settings():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_without_any_setting_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)

    assert settings == Settings(data_dir=Path("vidcore-data").absolute())
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.max_file_size_bytes == 2 * 2**30
    assert settings.weekly_upload_limit_bytes == 10 * 2**30


def test_the_environment_beats_dotenv_which_beats_toml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vidcore.toml").write_text('port = 1\nhost = "toml"\nadmin_username = "toml"\n')
    (tmp_path / ".env").write_text("VIDCORE_HOST=dotenv\nVIDCORE_ADMIN_USERNAME=dotenv\n")
    monkeypatch.setenv("VIDCORE_ADMIN_USERNAME", "environment")

    settings = load_settings(tmp_path)

    assert (settings.port, settings.host, settings.admin_username) == (1, "dotenv", "environment")


@pytest.mark.parametrize("place", ["vidcore.toml", ".env", "environment"])
def test_an_unknown_setting_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    match place:
        case "vidcore.toml":
            (tmp_path / place).write_text("prot = 1\n")
        case ".env":
            (tmp_path / place).write_text("VIDCORE_PROT=1\n")
        case _:
            monkeypatch.setenv("VIDCORE_PROT", "1")

    with pytest.raises(SettingsError, match=r"(?i)prot"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VIDCORE_PORT", "eighty"),
        ("VIDCORE_PORT", "65536"),
        ("VIDCORE_PORT", "-1"),
        ("VIDCORE_WORKER_CONCURRENCY", "0"),
        ("VIDCORE_JWT_ALGORITHM", "none"),
        ("VIDCORE_JWT_ALGORITHM", "RS256"),
        ("VIDCORE_LOG_LEVEL", "loud"),
        ("VIDCORE_TRUSTED_PROXIES", "10.0.0.0/8,proxy.example"),
        ("VIDCORE_SENDFILE", "carefully"),
        ("VIDCORE_PUBLIC_URL", "videos.example.org"),
        ("VIDCORE_MAX_FILE_SIZE_BYTES", "0"),
        ("VIDCORE_JWT_EXPIRES_SECONDS", "0"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line_that_names_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path)

    assert name.removeprefix("VIDCORE_").lower() in str(refused.value)
    assert "\n" not in str(refused.value)


def test_broken_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vidcore.toml").write_text("port = ")

    with pytest.raises(SettingsError, match=r"vidcore\.toml"):
        load_settings(tmp_path)


def test_a_plain_database_url_is_taken_unless_vidcores_own_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://dotenv/db\n")
    assert load_settings(tmp_path).database_url == "postgresql://dotenv/db"

    monkeypatch.setenv("DATABASE_URL", "postgresql://plain/db")
    assert load_settings(tmp_path).database_url == "postgresql://plain/db"

    monkeypatch.setenv("VIDCORE_DATABASE_URL", "sqlite:///own.db")
    assert load_settings(tmp_path).database_url == "sqlite:///own.db"


def test_lists_are_separated_by_commas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDCORE_CORS_ORIGINS", "https://a.example, https://b.example")
    (tmp_path / "vidcore.toml").write_text('trusted_proxies = ["10.0.0.0/8", "::1"]\n')

    settings = load_settings(tmp_path)

    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")


def test_secrets_are_not_shown() -> None:
    settings = Settings(
        jwt_secret=ts.SecretStr("s" * 32), admin_password=ts.SecretStr("open sesame")
    )

    assert "sss" not in repr(settings)
    assert "sesame" not in repr(settings)


def test_places_lie_in_the_data_folder_unless_they_are_set_apart(tmp_path: Path) -> None:
    together = Places.of(Settings(data_dir=tmp_path))
    apart = Places.of(Settings(data_dir=tmp_path, video_dir=Path("/videos"), host="::1", port=80))

    assert together.videos == tmp_path / "videos"
    assert together.database_url == f"sqlite:///{tmp_path}/vidcore.db"
    assert together.public_url == "http://127.0.0.1:8000"
    assert apart.videos == Path("/videos")
    assert apart.thumbnails == tmp_path / "thumbnails"
    assert apart.public_url == "http://[::1]:80"


def test_a_public_url_loses_its_last_slash() -> None:
    places = Places.of(Settings(public_url="https://videos.example.org/"))

    assert places.public_url == "https://videos.example.org"


def test_every_setting_is_described() -> None:
    described = dict(describe_settings())

    assert "VIDCORE_DATA_DIR" in described
    assert all(described.values())


SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_webhooks_go_to_a_list_of_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDCORE_WEBHOOK_URLS", "https://a.example/x?t=1, http://[::1]:8080/")
    monkeypatch.setenv("VIDCORE_WEBHOOK_SECRET", SECRET)

    settings = load_settings(tmp_path)

    assert settings.webhook_urls == ("https://a.example/x?t=1", "http://[::1]:8080/")
    assert settings.webhook_allow_private is False
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org",
        "example.org/hook",
        "https://",
        "https:///path",
        "https://example.org:port/",
        "https://example.org:0/",
        "https://[::1/",
        "https://exa mple.org/",
        "https://example.org/" + "x" * 2_000,
        "https://a.example/,https://a.example/",
    ],
)
def test_a_webhooks_address_that_leads_nowhere_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("VIDCORE_WEBHOOK_URLS", url)
    monkeypatch.setenv("VIDCORE_WEBHOOK_SECRET", SECRET)

    with pytest.raises(SettingsError, match="webhook_urls") as refused:
        load_settings(tmp_path)

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("secret", [None, "", "short", "whsec_short"])
def test_webhooks_without_a_secret_are_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str | None
) -> None:
    monkeypatch.setenv("VIDCORE_WEBHOOK_URLS", "https://a.example/")
    if secret is not None:
        monkeypatch.setenv("VIDCORE_WEBHOOK_SECRET", secret)

    with pytest.raises(SettingsError, match=r"(?i)webhook_secret") as refused:
        load_settings(tmp_path)

    assert "\n" not in str(refused.value)
    assert not secret or secret not in str(refused.value).replace("whsec_ and", "")

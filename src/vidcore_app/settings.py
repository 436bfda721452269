"""Settings, in rising order from defaults, `vidcore.toml`, `.env` and the environment.

Whatever is wrong or unknown stops the start, with one line that names it.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import attrs
import typed_settings as ts
from dotenv import dotenv_values
from typed_settings.exceptions import ConfigFileLoadError, TsError
from typed_settings.loaders import DotEnvLoader, Loader

from vidcore.uploads import DISK_FLOOR
from vidcore_app.setting_checks import (
    check_crf,
    check_not_negative,
    check_port,
    check_positive,
    check_proxies,
    check_public_url,
    check_webhook_secret,
    check_webhook_urls,
)

PREFIX: Final = "VIDCORE_"
TOML_FILE: Final = "vidcore.toml"
DOTENV_FILE: Final = ".env"
GIB: Final = 1 << 30


class SettingsError(Exception):
    """A setting that is wrong or unknown; reads as one line that names it."""


def _help(text: str) -> dict[str, str]:
    return {"help": text}


@attrs.frozen(kw_only=True)
class Settings:
    """All settings of one machine; sizes in bytes."""

    data_dir: Path = attrs.field(
        default=Path("vidcore-data"),
        metadata=_help("holds everything that is not set apart (default: ./vidcore-data)"),
    )
    database_url: str | None = attrs.field(
        default=None,
        metadata=_help("sqlite:///… or postgresql://… (default: SQLite in the data folder)"),
    )
    host: str = attrs.field(
        default="127.0.0.1", metadata=_help("address to serve on (default: 127.0.0.1)")
    )
    port: int = attrs.field(
        default=8000, validator=check_port, metadata=_help("port to serve on (default: 8000)")
    )
    public_url: str | None = attrs.field(
        default=None,
        validator=check_public_url,
        metadata=_help("how members reach the service, for links (default: from host and port)"),
    )
    jwt_secret: ts.SecretStr | None = attrs.field(
        default=None,
        repr=False,
        metadata=_help("at least 32 bytes (default: made at the first start and kept)"),
    )
    jwt_algorithm: Literal["HS256", "HS384", "HS512"] = attrs.field(
        default="HS256", metadata=_help("HS256, HS384 or HS512 (default: HS256)")
    )
    jwt_expires_seconds: int = attrs.field(
        default=86_400,
        validator=check_positive,
        metadata=_help("how long a log-in lasts (default: 86400)"),
    )
    video_dir: Path | None = attrs.field(
        default=None, metadata=_help("published videos (default: in the data folder)")
    )
    thumbnail_dir: Path | None = attrs.field(
        default=None, metadata=_help("thumbnails (default: in the data folder)")
    )
    upload_dir: Path | None = attrs.field(
        default=None, metadata=_help("uploads in progress (default: in the data folder)")
    )
    max_file_size_bytes: int = attrs.field(
        default=2 * GIB,
        validator=check_positive,
        metadata=_help("first value of the stored setting (default: 2 GiB)"),
    )
    weekly_upload_limit_bytes: int = attrs.field(
        default=10 * GIB,
        validator=check_positive,
        metadata=_help("first value of the stored setting (default: 10 GiB)"),
    )
    ffmpeg: Path | None = attrs.field(
        default=None, metadata=_help("which ffmpeg (default: on the PATH, else the bundled one)")
    )
    ffprobe: Path | None = attrs.field(
        default=None, metadata=_help("accepted, and not needed: ffmpeg alone is enough")
    )
    ffmpeg_preset: Literal[
        "ultrafast",
        "superfast",
        "veryfast",
        "faster",
        "fast",
        "medium",
        "slow",
        "slower",
        "veryslow",
    ] = attrs.field(
        default="medium", metadata=_help("libx264's speed against size (default: medium)")
    )
    ffmpeg_crf: int = attrs.field(
        default=23,
        validator=check_crf,
        metadata=_help("libx264's quality, 0 best to 51 worst (default: 23)"),
    )
    copy_playable: bool = attrs.field(
        default=True,
        metadata=_help("copy what every browser plays instead of encoding it (default: true)"),
    )
    disk_floor_bytes: int = attrs.field(
        default=DISK_FLOOR,
        validator=check_not_negative,
        metadata=_help("what uploads leave free on the disk (default: 1 GiB)"),
    )
    queue: Literal["embedded", "procrastinate"] | None = attrs.field(
        default=None,
        metadata=_help(
            "what brings videos to workers: embedded or procrastinate "
            "(default: procrastinate with PostgreSQL)"
        ),
    )
    worker_concurrency: int = attrs.field(
        default=1, validator=check_positive, metadata=_help("videos processed at once (default: 1)")
    )
    admin_username: str = attrs.field(
        default="admin", metadata=_help("the first admin's name (default: admin)")
    )
    admin_email: str = attrs.field(
        default="admin@localhost",
        metadata=_help("the first admin's e-mail (default: admin@localhost)"),
    )
    admin_password: ts.SecretStr | None = attrs.field(
        default=None,
        repr=False,
        metadata=_help("the first admin's password (default: made, and printed once)"),
    )
    cors_origins: tuple[str, ...] = attrs.field(
        default=(),
        metadata=_help("origins whose pages may use the service, comma-separated (default: none)"),
    )
    trusted_proxies: tuple[str, ...] = attrs.field(
        default=(),
        validator=check_proxies,
        metadata=_help("addresses or networks whose X-Forwarded-For is believed (default: none)"),
    )
    sendfile: Literal["direct", "x-accel-redirect"] = attrs.field(
        default="direct",
        metadata=_help("who sends files: this service, or nginx before it (default: direct)"),
    )
    metrics_token: ts.SecretStr | None = attrs.field(
        default=None,
        repr=False,
        metadata=_help("with it, /metrics can be read from other machines (default: none)"),
    )
    webhook_urls: tuple[str, ...] = attrs.field(
        default=(),
        validator=check_webhook_urls,
        metadata=_help("addresses that are told what happens, comma-separated (default: none)"),
    )
    webhook_secret: ts.SecretStr | None = attrs.field(
        default=None,
        validator=check_webhook_secret,
        repr=False,
        metadata=_help("what webhooks are signed with: whsec_ and the base64 of 24 to 64 bytes"),
    )
    webhook_allow_private: bool = attrs.field(
        default=False,
        metadata=_help(
            "let webhooks go to private addresses, and to this machine (default: false)"
        ),
    )
    log_format: Literal["console", "json"] | None = attrs.field(
        default=None, metadata=_help("console or json (default: console on a terminal)")
    )
    log_level: Literal["debug", "info", "warning", "error"] = attrs.field(
        default="info", metadata=_help("debug, info, warning or error (default: info)")
    )


def load_settings(folder: Path | None = None) -> Settings:
    """Read the settings, with the files of `folder` (default: the working folder).

    Raises SettingsError.
    """
    here = folder or Path.cwd()
    toml, dotenv = here / TOML_FILE, here / DOTENV_FILE
    _refuse_unknown(dotenv_values(dotenv), DOTENV_FILE)
    _refuse_unknown(os.environ, "the environment")
    loaders: list[Loader] = [
        ts.FileLoader(files=[toml], formats={"*.toml": ts.TomlFormat(None)}),
        DotEnvLoader(PREFIX, dotenv),
        ts.EnvLoader(PREFIX),
    ]
    try:
        settings = ts.load_settings(Settings, loaders, converter=_converter())
    except ConfigFileLoadError as error:
        raise SettingsError(f"{TOML_FILE}: {_one_line(error)}") from None
    except TsError as error:
        raise SettingsError(_one_line(error)) from None
    if settings.webhook_urls and settings.webhook_secret is None:
        raise SettingsError(
            "VIDCORE_WEBHOOK_SECRET is needed to sign what VIDCORE_WEBHOOK_URLS get."
        )
    return _with_plain_database_url(settings, dotenv_values(dotenv))


def _converter() -> ts.converters.Converter:
    converter = ts.converters.get_default_cattrs_converter()
    ts.register_strlist_hook(converter, fn=_listed)
    return converter


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _with_plain_database_url(settings: Settings, dotenv: Mapping[str, str | None]) -> Settings:
    """Take DATABASE_URL where VIDCORE_DATABASE_URL is not given."""
    url = settings.database_url or os.environ.get("DATABASE_URL") or dotenv.get("DATABASE_URL")
    return attrs.evolve(settings, database_url=url or None)


def _refuse_unknown(variables: Mapping[str, object], place: str) -> None:
    known = {PREFIX + field.name.upper() for field in attrs.fields(Settings)}
    for name in sorted(variables):
        if name.startswith(PREFIX) and name not in known:
            raise SettingsError(f"{name}, in {place}, is not a setting of vidcore.")


def _one_line(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(_one_line(inner) for inner in error.exceptions)
    line = " ".join(str(error).split())
    return re.sub(r"^Could not convert loaded settings: - \w+: ", "", line)


def describe_settings() -> list[tuple[str, str]]:
    """Give the name of every setting's variable, and what it is."""
    return [
        (PREFIX + field.name.upper(), str(field.metadata["help"]))
        for field in attrs.fields(Settings)
    ]


@attrs.frozen(kw_only=True)
class Places:
    """Where everything is on this machine: absolute paths, and the two addresses."""

    data: Path
    videos: Path
    thumbnails: Path
    uploads: Path
    jwt_secret: Path
    database_url: str
    public_url: str

    @classmethod
    def of(cls, settings: Settings) -> "Places":
        """Work out the places that settings name, or leave to be found."""
        data = settings.data_dir.absolute()
        return cls(
            data=data,
            videos=(settings.video_dir or data / "videos").absolute(),
            thumbnails=(settings.thumbnail_dir or data / "thumbnails").absolute(),
            uploads=(settings.upload_dir or data / "uploads").absolute(),
            jwt_secret=data / "jwt-secret",
            database_url=settings.database_url or f"sqlite:///{data / 'vidcore.db'}",
            public_url=(
                settings.public_url or f"http://{_bracketed(settings.host)}:{settings.port}"
            ).rstrip("/"),
        )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

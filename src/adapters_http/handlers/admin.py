"""The platform's numbers and settings, for admins."""

import attrs

from adapters_http.presenting import ConfigAnswer, StatisticsAnswer
from adapters_http.routing import Access, Call, Nothing, route
from adapters_http.schemas import bounded
from vidcore.config import BYTES_MAX
from vidcore.details import Unset


@attrs.frozen(kw_only=True)
class ConfigBody:
    """The settings to be changed; sizes in bytes. What is left out stays as it is."""

    max_file_size_bytes: int | Unset = attrs.field(
        default=Unset.UNSET, metadata=bounded(minimum=1, maximum=BYTES_MAX, examples=[4 << 30])
    )
    weekly_upload_limit_bytes: int | Unset = attrs.field(
        default=Unset.UNSET, metadata=bounded(minimum=0, maximum=BYTES_MAX, examples=[20 << 30])
    )
    video_storage_path: str | Unset = attrs.field(
        default=Unset.UNSET, metadata=bounded(pattern="^/[^\\x00]*$", examples=["/srv/videos"])
    )


async def show_statistics(call: Call[Nothing, Nothing]) -> StatisticsAnswer:
    """Count."""
    return StatisticsAnswer.of(await call.use_cases.show_statistics())


async def show_config(call: Call[Nothing, Nothing]) -> ConfigAnswer:
    """Show the settings."""
    return ConfigAnswer.of(await call.use_cases.show_config(), call.use_cases.media)


async def change_config(call: Call[ConfigBody, Nothing]) -> ConfigAnswer:
    """Change settings."""
    body = call.body
    config = await call.use_cases.change_config(
        by=call.actor.id,
        max_file_size_bytes=_given(body.max_file_size_bytes),
        weekly_upload_limit_bytes=_given(body.weekly_upload_limit_bytes),
        video_storage_path=(
            None if isinstance(body.video_storage_path, Unset) else body.video_storage_path
        ),
    )
    return ConfigAnswer.of(config, call.use_cases.media)


def _given(value: int | Unset) -> int | None:
    return None if isinstance(value, Unset) else value


ROUTES = (
    route(
        "GET",
        "/api/admin/stats",
        Access.ADMIN,
        show_statistics,
        "Show the platform's numbers",
        answer=StatisticsAnswer,
    ),
    route(
        "GET",
        "/api/admin/config",
        Access.ADMIN,
        show_config,
        "Show the settings",
        answer=ConfigAnswer,
    ),
    route(
        "PATCH",
        "/api/admin/config",
        Access.ADMIN,
        change_config,
        "Change settings, in force from the next request on",
        body=ConfigBody,
        answer=ConfigAnswer,
    ),
)

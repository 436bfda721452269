"""The stored Config in the database."""

from typing import Any, Final

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from adapters_db.session import Session
from adapters_db.tables import config
from adapters_db.upserts import insert_tolerant
from vidcore.config import Config
from vidcore.errors import NotFoundError
from vidcore.ports.store import ConfigStore

_ONLY_ID: Final = 1


def config_to_row(value: Config) -> dict[str, Any]:
    """Give the values of the one row."""
    return {
        "id": _ONLY_ID,
        "max_file_size_bytes": value.max_file_size_bytes,
        "weekly_upload_limit_bytes": value.weekly_upload_limit_bytes,
        "video_storage_path": value.video_storage_path,
        "updated_at": value.updated_at,
        "updated_by": value.updated_by,
    }


def config_from_row(row: RowMapping) -> Config:
    """Make the config of the one row."""
    return Config(
        max_file_size_bytes=row[config.c.max_file_size_bytes],
        weekly_upload_limit_bytes=row[config.c.weekly_upload_limit_bytes],
        video_storage_path=row[config.c.video_storage_path],
        updated_at=row[config.c.updated_at],
        updated_by=row[config.c.updated_by],
    )


@attrs.frozen
class SqlConfig(ConfigStore):
    """The config, in the only row of the table `config`."""

    _session: Session

    async def find(self) -> Config | None:
        """Give the config, or None on a platform that was never started."""
        row = await self._session.first(self._session.held(sa.select(config)))
        return None if row is None else config_from_row(row)

    async def get(self) -> Config:
        """Give the config."""
        found = await self.find()
        if found is None:
            raise NotFoundError("stored", "config")
        return found

    async def save(self, config: Config) -> None:
        """Remember the config."""
        await _save(self._session, config_to_row(config))


async def _save(session: Session, row: dict[str, Any]) -> None:
    statement = insert_tolerant(session, config).values(row)
    await session.change(statement.on_conflict_do_update(index_elements=[config.c.id], set_=row))

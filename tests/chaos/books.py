"""What database and storage say of one another, read behind the back of the service."""

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.pool import NullPool

from adapters_db.tables import cron_runs, uploads, users, videos
from tests.chaos.installation import Installation

LONG_AGO: Final = 2 * 3600.0  # seconds; longer than anything is left alone for


class Books:
    """The database at `url`, whatever serves on it, or nothing at all."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url, poolclass=NullPool)

    def rows(self, query: sa.Select[Any]) -> Sequence[RowMapping]:
        """Give all rows."""
        with self._engine.connect() as connection:
            return connection.execute(query).mappings().all()

    def change(self, statement: sa.Update | sa.Delete) -> int:
        """Change rows and say how many."""
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount

    def videos(self) -> Sequence[RowMapping]:
        """Give all videos, by id."""
        return self.rows(sa.select(videos).order_by(videos.c.id))

    def counted_bytes(self) -> int:
        """Give what counts against the quotas of all members."""
        return sum(row["weekly_upload_bytes"] for row in self.rows(sa.select(users)))

    def reserved_bytes(self) -> int:
        """Give what live uploads hold."""
        live = sa.select(uploads).where(
            uploads.c.video_id.is_(None),
            uploads.c.expires_at > datetime.fromtimestamp(time.time(), UTC),
        )
        return sum(row["reserved_bytes"] for row in self.rows(live))

    def expire_forms(self) -> int:
        """Have the deadline of all uploads by form be over, and say how many there were."""
        over = datetime.fromtimestamp(0, UTC)
        statement = uploads.update().where(sa.not_(uploads.c.resumable))
        return self.change(statement.values(expires_at=over))

    def forget_week(self, *, since: datetime, bytes_: int) -> None:
        """Have all members count `bytes_` from a week of long ago, and no week as begun."""
        self.change(cron_runs.delete())
        values = {"weekly_upload_bytes": bytes_, "last_upload_reset": since}
        self.change(users.update().values(**values))

    def weeks_begun(self) -> list[str]:
        """Give the weeks that were begun in the books."""
        return sorted(row["window"] for row in self.rows(sa.select(cron_runs)))


@attrs.frozen(kw_only=True)
class Findings:
    """What does not fit; `young` are files that nobody refers to, but that may still be cleared."""

    faults: tuple[str, ...]
    young: tuple[Path, ...]


def compare(books: Books, installation: Installation) -> Findings:
    """Compare database and storage, both ways, when nothing is under way."""
    faults: list[str] = []
    published: set[Path] = set()
    sources = {
        str(row["id"]) for row in books.rows(sa.select(uploads).where(uploads.c.video_id.is_(None)))
    }
    for video in books.videos():
        if video["status"] == "completed":
            files = [video[kind] for kind in ("media", "thumbnail", "storyboard") if video[kind]]
            published |= {installation.data / file for file in files}
            media = installation.data / video["media"]
            if not media.exists() or media.stat().st_size != video["file_size_bytes"]:
                faults.append(f"{video['title']} is completed without its file")
        else:
            sources.add(video["source"])
            faults.append(f"{video['title']} is {video['status']}: {video['error_message']}")
    on_disk = {
        file
        for folder in ("videos", "thumbnails")
        for file in (installation.data / folder).rglob("*")
        if file.is_file()
    }
    faults += [f"{file} is missing" for file in sorted(published - on_disk)]
    faults += [f"{file} is no video's" for file in sorted(on_disk - published)]
    waiting = list((installation.data / "uploads").iterdir())
    return Findings(
        faults=tuple(faults),
        young=tuple(file for file in waiting if file.name not in sources),
    )


def age(files: Sequence[Path]) -> None:
    """Have files been written long ago."""
    for file in files:
        moment = time.time() - LONG_AGO
        os.utime(file, (moment, moment))

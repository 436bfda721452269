"""What this machine has begun to send and not yet seen processed, so that a new start goes on with it.

The service knows unfinished uploads by their fingerprint. This knows, beyond that, the upload that was
complete when the command was ended: without it the file would be sent again, as a second video.
"""

from pathlib import Path
from uuid import UUID

import attrs

from vidcore_app.client.folders import write_private


@attrs.frozen
class Journal:
    """One file for each upload in `folder`, named by its fingerprint, with the id that it has."""

    folder: Path

    def find(self, fingerprint: str) -> UUID | None:
        """Give the upload's id, if one is under way; what cannot be understood counts for nothing."""
        try:
            return UUID((self.folder / fingerprint).read_text(encoding="ascii").strip())
        except (FileNotFoundError, ValueError):
            return None

    def note(self, fingerprint: str, upload_id: UUID) -> None:
        """Write down that an upload has begun."""
        write_private(self.folder / fingerprint, f"{upload_id}\n")

    def forget(self, fingerprint: str) -> None:
        """Forget an upload that is over."""
        (self.folder / fingerprint).unlink(missing_ok=True)

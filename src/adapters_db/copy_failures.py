"""Why a database was not copied, in sentences for whoever runs the copy; no sentence has a secret."""


class CopyError(Exception):
    """The copy did not come to its end."""


class CopyRefusedError(CopyError):
    """These two databases are not copied so; nothing was changed."""


class RowRefusedError(CopyError):
    """The target does not take rows that the source has."""

    def __init__(self, table: str, reason: str, *, resumed: bool) -> None:
        super().__init__(table, reason, resumed)
        self.table = table
        self.reason = reason
        self.resumed = resumed

    def __str__(self) -> str:
        """Say which table, and what the target's database said."""
        sentence = f"The target does not take rows of {self.table}: {self.reason}."
        if self.resumed:
            sentence += f" {CHANGED}"
        return sentence


class CopyDiffersError(CopyError):
    """After the copy, tables of the two databases differ."""

    def __init__(self, tables: tuple[str, ...], *, resumed: bool) -> None:
        super().__init__(tables, resumed)
        self.tables = tables
        self.resumed = resumed

    def __str__(self) -> str:
        """Say which tables, and what may have happened."""
        named = ", ".join(self.tables)
        if self.resumed:
            return f"Source and target differ in {named}. {CHANGED}"
        return (
            f"Source and target differ in {named}: somebody else has written to the target. "
            "Copy again with --restart."
        )


CHANGED = (
    "The source has changed since this copy began: stop what writes to it, "
    "and copy again with --restart."
)

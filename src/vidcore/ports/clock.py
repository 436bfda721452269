"""The time, as the core knows it."""

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    @abstractmethod
    def now(self) -> datetime:
        """Give the present moment, aware, in UTC."""
        ...

    @abstractmethod
    def elapsed(self) -> timedelta:
        """Give the time since some moment in the past; it never steps back, as `now` may."""
        ...

"""Who in this process works on which video, and wants to hear when it is gone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID


class Cancellations:
    """Callbacks by video. All calls come from one event loop."""

    def __init__(self) -> None:
        self._callbacks: dict[UUID, list[Callable[[], object]]] = {}

    def __len__(self) -> int:
        """Give how many videos are being worked on."""
        return len(self._callbacks)

    def call(self, video_id: UUID) -> None:
        """Call those of one video."""
        for callback in tuple(self._callbacks.get(video_id, ())):
            callback()

    @contextmanager
    def registered(self, video_id: UUID, callback: Callable[[], object]) -> Iterator[None]:
        """Have `callback` called until the block is left."""
        callbacks = self._callbacks.setdefault(video_id, [])
        callbacks.append(callback)
        try:
            yield
        finally:
            callbacks.remove(callback)
            if not callbacks:
                del self._callbacks[video_id]

"""What a command opens before it does its work."""

from pathlib import Path

from vidcore_app.container import Container
from vidcore_app.service import opened
from vidcore_app.settings import Settings


async def test_one_of_several_processes_does_not_prepare_again_what_its_parent_has(
    tmp_path: Path,
) -> None:
    async with opened(Container(settings=Settings(data_dir=tmp_path))):
        pass
    uploads, thumbnails = tmp_path / "uploads", tmp_path / "thumbnails"
    uploads.rmdir()
    thumbnails.rmdir()

    async with opened(Container(settings=Settings(data_dir=tmp_path)), prepared=True):
        assert not uploads.exists()
        assert not thumbnails.exists()

    async with opened(Container(settings=Settings(data_dir=tmp_path))):
        assert uploads.is_dir()
        assert thumbnails.is_dir()

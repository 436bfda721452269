from pathlib import Path

import pytest

from adapters_ffmpeg.find import find_ffmpeg
from vidcore.errors import ServiceUnavailableError

ENCODERS = " V....D libx264  H.264\n A....D aac  AAC\n VFS..D mjpeg  Motion JPEG"
FILTERS = "scale\nbwdif\nsignalstats\nmetadata\naresample"


def install(
    folder: Path,
    *,
    version: str = "5.1.9-0+deb12u1",
    libavutil: str = "57. 28.100",
    encoders: str = ENCODERS,
    filters: str = FILTERS,
) -> str:
    """Install a program that answers as ffmpeg does, and give its path."""
    folder.mkdir()
    table = "\n".join(f" .. {name} V->V" for name in filters.split())
    path = folder / "ffmpeg"
    path.write_text(
        f"""#!/bin/sh
case "$2" in
-version) echo "ffmpeg version {version} Copyright"; echo "libavutil      {libavutil} / {libavutil}";;
-encoders) echo "{encoders}";;
-filters) echo "{table}";;
esac
""",
        encoding="utf-8",
    )
    path.chmod(0o755)
    return str(path)


def no_wheel() -> str:
    raise ImportError


def empty_wheel() -> str:
    raise RuntimeError


def test_the_wheels_ffmpeg_is_fit() -> None:
    found = find_ffmpeg(search_path="/nowhere")

    assert Path(found.path).is_absolute()
    assert found.tone_mapping


def test_the_systems_ffmpeg_goes_before_the_wheels(tmp_path: Path) -> None:
    path = install(tmp_path / "bin")

    found = find_ffmpeg(search_path=str(tmp_path / "bin"), bundled=no_wheel)

    assert (found.path, found.version, found.tone_mapping) == (path, "5.1.9-0+deb12u1", False)


def test_a_configured_ffmpeg_is_taken_by_path_or_name(tmp_path: Path) -> None:
    path = install(tmp_path / "bin", filters=f"{FILTERS}\nzscale\ntonemap")

    assert find_ffmpeg(path).path == path
    assert find_ffmpeg("ffmpeg", search_path=str(tmp_path / "bin")).tone_mapping


@pytest.mark.parametrize(
    ("libavutil", "encoders", "filters"),
    [
        ("56. 70.100", ENCODERS, FILTERS),
        ("57. 28.100", ENCODERS.replace("libx264", "libopenh264"), FILTERS),
        ("57. 28.100", ENCODERS, FILTERS.replace("bwdif", "yadif")),
    ],
)
def test_an_unfit_ffmpeg_of_the_system_is_passed_over(
    tmp_path: Path, libavutil: str, encoders: str, filters: str
) -> None:
    old = install(tmp_path / "old", libavutil=libavutil, encoders=encoders, filters=filters)
    new = install(tmp_path / "new", version="N-118000-gabc", libavutil="60.  1.100")

    found = find_ffmpeg(search_path=str(tmp_path / "old"), bundled=lambda: new)

    assert (found.path, found.version) == (new, "N-118000-gabc")
    with pytest.raises(ServiceUnavailableError, match="configured cannot be used"):
        find_ffmpeg(old)


@pytest.mark.parametrize("setting", ["/nowhere/ffmpeg", "/bin/true", "/bin/false"])
def test_a_configured_program_that_is_no_ffmpeg_is_refused(setting: str) -> None:
    with pytest.raises(ServiceUnavailableError, match="configured cannot be used"):
        find_ffmpeg(setting)


def test_without_any_ffmpeg_each_fault_is_told() -> None:
    with pytest.raises(
        ServiceUnavailableError, match=r"no program ffmpeg; the wheel .* not installed"
    ):
        find_ffmpeg(search_path="/nowhere", bundled=no_wheel)
    with pytest.raises(ServiceUnavailableError, match="has none for this system"):
        find_ffmpeg(search_path="/nowhere", bundled=empty_wheel)

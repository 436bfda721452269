import pytest

from vidcore.errors import FileFormatNotSupportedError, InvalidValueError
from vidcore.media import check_filename


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a.mp4", "a.mp4"),
        ("Urlaub 2026, Ärger.MOV", "Urlaub 2026, Ärger.MOV"),
        ("a.b.avi", "a.b.avi"),
        ("C:\\fakepath\\cats.mkv", "cats.mkv"),
        ("../../etc/cats.webm", "cats.webm"),
        (" cats.mp4 ", "cats.mp4"),
        ("..mp4", "..mp4"),
        ("x" * 251 + ".mp4", "x" * 251 + ".mp4"),
    ],
)
def test_a_video_files_bare_name_is_kept(sent: str, kept: str) -> None:
    assert check_filename(sent) == kept


@pytest.mark.parametrize(
    "name", ["a", ".mp4", "a.mp3", "a.mp4.exe", "mp4", "a.", "a.mp", "dir.mp4/x", "a.mp4\u200b"]
)
def test_another_ending_is_not_supported(name: str) -> None:
    with pytest.raises(FileFormatNotSupportedError) as refused:
        check_filename(name)

    assert "MP4, MOV, AVI, MKV and WEBM" in str(refused.value)


@pytest.mark.parametrize(
    "name", ["", " ", "a.mp4/", "dir\\", "x" * 252 + ".mp4", "a\x00.mp4", "a\ud800.mp4"], ids=ascii
)
def test_what_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        check_filename(name)

    assert refused.value.field == "file"

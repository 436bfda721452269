import re
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_adapter_of_the_page_is_proved_by_the_suite_and_a_careless_one_is_not(
    tmp_path: Path,
) -> None:
    page = (DOCS / "adapter.md").read_text(encoding="utf-8")
    files = re.findall(r"(?ms)^`(\w+\.py)`:\n\n```python\n(.*?)^```$", page)
    assert [name for name, _ in files] == ["scrypt_passwords.py", "test_scrypt_passwords.py"]
    for name, code in files:
        (tmp_path / name).write_text(code.replace("2**14", "2**4"), encoding="utf-8")
    (tmp_path / "pytest.ini").touch()  # no settings of a project that the folder may lie in

    proved = prove(tmp_path)
    adapter = tmp_path / files[0][0]
    careless = adapter.read_text(encoding="utf-8").replace(
        '"surrogatepass")', '"surrogatepass")[:72]'
    )
    adapter.write_text(careless, encoding="utf-8")
    refuted = prove(tmp_path)

    assert proved.returncode == 0, proved.stdout
    assert refuted.returncode == 1, refuted.stdout
    assert "test_every_character_counts" in refuted.stdout


def prove(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run what the page says."""
    command = (sys.executable, "-m", "pytest", "-o", "asyncio_mode=auto", "-p", "no:cacheprovider")
    return subprocess.run(
        (*command, "--rootdir", str(folder)),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

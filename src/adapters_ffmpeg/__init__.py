"""The transcoder of `vidcore.ports.transcoding`, made of ffmpeg in limited subprocesses.

Nothing that ffmpeg prints about a file is trusted further than that file's own owner could be harmed
by it: what may be opened and decoded is set by its whitelists, not by what a probe has read.
"""

"""The area for uploads and the store of published media, on a POSIX file system.

Nothing here blocks the event loop: every system call that may wait for a disk is made by a thread.
"""

"""Keep freed memory in the process instead of handing it back after every batch."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # names of glibc's malloc.h


def keep_freed_memory() -> None:
    """Ask the C library not to return freed memory to the system, where it can be asked.

    A batch's arrays are just large enough for glibc to give them back and take them anew, page
    by page, which costs a quarter of a simulation's time. Called by the processes that are
    trialsim's own (workers and the command line), never in a process that imports trialsim.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library: nothing to ask
        return
    mallopt(_TRIM_THRESHOLD, 2**29)
    mallopt(_MMAP_THRESHOLD, 2**30)

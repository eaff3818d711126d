"""Halts one thread of a process, as one is halted that waits for a GPU for ever, while the others go on."""
import contextlib
import ctypes
import os

from rows import Skip

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17   # of ptrace(2)
ANY_CHILD = 0x40000000                          # __WALL of waitpid(2)

library = ctypes.CDLL(None, use_errno=True)
library.ptrace.argtypes = [ctypes.c_long] * 4
library.ptrace.restype = ctypes.c_long


def trace(request, thread):
    if library.ptrace(request, thread, 0, 0):
        raise Skip(f"a thread cannot be halted here: {os.strerror(ctypes.get_errno())}")


@contextlib.contextmanager
def halted(thread):
    trace(SEIZE, thread)
    trace(INTERRUPT, thread)
    os.waitpid(thread, ANY_CHILD)
    try:
        yield
    finally:
        trace(DETACH, thread)

"""Cutting this process, and all it starts, off from every network (Linux)."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 38, 22  # linux/prctl.h
_FILTER = 2  # SECCOMP_MODE_FILTER, linux/seccomp.h
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
# linux/audit.h: how each machine is called, and the number of socket(2) there (asm/unistd.h).
_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_IO_URING_SETUP = 425  # the same on both: it could open a socket without socket(2)
_OTHER_NUMBERS = 0x40000000  # x32: the same calls under other numbers
_AF_UNIX = 1
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def cut_off() -> bool:
    """Refuse every socket but those of this machine's file system, for good; return whether the kernel does so."""
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return False
    steps = _steps(*machine)
    libc = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return not libc.prctl(PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)


def _steps(machine: int, socket: int) -> list[tuple[int, int, int, int]]:
    """Return the filter: (what, steps to skip when true, when false, operand) each, classic BPF."""
    return [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _FAIL | errno.EPERM),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 4, 0, _OTHER_NUMBERS),
        (_EQUAL, 3, 0, _IO_URING_SETUP),
        (_EQUAL, 0, 3, socket),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 1, 0, _AF_UNIX),
        (_RETURN, 0, 0, _FAIL | errno.EAFNOSUPPORT),
        (_RETURN, 0, 0, _ALLOW),
    ]

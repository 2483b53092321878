"""Gives up every right that decoding does not need, then becomes the program. Run as a script.

    python -I -S confine.py RULES PROGRAM ARGUMENT...

RULES is JSON: `read`, `write` (paths), `cpu_s`, `memory`, `output` (bytes of one file), `weak`
(whether limits alone will do). Landlock shuts the file system but for these paths and TCP; seccomp
refuses sockets of any kind, other processes' memory, mounts, namespaces and kernel interfaces.
Numbers: Linux `landlock.h`, `seccomp.h` and the system call tables. Exit status 97: there is no
sandbox here. Standard library only, since it is on the way of each call (25 ms).
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import resource
import struct
import sys

NO_SANDBOX = 97
_READ = 1 << 2
_LIST = 1 << 3
_EXECUTE = 1 << 0
_WRITE = 1 << 1 | 1 << 5 | 1 << 8 | 1 << 14
"""Write, remove, make and truncate plain files: no link or pipe for others to stumble over."""
_RULESET, _RULE, _RESTRICT = 444, 445, 446
_SPARE_SIZES = {1: 8, 2: 8, 3: 8, 4: 16, 5: 16}
"""Bytes of the ruleset that an older kernel knows; 24 since version 6."""
_FS_BITS = {1: 13, 2: 14, 3: 15, 4: 15}
"""Rights on files that an older kernel knows; 16 since version 5."""
_DENIED = {
    "x86_64": (0xC000003E, (41, 42, 43, 44, 49, 50, 53, 57, 58, 101, 155, 161, 165, 166, 175, 246,
                            248, 249, 250, 272, 288, 298, 304, 308, 310, 311, 313, 321, 323, 425,
                            434, 438)),
    "aarch64": (0xC00000B7, (39, 40, 41, 51, 97, 104, 105, 117, 198, 199, 200, 201, 202, 203, 206,
                             217, 218, 219, 241, 242, 265, 268, 270, 271, 273, 280, 282, 425,
                             434, 438)),
}  # fmt: skip
"""The architecture's mark and the calls that are refused: socket, connect, accept, sendto, bind,
listen, socketpair, fork, vfork (threads are clones), ptrace, pivot_root, chroot, mount, umount,
modules, kexec, keys, unshare, accept4, perf, open_by_handle_at, setns, process_vm_*, bpf,
userfaultfd, io_uring, pidfd_open, pidfd_getfd."""


def _call(libc: ctypes.CDLL, *arguments: object) -> int:
    result: int = libc.syscall(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return result


def shut_files(libc: ctypes.CDLL, read: list[str], write: list[str]) -> None:
    """Nothing but these paths from here on. Raises OSError where the kernel has no Landlock."""
    version = _call(libc, _RULESET, None, 0, 1)
    everything = (1 << _FS_BITS.get(version, 16)) - 1
    rules = struct.pack("=QQQ", everything, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = _SPARE_SIZES.get(version, 24)
    ruleset = _call(libc, _RULESET, rules[:size], ctypes.c_size_t(size), 0)
    for paths, wanted in ((read, _READ | _LIST | _EXECUTE), (write, _READ | _LIST | _WRITE)):
        for path in paths:
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            of_file = _READ | _EXECUTE
            rights = wanted if os.path.isdir(path) else wanted & of_file  # noqa: PTH112
            _call(libc, _RULE, ruleset, 1, struct.pack("=Qi", rights & everything, handle), 0)
            os.close(handle)
    _call(libc, _RESTRICT, ruleset, 0)


def shut_calls(libc: ctypes.CDLL) -> None:
    """Refuse the calls of `_DENIED`. Raises OSError where that cannot be."""
    mark, numbers = _DENIED.get(platform.machine(), (0, ()))
    if not mark:
        raise OSError("no list of system calls for this machine")

    def step(code: int, yes: int, no: int, value: int) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    steps = [
        step(0x20, 0, 0, 4),  # the architecture
        step(0x15, 1, 0, mark),
        step(0x06, 0, 0, 0x80000000),  # another one: end the process
        step(0x20, 0, 0, 0),  # the call's number
        step(0x35, 0, 1, 0x40000000),  # the x32 numbers name the same calls
        step(0x06, 0, 0, 0x00050001),
        # clone3 hides its flags behind a pointer; without it the C library uses clone.
        step(0x15, 0, 1, 435),
        step(0x06, 0, 0, 0x00050026),
    ]
    for number in numbers:
        steps += [step(0x15, 0, 1, number), step(0x06, 0, 0, 0x00050001)]
    steps.append(step(0x06, 0, 0, 0x7FFF0000))
    code = ctypes.create_string_buffer(b"".join(steps))
    program = struct.pack("=H6xQ", len(steps), ctypes.addressof(code))
    if libc.prctl(22, 2, ctypes.c_char_p(program), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def main() -> None:
    rules, program = json.loads(sys.argv[1]), sys.argv[2:]
    for what, most in (
        (resource.RLIMIT_CPU, rules["cpu_s"]), (resource.RLIMIT_AS, rules["memory"]),
        (resource.RLIMIT_FSIZE, rules["output"]), (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        libc.prctl(1, 9, 0, 0, 0)  # killed with the thread that waits for it, however that ends
        if libc.prctl(38, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "no_new_privs")
        shut_files(libc, rules["read"], rules["write"])
        shut_calls(libc)
    except OSError as error:
        if not rules["weak"]:
            print(f"no sandbox here: {error}", file=sys.stderr)
            sys.exit(NO_SANDBOX)
    os.execve(program[0], program, {"LC_ALL": "C", "HOME": "/nowhere"})


if __name__ == "__main__":
    main()

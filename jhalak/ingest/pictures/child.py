"""The process that decodes: bounded in memory and time, without files, told and telling by pipe.

`python -m jhalak.ingest.pictures.child`: a job a line of length and MessagePack, and an answer the
same way. A decoder that crashes, hangs or eats memory takes this process with it and nothing else.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Final

import msgspec

from jhalak.ingest.pictures.check import Check, load_check
from jhalak.ingest.pictures.header import NoPicture
from jhalak.ingest.pictures.make import make, make_large
from jhalak.ingest.pictures.wire import LENGTH, Answer, Job

MEMORY: Final = 1 << 30
"""Bytes of address space that all jobs may take beside what the code itself takes."""
CPU_S: Final = 10
"""Seconds of CPU a job."""


def main() -> None:
    """Work until standard input ends."""
    check = load_check()  # before the bounds: its weights are no picture's fault
    _bound()
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    decoder, encoder = msgspec.msgpack.Decoder(Job), msgspec.msgpack.Encoder()
    while len(head := jobs.read(LENGTH.size)) == LENGTH.size:
        job = decoder.decode(jobs.read(*LENGTH.unpack(head)))
        _allow_cpu(CPU_S)
        answer = encoder.encode(_answer(job, check))
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _answer(job: Job, check: Check) -> Answer:
    try:
        if job.digest:
            return Answer("large", large=make_large(job.data, job.digest, job.crop))
        return Answer("made", made=make(job.data, job.src, check))
    except (NoPicture, ValueError) as error:
        return Answer("refused", reason=str(error))
    except MemoryError:
        return Answer("refused", reason="needs too much memory")


def _bound() -> None:
    """No more memory than MEMORY, no file written, hardly one opened, no core left behind."""
    sizes = Path("/proc/self/statm").read_text("ascii").split()  # address space first, in pages
    taken = int(sizes[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def _allow_cpu(seconds: int) -> None:
    """From now on; at the end the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()

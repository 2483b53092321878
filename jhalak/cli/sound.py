"""`jhalak sound`: taking a sound down with all its videos, or bringing it back; beside a server."""

from __future__ import annotations

import argparse
import getpass

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import now_ms, open_records
    from jhalak.config.settings import read_settings
    from jhalak.ports.sounds import title_of
    from jhalak.trust.reasons import CODES

    if arguments.action != "show" and not arguments.why:
        raise Failure(f"sound {arguments.action} needs --why: it is audited", 2)
    if arguments.action == "down" and arguments.code not in CODES:
        raise Failure(f"sound down needs --code, one of {' '.join(CODES)}", 2)
    by = f"operator:{getpass.getuser()}"
    with explained():
        records = open_records(arguments.data, read_settings(arguments.data))
        try:
            video = records.videos.find(arguments.sound)
            name = video.sound if video is not None and video.sound else arguments.sound
            if arguments.action == "down":
                found = records.sounds_down.take_down(
                    name, arguments.code, by, arguments.why, now_ms()
                )
            elif arguments.action == "restore":
                found = records.sounds_down.restore(name, by, arguments.why, now_ms())
            else:
                found = records.sounds.find(name)
            if found is None:
                raise Failure(f"there is no sound {arguments.sound}, and no video with one")
            used = records.sounds.uses(found.id)
        finally:
            records.database.close()
    state = f"taken down: {found.down}" if found.down else "stands"
    print(f"{found.id}  {title_of(found)}\n{state}; {found.duration_s:.1f} s; {used:,} videos")
    last_line(found._asdict() | {"videos": used}, wanted=arguments.json)
    return 0

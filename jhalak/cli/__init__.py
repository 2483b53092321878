"""Every command. Heavy imports are lazy: `jhalak --help` answers in 0.3 s."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from jhalak import __version__
from jhalak.cli.failure import Failure
from jhalak.cli.folder import check_folder

_DATA_HELP = "folder with all state (default: ./jhalak-data)"


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("jhalak-data"), help=_DATA_HELP)
    parser.add_argument(
        "--json", action="store_true", help="end with one JSON object on the last line"
    )


def _tls(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tls", choices=("local",),
        help="HTTPS with a certificate of this machine's own authority, for phones on the same"
        " network (with --host 0.0.0.0): a QR code says how they trust it",
    )  # fmt: skip
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="HTTPS with this chain (PEM)")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="its key (PEM)")
    parser.add_argument(
        "--ca-port", type=_port,
        help="--tls=local: plain port where phones get the certificate (default: the next one)",
    )  # fmt: skip


class _Parser(argparse.ArgumentParser):
    """Takes what a command is about also after its options: `items sheet --language ta out.png`."""

    _mixed = False

    def parse_known_args(  # type: ignore[no-untyped-def]
        self, args=None, namespace=None
    ):
        if self._subparsers is not None or self._mixed:
            return super().parse_known_args(args, namespace)
        self._mixed = True  # the next call is its own
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._mixed = False


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = _Parser(
        prog="jhalak",
        description="AI-personalised content on the lock screen and in a short-video feed.",
        epilog="example: jhalak demo    (a server, a catalogue and a crowd, in one command)",
    )
    parser.add_argument("--version", action="version", version=f"jhalak {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, text: str, example: str) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name, help=text, description=text, epilog=f"example: {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        _common(made)
        return made

    serve = command(
        "serve", "Serve the API and the page, with the learner beside it.",
        "jhalak serve --data ./jhalak-data --port 8787",
    )  # fmt: skip
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=_port, help="port to listen on (default: 8787; 0: any)")
    _tls(serve)
    serve.add_argument(
        "--no-learner", action="store_true", help="do not start the learner (run `jhalak work`)"
    )
    serve.add_argument(
        "--no-follower", action="store_true", help="do not follow feeds (run `jhalak work follow`)"
    )
    serve.add_argument(
        "--public-url", type=_address, default="",
        help="where hubs reach this server from outside: feeds with a hub are then pushed",
    )  # fmt: skip

    work = command("work", "Run a worker loop.", "jhalak work learn --data ./jhalak-data")
    work.add_argument(
        "loop",
        choices=(
            "learn",
            "experiments",
            "follow",
            "pictures",
            "policy",
            "transcode",
            "understand",
            "index",
        ),
        help="which loop",
    )
    work.add_argument(
        "--public-url", type=_address, default="",
        help="follow: where hubs reach the server from outside",
    )  # fmt: skip
    work.add_argument(
        "--until-caught-up", action="store_true",
        help="end with a checkpoint when the log's end is reached",
    )  # fmt: skip

    ingest = command(
        "ingest", "Take items in from files and folders.",
        "jhalak ingest headlines.csv feeds/ --map title=JUDUL,topic=KATEGORI --language id",
    )  # fmt: skip
    ingest.add_argument("sources", nargs="+", metavar="SOURCE", help="file or folder")
    ingest.add_argument("--map", default="", help="FIELD=COLUMN,...: names of unusual columns")
    ingest.add_argument("--language", default="", help="language of rows that name none")
    ingest.add_argument("--publisher", default="", help="publisher of rows that name none")
    ingest.add_argument(
        "--reviewed", action="store_true",
        help="somebody looked at these sources: their pictures may be shown while locked",
    )  # fmt: skip
    ingest.add_argument(
        "--lenient", action="store_true", help="exit code 0 although rows were rejected"
    )

    items = command(
        "items", "List, show or recall items, or draw a contact sheet of their cards.",
        "jhalak items sheet --language ta out.png",
    )  # fmt: skip
    items.add_argument("action", choices=("list", "show", "recall", "sheet"))
    items.add_argument(
        "item", nargs="?", help="the item's id (show, recall); the .png or .html to write (sheet)"
    )
    items.add_argument("--language", default="", help="list, sheet: only this language")
    items.add_argument("--topic", default="", help="sheet: only this topic")
    items.add_argument("--count", type=_many, default=24, help="sheet: so many cards (default: 24)")
    items.add_argument("--limit", type=_many, default=50, help="list: at most these (default: 50)")
    items.add_argument("--reason", default="", help="recall: why")

    feeds = command(
        "feeds", "Follow publishers' feeds, see how they do, or see what one would give.",
        "jhalak feeds add https://news.example/rss.xml --language hi",
    )  # fmt: skip
    feeds.add_argument(
        "action",
        choices=("add", "list", "check", "pause", "resume", "move", "remove", "review", "unreview"),
        help="move: the same feed, with its cards, at another address, as in `jhalak feeds move"
        " https://news.example/rss.xml https://news.example/new.xml`; review: an operator looked"
        " at it and trusts its pictures on a locked screen",
    )
    feeds.add_argument(
        "what", nargs="*", metavar="URL|OPML",
        help="addresses; add: lists of feeds (OPML) too; move: the old and the new address",
    )  # fmt: skip
    feeds.add_argument("--language", default="", help="add: of entries that do not show it")
    feeds.add_argument("--publisher", default="", help="add: the name on all its cards")
    feeds.add_argument("--reviewed", action="store_true", help="add: trusted from the start")
    feeds.add_argument("--limit", type=_many, default=50, help="check: entries shown (default: 50)")

    publisher = command(
        "publisher", "Make, list or revoke keys with which publishers send items.",
        'jhalak publisher add "Dainik Example"',
    )  # fmt: skip
    publisher.add_argument("action", choices=("add", "list", "revoke"))
    publisher.add_argument("name", nargs="?", help="add: for whom; revoke: a key's id")
    publisher.add_argument("--reviewed", action="store_true", help="add: trusted from the start")

    sound = command(
        "sound", "Show a sound, take it down with all its videos, or bring it back.",
        'jhalak sound down SOUND --code copyright --why "the label asked"',
    )  # fmt: skip
    sound.add_argument("action", choices=("show", "down", "restore"))
    sound.add_argument("sound", help="its id, or that of a video with it")
    sound.add_argument("--code", default="", help="down: the reason that creators are told")
    sound.add_argument("--why", default="", help="down, restore: for the audit log")

    viewers = command("viewers", "Show what is kept about a viewer.", "jhalak viewers show VIEWER")
    viewers.add_argument("action", choices=("show",))
    viewers.add_argument("viewer", help="the viewer's id")

    why = command("why", "Say why a slot was shown to a viewer.", "jhalak why VIEWER SLOT")
    why.add_argument("viewer", help="the viewer's id")
    why.add_argument("slot", help="the slot token, as the edition or the video feed gave it")

    operator = command(
        "operator", "Operators' accounts of the console, and tokens of the API.",
        "jhalak operator add asha --role editor",
    )  # fmt: skip
    operator.add_argument(
        "action", choices=("add", "role", "password", "remove", "restore", "accounts", "token",
                           "list", "revoke"),
        help="accounts: add, role, password, remove, restore, accounts (lists them); tokens:"
        " token, list, revoke",
    )  # fmt: skip
    roles = ("observer", "moderator", "editor", "admin")
    operator.add_argument("name", nargs="?", default="", help="for whom; revoke: id")
    operator.add_argument("new_role", nargs="?", default="", choices=("", *roles),
                          metavar="ROLE", help="role: what they may do from now on")  # fmt: skip
    operator.add_argument("--role", choices=roles, default="observer",
                          help="add: what they may do (default: observer)")  # fmt: skip
    operator.add_argument("--password-stdin", action="store_true",
                          help="add, password: its first line, asked for otherwise")  # fmt: skip

    creators = command(
        "creators", "People with accounts: list them, verify, suspend, restore.",
        "jhalak creators verify asha",
    )  # fmt: skip
    creators.add_argument(
        "action", choices=("list", "verify", "unverify", "suspend", "restore"),
        help="verify: nobody else may look like their handle and name from then on; suspend: all"
        " their sessions end",
    )  # fmt: skip
    creators.add_argument("handle", nargs="?", default="", help="whose; not for list")

    replay = command(
        "replay", "Run a real log, in time order, through features, model and learning.",
        "jhalak replay kuairand ../shared/data/kuairand-pure --report-from 2022-04-28",
    )  # fmt: skip
    replay.add_argument(
        "log", choices=("kuairand", "mind", "jsonl", "log"),
        help="kind of log; `log` is a server's own, FOLDER its data folder",
    )  # fmt: skip
    replay.add_argument("folder", type=Path, help="where it lies")
    replay.add_argument(
        "--report-from", default="", metavar="DAY",
        help="first day reported, YYYY-MM-DD (default: the log's second day; of mind, the last"
        " fifth of the requests)",
    )  # fmt: skip
    replay.add_argument(
        "--train-until", default="", metavar="DAY",
        help="first day of which nothing is learned, YYYY-MM-DD (default: learn to the end)",
    )  # fmt: skip
    replay.add_argument(
        "--compare", nargs=2, action="append", default=[], metavar=("A", "B"),
        help="two of jhalak, popularity, lightgbm, lightgbm-daily or a jhalak.toml, on the same"
        " rows; may be given several times",
    )  # fmt: skip
    replay.add_argument("--html", type=Path, metavar="FILE", help="write a page with charts")
    replay.add_argument(
        "--keep", default="", metavar="NAME",
        help="keep the report in the records of --data (of log: FOLDER) for the console",
    )  # fmt: skip
    replay.add_argument(
        "--limit", type=int, default=0, help="only so many impressions, the oldest (default: all)"
    )

    off_policy = command(
        "off-policy", "Say what another policy would have earned, from logged propensities.",
        "jhalak off-policy obd ../shared/data/obd --logged random --target bts",
    )  # fmt: skip
    off_policy.add_argument(
        "log", choices=("obd", "log"),
        help="kind of log: Open Bandit Dataset, or a server's own, FOLDER its data folder",
    )  # fmt: skip
    off_policy.add_argument("folder", type=Path, help="where it lies")
    off_policy.add_argument(
        "--target", default="",
        help="whose value: of obd bts or random (default: bts); of log a file of JSON Lines with"
        " slate, position, probability (default: the policy that served)",
    )  # fmt: skip
    off_policy.add_argument(
        "--logged", choices=("random", "bts"), default="random",
        help="of obd: the policy that chose (default: random)",
    )  # fmt: skip
    off_policy.add_argument("--campaign", default="", help="of obd: only this one (default: all)")
    off_policy.add_argument(
        "--clip", type=float, metavar="W", help="cut weights at W: less spread, some bias"
    )
    off_policy.add_argument(
        "--values", default="", metavar="NAME=WEIGHT,...",
        help="of log: what actions are worth, instead of feed.values",
    )  # fmt: skip
    off_policy.add_argument(
        "--slots", type=Path, metavar="FILE",
        help="of log: write the slots, for whoever works out a target's probabilities",
    )  # fmt: skip

    experiments = command(
        "experiments", "List experiments, show what their arms did, or stop an arm.",
        "jhalak experiments show bolder --data ./jhalak-data",
    )  # fmt: skip
    experiments.add_argument("action", nargs="?", choices=("list", "show", "stop"), default="list")
    experiments.add_argument("name", nargs="?", help="the experiment (show, stop)")
    experiments.add_argument("arm", nargs="?", help="stop: which arm")

    command(
        "fairness", "Say how evenly creators are met, and what trials of new videos bought.",
        "jhalak fairness --data ./jhalak-data",
    )  # fmt: skip

    learned = command(
        "learned",
        "Say what the weights have seen, prove it by folding the log again, or say how long cards "
        "were seen to stay good.",
        "jhalak learned verify --data ./jhalak-data",
    )  # fmt: skip
    learned.add_argument("action", choices=("show", "lineage", "verify", "lifetimes"))
    learned.add_argument(
        "--whole", action="store_true",
        help="verify: from the log's beginning (default: from the oldest checkpoint kept)",
    )  # fmt: skip

    understand = command(
        "understand", "Show what was understood of an item, or understand all of them again.",
        "jhalak understand --again --what language,topic",
    )  # fmt: skip
    understand.add_argument("item", nargs="?", help="the item's id")
    understand.add_argument("--again", action="store_true", help="all live items, once more")
    understand.add_argument(
        "--what", default="", metavar="WHAT,...",
        help="some of language,topic,safety,lifetime,meaning,story (default: all)",
    )  # fmt: skip

    train = command(
        "train", "Train a model of topics from your own labelled texts.",
        "jhalak train topics --from ../labelled --data ./jhalak-data",
    )  # fmt: skip
    train.add_argument("model", choices=("topics",), help="which model")
    train.add_argument(
        "--from", dest="source", type=Path, required=True, metavar="DIR",
        help="files that `jhalak ingest` reads, their labels names of topics",
    )  # fmt: skip
    train.add_argument("--out", type=Path, help="where to (default: models/ in the data folder)")

    simulate = command(
        "simulate", "Serve simulated people with hidden tastes, and say how well they are known.",
        "jhalak simulate --viewers 300 --days 5 --seed 1 --html simulation.html",
    )  # fmt: skip
    simulate.add_argument("--viewers", type=int, default=300, help="how many (default: 300)")
    simulate.add_argument("--days", type=float, default=5.0, help="simulated days (default: 5)")
    simulate.add_argument("--seed", type=int, default=1, help="same seed, same run (default: 1)")
    simulate.add_argument(
        "--exploration", type=float, default=0.05,
        help="share of slots that try what is not known (default: 0.05)",
    )  # fmt: skip
    simulate.add_argument(
        "--alone", action="store_true", help="do not run it again with exploration off"
    )
    simulate.add_argument("--html", type=Path, help="write a page with charts to this file")

    demo = command(
        "demo", "A server with a catalogue and a simulated crowd whose tastes it must find.",
        "jhalak demo --items ../shared/data/indicnews",
    )  # fmt: skip
    demo.add_argument("--items", nargs="*", default=[], help="sources (default: starter catalogue)")
    demo.add_argument(
        "--no-feeds", action="store_true", help="do not follow publishers' feeds from the network"
    )
    demo.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    demo.add_argument("--port", type=_port, help="port to listen on (default: 8787)")
    _tls(demo)
    demo.add_argument("--viewers", type=_many, default=24, help="size of the crowd (default: 24)")
    demo.add_argument(
        "--rounds", type=int, default=0, help="end after so many editions each (default: go on)"
    )

    video = command(
        "video", "Make of a clip what phones play: rungs as MP4 and HLS, poster, strip.",
        "jhalak video clip.mov --out clip",
    )  # fmt: skip
    video.add_argument("file", type=Path, help="MP4, MOV, WebM or Matroska; 180 s, 4K at most")
    video.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="a new folder")
    video.add_argument(
        "--rlimits", action="store_true",
        help="where the kernel has neither Landlock nor seccomp: decode with limits alone",
    )  # fmt: skip

    command("doctor", "Check machine, stores, versions and clocks.", "jhalak doctor")
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _many(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError("a whole number of 1 or more")
    return int(text)


def _address(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text!r} is no address: https://HOST")
    return text


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command; the exit code is 0 only when it did all that was asked."""
    parsed = build_parser().parse_args(arguments)
    module = import_module(f"jhalak.cli.{parsed.command.replace('-', '_')}")
    try:
        check_folder(parsed)
        code: int = module.run(parsed)
    except Failure as failure:
        print(f"jhalak {parsed.command}: {failure}", file=sys.stderr)
        code = failure.code
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        code = 141
    sys.exit(code)

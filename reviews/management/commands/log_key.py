"""Makes, shows, rotates and retires the verdict log's signing key."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.verdict_log import LogUnusable, checkpoints, keys
from reviews.verdict_log.notes import Verifier


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="make the first key, before the first publication would")
        create.add_argument("--lost", action="store_true", help="the key of a log that has begun is lost for good")
        rotate = verbs.add_parser("rotate", help="sign with a new key; the old one goes on signing beside it")
        rotate.add_argument("--without-overlap", action="store_true", help="the old key signs no more: it leaked")
        verbs.add_parser("retire", help="end the overlap: destroy the key before the present one")
        verbs.add_parser("show", help="name the log and its keys")

    def handle(self, *args: Any, **options: Any) -> None:
        name = checkpoints.origin()
        try:
            match options["verb"]:
                case "create":
                    self._tell("made", keys.create(name, is_lost=options["lost"]).verifier)
                case "rotate":
                    fresh = keys.rotate(name, with_overlap=not options["without_overlap"])
                    self._tell("signs from now on", fresh.verifier)
                case "retire":
                    self._retire()
                case "show":
                    self._show(name)
        except LogUnusable as refusal:
            raise CommandError(refusal.reason) from refusal

    def _retire(self) -> None:
        if not keys.retire():
            raise CommandError("No older key signs: there is nothing to retire.")
        self.stdout.write("The key before the present one is destroyed. Its verifier key stays published.")

    def _show(self, name: str) -> None:
        self.stdout.write(f"log {name}, keys in {keys.directory()}")
        signing = [signer.verifier for signer in keys.signers(name)]
        for verifier in keys.verifiers(name):
            self._tell("signs" if verifier in signing else "retired", verifier)

    def _tell(self, what: str, verifier: Verifier) -> None:
        self.stdout.write(f"{what}: {verifier.vkey}")

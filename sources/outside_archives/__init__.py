"""Copies in outside archives, optional and off by default: looked for by Memento, asked for by Save Page Now."""

from sources.outside_archives.asking import ask_after_loss, ask_for_copy, check_can_ask, enabled, last_good_at
from sources.outside_archives.running import run_due

__all__ = ["ask_after_loss", "ask_for_copy", "check_can_ask", "enabled", "last_good_at", "run_due"]

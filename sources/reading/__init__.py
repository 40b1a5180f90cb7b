"""Turning fetched bytes into text, in a child process that may die of them."""

from sources.reading.charsets import Undecodable, decode_text
from sources.reading.reader import Reader, Reading

__all__ = ["Reader", "Reading", "Undecodable", "decode_text"]

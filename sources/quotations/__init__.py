"""Whether a quotation still stands in a text."""

from sources.quotations.finding import Match, Quotation, find, select

__all__ = ["Match", "Quotation", "find", "select"]

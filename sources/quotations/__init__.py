"""Whether a quotation still stands in a text."""

from sources.quotations.finding import Folded, find, find_all
from sources.quotations.selectors import Match, Quotation, select

__all__ = ["Folded", "Match", "Quotation", "find", "find_all", "select"]

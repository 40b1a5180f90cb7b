"""Lists the candidate claims of an article with rules and a readable lexicon, without models or network."""

from claims.extraction.extracting import extract
from claims.extraction.records import CandidateClaim, ContestedPair, Extraction, Factor, Span

__all__ = ["CandidateClaim", "ContestedPair", "Extraction", "Factor", "Span", "extract"]

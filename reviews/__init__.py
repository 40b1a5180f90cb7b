"""Who judged a claim, what we say in public, corrections and the verdict log."""

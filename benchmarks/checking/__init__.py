"""The parts of `benchmarks/source_checks.py`: pages, their server, the desk's rows, our worker and its peers."""

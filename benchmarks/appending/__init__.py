"""What benchmarks/verdict_log.py runs in processes of its own."""

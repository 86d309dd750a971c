"""Keeping benchmarks out of the dataset: exact copies, copies up to notation, and descendants."""

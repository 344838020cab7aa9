"""Cleaning, rules R-C01 to R-C19; `table.py` says what happens in which order."""

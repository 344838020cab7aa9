"""Cleaning, rules R-C01 to R-C42; `table.py` says what happens in which order."""

CARRIED_OUT = frozenset(f"R-C{number:02d}" for number in (*range(1, 27), *range(30, 43)))
"""Rules of the catalogue that cleaning carries out; a survey's rulebook names them beside its checks."""

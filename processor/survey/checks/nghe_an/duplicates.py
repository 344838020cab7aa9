"""Rules of the catalogue: duplicates; pure."""

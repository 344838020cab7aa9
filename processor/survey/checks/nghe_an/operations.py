"""Rules of the catalogue: operations; pure."""

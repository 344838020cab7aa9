"""Rules of the catalogue: money; pure."""

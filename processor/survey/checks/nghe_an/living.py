"""Rules of the catalogue: living; pure."""

"""Rules of the catalogue: members; pure."""

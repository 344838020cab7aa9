"""Rules of the catalogue: links; pure."""

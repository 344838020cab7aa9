"""Rules of the catalogue: eligibility; pure."""

"""Rules of the catalogue: beneficiary; pure."""

"""Checks: rules of a catalogue applied to clean tables; pure, and knowing no survey by name."""

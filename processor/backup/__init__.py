"""Backups: everything that cannot be made again, in one folder that can be proved and put back."""

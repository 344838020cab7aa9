"""Migrations of our own tables; the reporting tables follow the forms instead."""

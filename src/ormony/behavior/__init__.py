"""Behavior as it is wanted: files that people edit, macros of ormony.toml, and their order."""

"""Types and typed function wrappers of a catalog: one file for each language."""

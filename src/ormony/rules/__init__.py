"""Rules: one file each, which `check` runs over what it knows of a database."""

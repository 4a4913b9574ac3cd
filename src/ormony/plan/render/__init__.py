"""One file per family of objects: how each is created, dropped and altered."""

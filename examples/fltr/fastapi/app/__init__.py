"""The FastAPI service of FLTR."""

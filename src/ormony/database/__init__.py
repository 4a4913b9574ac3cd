"""All talk with PostgreSQL."""

"""One PostgreSQL database, several services, each with its own ORM, in harmony."""

__version__ = "0.1.0"

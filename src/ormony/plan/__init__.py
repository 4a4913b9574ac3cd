"""Changes as SQL: rendered by kind, ordered by dependency, made online on request."""

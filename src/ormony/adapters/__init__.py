"""One file per migration tool: each reads that tool's projects into a `History`, and never connects."""

"""The tables of both databases, one module for each.

SQLModel has one metadata for all of a program's tables. Here that would be wrong twice: `create_all` on either
database would make the tables of both, and a foreign key between tables of two databases would look as if it
could exist. So each module has a registry of its own, with a metadata of its own: `AuthModel` for fltr_auth,
`DataModel` for fltr.
"""

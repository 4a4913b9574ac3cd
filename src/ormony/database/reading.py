"""A catalog while it is read: what the decoders of rows fill, and which query a decoder belongs to.

`introspect.py` runs `queries/NAME.sql` for each `Query` and hands all rows to `decode`, in the order of the
tuples `STRUCTURE` and `BEHAVIOR`, so a decoder can count on the names that those before it have noted. This
module runs nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from ormony.catalog import Catalog, Grant, Identity, Object, Ref

Row = tuple[Any, ...]

_TURN: Final = 500  # rows

# The catalogs as pg_depend, pg_description and pg_seclabel name them; the numbers are the same everywhere.
PG_TYPE: Final = 1247
PG_PROC: Final = 1255
PG_CLASS: Final = 1259
PG_FOREIGN_SERVER: Final = 1417
PG_USER_MAPPING: Final = 1418
PG_FOREIGN_DATA_WRAPPER: Final = 2328
PG_AM: Final = 2601
PG_ATTRDEF: Final = 2604
PG_CAST: Final = 2605
PG_CONSTRAINT: Final = 2606
PG_CONVERSION: Final = 2607
PG_LANGUAGE: Final = 2612
PG_NAMESPACE: Final = 2615
PG_OPCLASS: Final = 2616
PG_OPERATOR: Final = 2617
PG_REWRITE: Final = 2618
PG_TRIGGER: Final = 2620
PG_OPFAMILY: Final = 2753
PG_EXTENSION: Final = 3079
PG_POLICY: Final = 3256
PG_STATISTIC_EXT: Final = 3381
PG_COLLATION: Final = 3456
PG_EVENT_TRIGGER: Final = 3466
PG_TRANSFORM: Final = 3576
PG_TS_DICT: Final = 3600
PG_TS_PARSER: Final = 3601
PG_TS_CONFIG: Final = 3602
PG_TS_TEMPLATE: Final = 3764
PG_PUBLICATION: Final = 6104


class ChangedMeanwhile(Exception):
    """An object of our snapshot has no definition any more: PostgreSQL prints those of the present."""


class Reading:
    """The fields of a Catalog, to be filled, and the way from the server's numbers to our references.

    `names` leads from a catalog's number and an oid to the reference of an object, also from what is no
    object of its own: a row type, array type or multirange to its table or type, the constructors of a range
    to the range, the rule `_RETURN` to its view, the index of a constraint to the constraint, an identity
    column's sequence to the column. What an extension owns leads to the extension, from the start and
    whatever its kind: a decoder that finds its own oid there leaves the object out (`owned`). `columns` leads
    from a relation and a column's number to a column, of views and materialized views too, though these have
    no column objects; a field of a composite type leads to the type. `relations` leads to tables and views by
    their own names, whoever owns them. `identities` and `fields` are between the decoders of
    `decode_structure.py`: what is known of a column before it is read, and the columns of what is not a
    table.
    """

    __slots__ = (
        "_take_in",
        "column_order",
        "columns",
        "comments",
        "depends",
        "fields",
        "grants",
        "identities",
        "initial",
        "labels",
        "names",
        "objects",
        "owners",
        "relations",
        "role",
        "unmodelled",
        "unseen",
        "version",
    )

    def __init__(self, version: int, role: str, take_in: Callable[[], None] = lambda: None) -> None:
        self._take_in = take_in
        self.version = version
        self.role = role
        self.objects: dict[Ref, Object] = {}
        self.comments: dict[Ref, str] = {}
        self.owners: dict[Ref, str] = {}
        self.grants: dict[Ref, tuple[Grant, ...]] = {}
        self.initial: dict[Ref, tuple[Grant, ...]] = {}
        self.labels: dict[Ref, tuple[tuple[str, str], ...]] = {}
        self.unmodelled: dict[str, str] = {}
        self.column_order: dict[Ref, tuple[str, ...]] = {}
        self.depends: dict[Ref, tuple[Ref, ...]] = {}
        self.unseen: list[str] = []
        self.names: dict[tuple[int, int], Ref] = {}
        self.columns: dict[tuple[int, int], Ref] = {}
        self.relations: dict[int, Ref] = {}
        self.identities: dict[tuple[int, str], Identity] = {}
        self.fields: dict[int, list[Row]] = {}

    def add(self, catalog: int, oid: int, ref: Ref, value: Object) -> bool:
        """Note an object under its number; False, and nothing is noted, when an extension owns it."""
        if self.names.setdefault((catalog, oid), ref) is not ref:
            return False
        self.objects[ref] = value
        return True

    def in_turns(self, rows: Sequence[Row]) -> Iterator[Row]:
        """The rows, while those of the next query are taken in, so that the server does not wait for us.

        For many rows only: a socket holds what a server sends in a millisecond.
        """
        return itertools.chain.from_iterable(self._chunks(rows))

    def _chunks(self, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
        for start in range(0, len(rows), _TURN):
            self._take_in()
            yield rows[start : start + _TURN]

    def owned(self, catalog: int, oid: int) -> bool:
        """Whether an extension owns this object or the one that it is an alias of."""
        found = self.names.get((catalog, oid))
        return found is not None and found.kind == "extension"

    def catalog(self) -> Catalog:
        """What has been read, as the value."""
        return Catalog(
            version=self.version,
            role=self.role,
            objects=self.objects,
            comments=self.comments,
            owners=self.owners,
            grants=self.grants,
            initial=self.initial,
            labels=self.labels,
            unmodelled=self.unmodelled,
            column_order=self.column_order,
            depends=self.depends,
            unseen=tuple(self.unseen),
        )


# Types have no index by their kind: they are gone through once for all conditions.
TYPES_MADE: Final = """(
    SELECT ARRAY(SELECT DISTINCT typtype FROM pg_catalog.pg_type WHERE oid >= 16384) AS types OFFSET 0
) AS made"""


class Query(NamedTuple):
    """`queries/{name}.sql` and what takes its rows.

    Where versions differ, the same rows come from `queries/{name}-below-18.sql` (or 17, 16): a server of
    version 15 takes the lowest of these files that is above 15, else `{name}.sql`. With `binary` the rows are
    sent in binary, which is faster to read, but leaves types that the driver does not know as bytes. `when`
    is a condition in SQL, cheap to ask, without which the query gives no rows and is not asked: to plan and
    run one for a kind that a database has nothing of takes up to a millisecond; '' always holds. What is
    `apart` can be asked on a second connection: the deparsers that it calls open all tables, which each
    connection does anew.
    """

    name: str
    decode: Callable[[Sequence[Row], Reading], None]
    binary: bool = False
    when: str = ""
    apart: bool = False


def option_pairs(options: Iterable[str] | None) -> tuple[tuple[str, str], ...]:
    """`name=value` as foreign objects have them, by name, as pg_dump prints them."""
    return tuple(sorted((name, value) for name, _, value in (each.partition("=") for each in options or ())))


def any_of(catalog: str) -> str:
    """The condition that a catalog of `pg_catalog` has a row."""
    return f"EXISTS (SELECT FROM pg_catalog.{catalog})"


def any_made(catalog: str, key: str = "oid", *, where: str = "true") -> str:
    """The condition that a catalog has a row that initdb did not make; `key` is what it is indexed by."""
    return f"EXISTS (SELECT FROM pg_catalog.{catalog} WHERE {key} >= 16384 AND {where})"


def any_type(letter: str) -> str:
    """The condition, beside `TYPES_MADE`, that somebody made a type of this `typtype`."""
    return f"'{letter}' = ANY (made.types)"

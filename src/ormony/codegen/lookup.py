"""Types that a catalog names, as trees: the text is parsed, the name looked up.

A catalog has types as `format_type` prints them with an empty search path: PostgreSQL's own by the words of
the SQL standard (`timestamp(3) without time zone`), all others with their schema, quoted where needed.
"""

from __future__ import annotations

import re
from typing import Final

from ormony.catalog import Catalog, Domain, RangeType, Ref
from ormony.codegen.described import Type, TypeKind

PG_CATALOG: Final = "pg_catalog"

# Words of the standard that are not the name in pg_type; modifiers are cut out before.
_STANDARD: Final = {
    "bigint": "int8",
    "integer": "int4",
    "smallint": "int2",
    "boolean": "bool",
    "real": "float4",
    "double precision": "float8",
    "character varying": "varchar",
    "character": "bpchar",
    "bit varying": "varbit",
    "time without time zone": "time",
    "time with time zone": "timetz",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    '"char"': "char",
    '"bit"': "bit",
    '"any"': "any",
}
_SCALARS_LISTED: Final = """
    int2 int4 int8 float4 float8 numeric money bool text varchar bpchar char name bytea uuid json jsonb
    jsonpath xml date time timetz timestamp timestamptz interval inet cidr macaddr macaddr8 bit varbit oid xid
    xid8 cid tid pg_lsn pg_snapshot txid_snapshot tsvector tsquery gtsvector point line lseg box path polygon
    circle regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc regprocedure
    regrole regtype refcursor int2vector oidvector aclitem pg_node_tree"""
_SCALARS: Final = frozenset(_SCALARS_LISTED.split())
_RANGES: Final = {
    "int4range": "integer",
    "int8range": "bigint",
    "numrange": "numeric",
    "daterange": "date",
    "tsrange": "timestamp without time zone",
    "tstzrange": "timestamp with time zone",
}
_MULTIRANGES: Final = {each.replace("range", "multirange"): each for each in _RANGES}
_PSEUDO_LISTED: Final = """
    any anyarray anyelement anyenum anynonarray anyrange anymultirange anycompatible anycompatiblearray
    anycompatiblenonarray anycompatiblerange anycompatiblemultirange record void trigger event_trigger cstring
    internal language_handler fdw_handler index_am_handler table_am_handler tsm_handler unknown
    pg_ddl_command"""
_PSEUDO: Final = frozenset(_PSEUDO_LISTED.split())
POLYMORPHIC: Final = frozenset(each for each in _PSEUDO if each.startswith("any"))
"""Pseudo types that stand for whatever a caller gives, `any` too."""

# Of extensions that generators know; the catalog says nothing of what extensions own.
_EXTENSIONS: Final = frozenset(
    {
        "vector",
        "halfvec",
        "sparsevec",
        "citext",
        "hstore",
        "ltree",
        "lquery",
        "ltxtquery",
        "geometry",
        "geography",
    }
)
# The domains of information_schema, which its views have.
_OF_INFORMATION_SCHEMA: Final = {
    "cardinal_number": "integer",
    "character_data": "character varying",
    "sql_identifier": "name",
    "time_stamp": "timestamp(2) with time zone",
    "yes_or_no": "character varying(3)",
}

_IDENTIFIER: Final = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_NAMED: Final = re.compile(rf"(?:({_IDENTIFIER})\.)?({_IDENTIFIER})(?:\(([^()]*)\))?", re.DOTALL)
_MODIFIER: Final = re.compile(r"\s?\(([^()]*)\)")
# `interval day to second(3)`: the fields are a modifier too.
_INTERVAL: Final = re.compile(r"interval(?: ([a-z]+(?: to [a-z]+)?))?(?:\((\d+)\))?")


class Types:
    """The types of a catalog. What was looked up and is made by somebody is remembered in `used`."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[str, Type] = {}
        self._multiranges: dict[tuple[str, str], Ref] | None = None
        self.used: dict[Ref, None] = {}

    def of(self, text: str) -> Type:
        """The type that a catalog writes so."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._parsed(text)
        return found

    def _parsed(self, text: str) -> Type:
        if text.endswith("[]"):
            element = self.of(text.removesuffix("[]"))
            return Type(kind="array", schema=element.schema, name=element.name, sql=text, element=element)
        named = _NAMED.fullmatch(text)
        if named is not None and named[1] is not None:
            modifier = tuple(each.strip() for each in named[3].split(",")) if named[3] is not None else ()
            return self._made(unquoted(named[1]), unquoted(named[2]), text, modifier)
        return self._own(text)

    def _own(self, text: str) -> Type:
        """A type of PostgreSQL's."""
        interval = _INTERVAL.fullmatch(text)
        if interval is not None:
            modifier = tuple(each for each in interval.groups() if each is not None)
            return Type(kind="scalar", schema=PG_CATALOG, name="interval", sql=text, modifier=modifier)
        found = _MODIFIER.search(text)
        modifier = tuple(each.strip() for each in found[1].split(",")) if found is not None else ()
        bare = text if found is None else text[: found.start()] + text[found.end() :]
        name = _STANDARD.get(bare) or unquoted(bare)
        kind: TypeKind = "unknown"
        element = None
        if name in _SCALARS:
            kind = "scalar"
        elif name in _RANGES:
            kind, element = "range", self.of(_RANGES[name])
        elif name in _MULTIRANGES:
            kind, element = "multirange", self.of(_MULTIRANGES[name])
        elif name in _PSEUDO:
            kind = "pseudo"
        return Type(kind=kind, schema=PG_CATALOG, name=name, sql=text, modifier=modifier, element=element)

    def _made(self, schema: str, name: str, text: str, modifier: tuple[str, ...]) -> Type:
        """A type of somebody's: of the catalog, or of an extension, which the catalog is silent about."""
        objects = self._catalog.objects

        def made(kind: TypeKind, element: Type | None = None) -> Type:
            return Type(kind=kind, schema=schema, name=name, sql=text, modifier=modifier, element=element)

        if (ref := Ref("enum", schema, name)) in objects:
            self.used[ref] = None
            return made("enum")
        if isinstance(domain := objects.get(ref := Ref("domain", schema, name)), Domain):
            self.used[ref] = None
            return made("domain", self.of(domain.type))
        if (ref := Ref("composite type", schema, name)) in objects:
            self.used[ref] = None
            return made("composite")
        if isinstance(value := objects.get(Ref("range type", schema, name)), RangeType):
            return made("range", self.of(dict(value.options)["SUBTYPE"]))
        if (upper := self._ranges().get((schema, name))) is not None:
            return made("multirange", self.of(qualified(upper.schema, upper.name)))
        for kind in ("table", "foreign table", "view", "materialized view"):
            if (ref := Ref(kind, schema, name)) in objects:
                self.used[ref] = None
                return made("table")
        if schema == "information_schema" and name in _OF_INFORMATION_SCHEMA:
            below = self.of(_OF_INFORMATION_SCHEMA[name])
            return Type(kind="scalar", schema=PG_CATALOG, name=below.name, sql=text, modifier=below.modifier)
        if name in _EXTENSIONS and Ref("base type", schema, name) not in objects:
            return made("scalar")
        return made("unknown")

    def _ranges(self) -> dict[tuple[str, str], Ref]:
        """The range of each multirange of somebody's."""
        if self._multiranges is None:
            self._multiranges = {}
            for ref, value in self._catalog.objects.items():
                if isinstance(value, RangeType):
                    named = _NAMED.fullmatch(dict(value.options).get("MULTIRANGE_TYPE_NAME", ""))
                    if named is not None and named[1] is not None:
                        self._multiranges[unquoted(named[1]), unquoted(named[2])] = ref
        return self._multiranges


def unquoted(identifier: str) -> str:
    """The name that an identifier of printed SQL says."""
    return identifier[1:-1].replace('""', '"') if identifier.startswith('"') else identifier


def qualified(schema: str, name: str) -> str:
    """`"public"."orders"`, always quoted, as `Types.of` reads it and SQL takes it."""
    return ".".join('"' + each.replace('"', '""') + '"' for each in (schema, name))

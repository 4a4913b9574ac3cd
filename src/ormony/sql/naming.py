"""Names in trees: what each may mean, by the search path alone, and what expressions and queries use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ormony.sql.reading import Node, strings_of

_SYSTEM_SCHEMAS: Final = frozenset({"pg_catalog", "information_schema", "pg_toast", "pg_temp"})
_TYPE_WORDS: Final = """
    bigint bigserial bit bool boolean box bpchar bytea char cid cidr circle cstring date
    daterange datemultirange decimal event_trigger fdw_handler float4 float8 inet int int2 int2vector int4
    int4multirange int4range int8 int8multirange int8range integer internal interval json jsonb jsonpath
    language_handler line lseg macaddr macaddr8 money name numeric nummultirange numrange oid oidvector path
    pg_lsn pg_snapshot point polygon real record refcursor regclass regcollation regconfig regdictionary
    regnamespace regoper regoperator regproc regprocedure regrole regtype serial serial2 serial4 serial8
    smallint smallserial text tid time timestamp timestamptz timetz trigger tsm_handler tsmultirange tsquery
    tsrange tstzmultirange tstzrange tsvector txid_snapshot unknown uuid varbit varchar void xid xid8 xml any
    anyarray anycompatible anycompatiblearray anycompatiblemultirange anycompatiblenonarray anycompatiblerange
    anyelement anyenum anymultirange anynonarray anyrange"""
BUILTIN_TYPES: Final = frozenset(_TYPE_WORDS.split())
_PROVIDED: Final = """
uuid-ossp: uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5 uuid_nil
pgcrypto: digest hmac crypt gen_salt gen_random_bytes pgp_sym_encrypt pgp_sym_decrypt pgp_pub_encrypt armor
vector: vector halfvec sparsevec l2_distance cosine_distance inner_product
vector: vector_l2_ops vector_ip_ops vector_cosine_ops vector_l1_ops halfvec_l2_ops halfvec_cosine_ops
citext: citext
hstore: hstore
ltree: ltree lquery ltxtquery
postgis: geometry geography box2d box3d st_makepoint st_setsrid st_distance st_dwithin st_geomfromtext
pg_trgm: similarity word_similarity strict_word_similarity show_trgm gin_trgm_ops gist_trgm_ops
unaccent: unaccent
moddatetime: moddatetime
http: http_get http_post http_put http_delete http_request
pgjwt: url_encode url_decode
fuzzystrmatch: levenshtein soundex metaphone dmetaphone
"""  # what the usual extensions bring: types, functions, operator classes
_EXTENSION_OF: Final = {
    word: line.partition(":")[0] for line in _PROVIDED.splitlines() for word in line.partition(":")[2].split()
}
_EXTENSION_OF_SCHEMA: Final = {
    "cron": "pg_cron",
    "net": "pg_net",
    "pgmq": "pgmq",
    "graphql": "pg_graphql",
    "vault": "supabase_vault",
}
_SEQUENCE_FUNCTIONS: Final = frozenset({"nextval", "currval", "setval"})
WITHOUT_SCHEMA: Final = frozenset(
    {
        "schema",
        "extension",
        "role",
        "publication",
        "subscription",
        "event trigger",
        "server",
        "foreign-data wrapper",
        "database",
    }
)


class Name(msgspec.Struct, frozen=True, order=True):
    """A database object as SQL text names it.

    `kind` is schema, relation (table, view, sequence, index: one name space), type (enum, domain, composite),
    function (and procedure, aggregate; without its arguments), signature (a function with its arguments),
    extension, role, publication, …, or what hangs on a relation: column, constraint, policy, trigger, rule;
    `of` is then that relation.
    """

    kind: str
    schema: str
    name: str
    of: str = ""

    def __str__(self) -> str:
        """As a message names it: `policy "p" on "public.orders"`."""
        where = f"{self.schema}." if self.schema else ""
        if self.of:
            return f'{self.kind} "{self.name}" on "{where}{self.of}"'
        kind = "function" if self.kind == "signature" else self.kind
        return f'{kind} "{where}{self.name}"'


class Scope:
    """What is known while one text is read from top to bottom, and the names of the statement being read."""

    __slots__ = (
        "alters",
        "creates",
        "drops",
        "foreign",
        "initial",
        "late",
        "path",
        "places",
        "renames",
        "temporary",
        "uses",
    )

    def __init__(self, search_path: Sequence[str]) -> None:
        self.initial = tuple(schema for schema in search_path if schema != "$user")
        self.path = self.initial
        self.places: dict[
            tuple[str, str], str
        ] = {}  # (kind, name) -> the schema in which this text created it
        self.temporary: set[str] = set()
        self.clear()

    def clear(self) -> None:
        """Forget what the statement before was found to do."""
        self.creates: set[Name] = set()
        self.uses: set[Name] = set()
        self.late: set[Name] = set()
        self.alters: set[Name] = set()
        self.drops: set[Name] = set()
        self.renames: set[Name] = set()
        self.foreign: set[Name] = set()

    def inner(self) -> Scope:
        """A scope for a body inside this text: same names known, own findings."""
        scope = Scope(self.initial)
        scope.path = self.path
        scope.places = dict(self.places)
        scope.temporary = set(self.temporary)
        return scope


def split_name(parts: Sequence[str]) -> tuple[str, str]:
    """Schema (or "") and name of a list of identifiers; a database in front is dropped."""
    return (parts[-2], parts[-1]) if len(parts) > 1 else ("", parts[-1] if parts else "")


def names_of(scope: Scope, kind: str, schema: str, name: str, of: str = "") -> list[Name]:
    """What an existing thing may be: once for each schema in which an unqualified name may lie; [] for the
    system's.
    """
    if kind in WITHOUT_SCHEMA:
        return [Name(kind, "", name)]
    relation = of or name
    if schema:
        return (
            []
            if schema in _SYSTEM_SCHEMAS or schema.startswith("pg_temp")
            else [Name(kind, schema, name, of)]
        )
    if kind == "type" and name.removeprefix("_") in BUILTIN_TYPES:
        return []
    if relation in scope.temporary or (
        relation.startswith("pg_") and kind in ("relation", "function", "type")
    ):
        return []
    place = scope.places.get(("relation" if of else kind, relation))
    if place is not None:
        return [Name(kind, place, name, of)]
    return [Name(kind, each, name, of) for each in scope.path]


def add_use(scope: Scope, kind: str, schema: str, name: str) -> None:
    """Add an existing thing that is used, and the extension that brings it."""
    scope.uses.update(names_of(scope, kind, schema, name))
    extension = _EXTENSION_OF_SCHEMA.get(schema) or (
        _EXTENSION_OF.get(name) if kind in ("type", "function") else None
    )
    if extension is not None:
        scope.uses.add(Name("extension", "", extension))


def add_creation(scope: Scope, kind: str, schema: str, name: str, of: str = "") -> None:
    """Add a thing that is made, and where, so that later names of it are found there."""
    if kind in WITHOUT_SCHEMA:
        scope.creates.add(Name(kind, "", name))
        return
    if schema in _SYSTEM_SCHEMAS:
        return
    place = (
        schema
        or (scope.places.get(("relation", of), "") if of else "")
        or (scope.path[0] if scope.path else "")
    )
    if of and of in scope.temporary and not schema:
        return
    scope.creates.add(Name(kind, place, name, of))
    if not of:
        scope.places[kind, name] = place
        if place not in ("", "public"):
            scope.uses.add(Name("schema", "", place))


def target_of(scope: Scope, kind: str, schema: str, name: str, of: str = "") -> list[Name]:
    """The one existing thing that a command names; of several schemas, the first."""
    return names_of(scope, kind, schema, name, of)[:1]


def relation_of(node: Node) -> tuple[str, str]:
    """Schema (or "") and name of a relation."""
    return str(node.get("schemaname", "")), str(node.get("relname", ""))


def is_temporary(node: Node) -> bool:
    """Is the relation temporary?"""
    return node.get("relpersistence") == "t" or node.get("schemaname") == "pg_temp"


_NO_CTES: Final[frozenset[str]] = frozenset()
_LEAVES: Final = frozenset({"withClause", "A_Const", "String", "Integer", "Float", "ColumnRef"})


def add_uses(top: Any, scope: Scope) -> None:
    """Add what an expression, query or definition uses: relations but no CTEs, functions, types, roles."""
    stack: list[tuple[Any, frozenset[str]]] = [(top, _NO_CTES)]
    while stack:
        node, ctes = stack.pop()
        if type(node) is list:
            for value in node:
                if type(value) is dict or type(value) is list:
                    stack.append((value, ctes))
            continue
        inside = ctes
        if "withClause" in node:
            clause = node["withClause"]
            recursive = bool(clause.get("recursive"))
            entries = [entry["CommonTableExpr"] for entry in clause.get("ctes", ())]
            every = ctes | {entry["ctename"] for entry in entries}
            seen = every if recursive else ctes
            for entry in entries:
                stack.append((entry["ctequery"], seen))
                seen = seen | {entry["ctename"]}
            inside = every
        for key, value in node.items():
            kind = type(value)
            if kind is dict:
                if key in _LEAVES:
                    continue
                if key == "TypeCast":
                    _regclass(value, scope)
                elif key == "pktable":
                    schema, name = relation_of(value)
                    scope.foreign.update(names_of(scope, "relation", schema, name))
                    scope.foreign.update(
                        each
                        for column in strings_of(node.get("pk_attrs", ()))
                        for each in names_of(scope, "column", schema, column, name)
                    )
                    continue
                stack.append((value, inside))
            elif kind is list:
                if key == "funcname":
                    parts = strings_of(value)
                    schema, name = split_name(parts)
                    add_use(scope, "function", schema, name)
                    if name in _SEQUENCE_FUNCTIONS:
                        _sequence_argument(node, scope)
                elif key == "names":
                    schema, name = split_name(strings_of(value))
                    add_use(scope, "type", schema, name)
                elif key == "objname":
                    schema, name = split_name(strings_of(value))
                    add_use(scope, "function", schema, name)
                elif key == "opclass":
                    extension = _EXTENSION_OF.get(split_name(strings_of(value))[1])
                    if extension is not None:
                        scope.uses.add(Name("extension", "", extension))
                else:
                    stack.append((value, inside))
            elif key == "relname":
                if is_temporary(node):
                    scope.temporary.add(value)
                elif "schemaname" in node or value not in inside:
                    add_use(scope, "relation", node.get("schemaname", ""), value)
            elif key == "rolename" and node.get("roletype") == "ROLESPEC_CSTRING":
                scope.uses.add(Name("role", "", value))


def _regclass(cast: Node, scope: Scope) -> None:
    names = strings_of(cast.get("typeName", {}).get("names", ()))
    text = cast.get("arg", {}).get("A_Const", {}).get("sval", {}).get("sval")
    if not names or not isinstance(text, str):
        return
    kind = {"regclass": "relation", "regtype": "type", "regproc": "function"}.get(names[-1])
    if kind is not None:
        _use_text(scope, kind, text)


def _sequence_argument(call: Node, scope: Scope) -> None:
    arguments = call.get("args") or [{}]
    text = arguments[0].get("A_Const", {}).get("sval", {}).get("sval")
    if isinstance(text, str):
        _use_text(scope, "relation", text)


def _use_text(scope: Scope, kind: str, text: str) -> None:
    """A name inside a string: `'app.users'`, `'"Users"'`."""
    parts = [
        quoted.replace('""', '"') if quoted else plain.lower()
        for quoted, plain in re.findall(r'"((?:[^"]|"")+)"|([^\s".]+)', text)
    ]
    if parts:
        add_use(scope, kind, *split_name(parts))


def object_name(first: str, second: str, label: str) -> str:
    """The name that PostgreSQL gives an implicit object: `first_second_label`, the longer part cut to fit 63
    bytes.
    """
    one, two = first.encode(), second.encode()
    room = 63 - len(label.encode()) - 1 - (1 if two else 0)
    length = {"one": len(one), "two": len(two)}
    while length["one"] + length["two"] > room:
        length["one" if length["one"] > length["two"] else "two"] -= 1
    parts = [
        one[: length["one"]].decode("utf-8", "ignore"),
        two[: length["two"]].decode("utf-8", "ignore"),
        label,
    ]
    return "_".join(part for part in parts if part)


def columns_in(expression: Any) -> set[str]:
    """The columns that an expression names."""
    found: set[str] = set()
    stack = [expression]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            if "ColumnRef" in current:
                found.update(strings_of(current["ColumnRef"].get("fields", ()))[-1:])
            stack.extend(current.values())
    return found

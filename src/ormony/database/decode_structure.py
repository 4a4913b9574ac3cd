"""Rows of what holds data, and of its types, as values of the catalog.

Sixty thousand columns are read here: the loops unpack rows once, make equal values once, and look nothing up
that a row can say.
"""

from __future__ import annotations

import functools
import operator
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, cast

import msgspec

from ormony import sql
from ormony.catalog import (
    PARTS,
    RELATIONS,
    Attribute,
    Column,
    CompositeType,
    Constraint,
    ConstraintType,
    Domain,
    DomainConstraint,
    Enum,
    Identity,
    Index,
    Kind,
    MaterializedView,
    NotNull,
    Object,
    Options,
    Partition,
    RangeType,
    Ref,
    Schema,
    SequenceOptions,
    Statistics,
    Table,
    View,
)
from ormony.catalog import Sequence as SequenceValue
from ormony.database.reading import (
    PG_ATTRDEF,
    PG_CLASS,
    PG_CONSTRAINT,
    PG_EXTENSION,
    PG_NAMESPACE,
    PG_REWRITE,
    PG_STATISTIC_EXT,
    PG_TYPE,
    ChangedMeanwhile,
    Query,
    Reading,
    Row,
    any_of,
    any_type,
    option_pairs,
)

_KINDS: Final[dict[str, Kind]] = {
    "r": "table",
    "p": "table",
    "f": "foreign table",
    "v": "view",
    "m": "materialized view",
    "c": "composite type",
}
_CONSTRAINTS: Final[dict[str, ConstraintType]] = {
    "p": "primary key",
    "u": "unique",
    "f": "foreign key",
    "c": "check",
    "x": "exclusion",
}
_STORAGES: Final = {"p": "plain", "e": "external", "m": "main", "x": "extended"}
_COMPRESSIONS: Final = {"p": "pglz", "l": "lz4"}
_GENERATED: Final[dict[str | None, Literal["stored", "virtual"] | None]] = {
    None: None,
    "s": "stored",
    "v": "virtual",
}
_REPLICA_IDENTITIES: Final = {None: "default", "f": "full", "n": "nothing", "i": "index"}
_ALIGNMENTS: Final = {"c": "char", "s": "int2", "i": "int4", "d": "double"}
_NINE_NONES: Final = (None,) * 9
_THIRTEEN_NONES: Final = [None] * 13
_PLACE: Final = operator.itemgetter(0, 2)  # the relation and the number of a column
_PLAIN_NOT_NULL: Final = NotNull()
_HOLDERS: Final = frozenset({*RELATIONS, "domain"})
_PARTS: Final = frozenset(PARTS)
_WITHOUT_COLUMNS: Final = frozenset({"view", "materialized view"})
_NOBODY: Final = Ref("table", "", "")

# What NamedTuple itself does in a Python function for every one of 100,000 references.
_ref: Final = cast("Callable[[tuple[Kind, str, str, str]], Ref]", functools.partial(tuple.__new__, Ref))


def _extension_members(rows: Sequence[Row], reading: Reading) -> None:
    names = reading.names
    extensions: dict[str, Ref] = {}
    for catalog, oid, name in rows:
        names[catalog, oid] = extensions.setdefault(name, Ref("extension", "", name))


def _schemas(rows: Sequence[Row], reading: Reading) -> None:
    for oid, name in rows:
        reading.add(PG_NAMESPACE, oid, Ref("schema", "", name), Schema())


def _relations(rows: Sequence[Row], reading: Reading) -> None:
    names, objects, relations = reading.names, reading.objects, reading.relations
    for oid, letter, schema, name, row_type, array_type, *_ in rows:
        made = relations[oid] = _ref((_KINDS[letter], sys.intern(schema), name, ""))
        ref = names.setdefault((PG_CLASS, oid), made)
        if letter == "c":
            owner = names.get((PG_TYPE, row_type))  # an extension owns the type, not its relation
            ref = names[PG_CLASS, oid] = owner or ref
            if owner is None:
                objects[ref] = CompositeType(attributes=())
        if row_type:
            names[PG_TYPE, row_type] = ref
        if array_type:
            names[PG_TYPE, array_type] = ref
    usual: dict[tuple[bool, bool, bool], Table] = {}
    for row in rows:
        letter = row[1]
        ref = names[PG_CLASS, row[0]]
        if letter not in "rpf" or ref.kind == "extension":
            continue
        if row[7:16] == _NINE_NONES and row[18] is None and row[20] is None:
            key = (row[6], row[16], row[17])
            table = usual.get(key)
            if table is None:
                table = usual[key] = Table(unlogged=row[6], row_security=row[16], force_row_security=row[17])
            objects[ref] = table
        else:
            objects[ref] = _table(row, relations)


def _table(row: Row, relations: dict[int, Ref]) -> Table:
    (
        *_,
        unlogged,
        key,
        bound,
        parents,
        of_type,
        method,
        tablespace,
        options,
        toast_options,
        replica_identity,
        row_security,
        force,
        server,
        server_options,
        valid_checks,
    ) = row
    above = tuple(relations[parent] for parent in parents or ())
    return Table(
        unlogged=unlogged,
        partition_key=key,
        partition=Partition(parent=above[0], bound=bound) if bound is not None and above else None,
        inherits=above if bound is None else (),
        of_type=of_type,
        access_method=method,
        tablespace=tablespace,
        options=_with_toast(options, toast_options),
        replica_identity=_REPLICA_IDENTITIES[replica_identity],
        row_security=row_security,
        force_row_security=force,
        server=server,
        server_options=option_pairs(server_options),
        valid_checks=tuple(valid_checks or ()),
    )


def _with_toast(options: list[str] | None, toast_options: list[str] | None) -> tuple[str, ...]:
    return (*(options or ()), *(f"toast.{each}" for each in toast_options or ()))


def _sequences(rows: Sequence[Row], reading: Reading) -> None:
    names = reading.names
    alike: dict[tuple[Any, ...], SequenceOptions] = {}
    for row in reading.in_turns(rows):
        oid, schema, name, unlogged, *counting, dependence, relation, column = row
        key = tuple(counting)
        options = alike.get(key)
        if options is None:
            options = alike[key] = SequenceOptions(
                type=key[0],
                start=key[1],
                increment=key[2],
                minimum=key[3],
                maximum=key[4],
                cache=key[5],
                cycle=key[6],
            )
        holder = names.get((PG_CLASS, relation)) if relation else None
        owner = _ref(("column", holder.schema, holder.name, sys.intern(column))) if holder else None
        made = _ref(("sequence", sys.intern(schema), name, ""))
        if dependence == "i":
            if holder is None or owner is None or holder.kind == "extension":
                names[PG_CLASS, oid] = holder or made
                continue
            names[PG_CLASS, oid] = owner
            reading.identities[relation, column] = Identity(
                always=False, sequence=made, options=options, unlogged=unlogged
            )
        else:
            reading.add(
                PG_CLASS,
                oid,
                made,
                SequenceValue(
                    options=options,
                    owned_by=owner if holder is not None and holder.kind != "extension" else None,
                    unlogged=unlogged,
                ),
            )


def _columns(rows: Sequence[Row], reading: Reading) -> None:
    names, columns, objects = reading.names, reading.columns, reading.objects
    intern, ref_of = sys.intern, _ref
    alike: dict[tuple[str, str | None, bool | None], Column] = {}
    last = 0
    relation: Ref = _NOBODY
    order: list[str] = []
    letter = schema = table = ""
    # The server would sort whole rows; they come nearly in order, which is quick to complete here.
    for row in reading.in_turns(sorted(rows, key=_PLACE)):
        oid, letter_, number, name, type_name, default, not_null, not_null_name, *rest = row
        if default == "":
            raise ChangedMeanwhile
        if oid != last:
            if order:
                reading.column_order[relation] = tuple(order)
                order = []
            last, letter = oid, letter_
            relation = names[PG_CLASS, oid]
            schema, table = relation.schema, relation.name
        if letter == "c" or relation.kind == "extension":
            columns[oid, number] = relation
            reading.fields.setdefault(oid, []).append(row)
            continue
        name = intern(name)
        ref = columns[oid, number] = ref_of(("column", schema, table, name))
        if letter in "vm":
            reading.fields.setdefault(oid, []).append(row)
            continue
        order.append(name)
        if rest == _THIRTEEN_NONES and (not_null_name is None or not_null_name == f"{table}_{name}_not_null"):
            key = (type_name, default, not_null)
            column = alike.get(key)
            if column is None:
                column = alike[key] = Column(
                    type=type_name, default=default, not_null=_PLAIN_NOT_NULL if not_null else None
                )
            objects[ref] = column
        else:
            objects[ref] = _column(row, relation, reading)
    if order:
        reading.column_order[relation] = tuple(order)
    for oid, fields in reading.fields.items():
        relation = names[PG_CLASS, oid]
        if relation.kind == "composite type":
            objects[relation] = CompositeType(
                attributes=tuple(Attribute(name=row[3], type=row[4], collation=row[13]) for row in fields)
            )


def _column(row: Row, relation: Ref, reading: Reading) -> Column:
    (
        oid,
        _,
        _,
        name,
        type_name,
        default,
        not_null,
        not_null_name,
        no_inherit,
        valid,
        not_null_local,
        generated,
        identity,
        collation,
        storage,
        compression,
        statistics,
        options,
        local,
        parents,
        server_options,
    ) = row
    # From 17 on a partition has the identity of its parent, and no sequence: attaching it gives it that.
    counted = reading.identities.get((oid, name)) if identity else None
    if counted is not None and identity == "a":
        counted = Identity(
            always=True, sequence=counted.sequence, options=counted.options, unlogged=counted.unlogged
        )
    return Column(
        type=type_name,
        not_null=_not_null(
            not_null_name and _unless_chosen(not_null_name, relation.name, name),
            no_inherit=no_inherit is not None,
            valid=valid is None,
            inherited=not_null_local is not None,
        )
        if not_null
        else None,
        default=default,
        generated=_GENERATED[generated],
        identity=counted,
        collation=collation,
        storage=storage and _STORAGES[storage],
        compression=compression and _COMPRESSIONS[compression],
        statistics=statistics,
        options=tuple(options) if options else (),
        local=local is None,
        inherited=parents is not None,
        server_options=option_pairs(server_options),
    )


def _not_null(name: str | None, *, no_inherit: bool, valid: bool, inherited: bool) -> NotNull:
    if name is None and valid and not no_inherit and not inherited:
        return _PLAIN_NOT_NULL
    return NotNull(name=name, no_inherit=no_inherit, valid=valid, inherited=inherited)


def _unless_chosen(name: str, relation: str, column: str) -> str | None:
    return None if name == sql.object_name(relation, column, "not_null") else name


def _constraints(rows: Sequence[Row], reading: Reading) -> None:
    names, columns, objects = reading.names, reading.columns, reading.objects
    relations, ref_of = reading.relations, _ref
    clones: list[tuple[Ref, int]] = []
    for (
        oid,
        relid,
        letter,
        name,
        definition,
        key,
        referenced,
        referenced_key,
        valid,
        parents,
        parent,
        index,
        index_options,
        tablespace,
        clustered,
        replica_identity,
    ) in reading.in_turns(rows):
        if definition is None:
            raise ChangedMeanwhile
        relation = names[PG_CLASS, relid]
        if relation.kind == "extension":
            names[PG_CONSTRAINT, oid] = relation
            if index:
                names[PG_CLASS, index] = relation
            continue
        ref = names[PG_CONSTRAINT, oid] = ref_of(("constraint", relation.schema, relation.name, name))
        if index:
            names[PG_CLASS, index] = ref
        if parent:
            clones.append((ref, parent))
        objects[ref] = Constraint(
            type=_CONSTRAINTS[letter],
            definition=definition,
            columns=tuple([columns[relid, number].part for number in key if number > 0]) if key else (),
            references=relations.get(referenced) if referenced else None,
            referenced_columns=_column_names(referenced, referenced_key, reading) if referenced else (),
            valid=valid,
            index_options=tuple(index_options) if index_options else (),
            index_tablespace=tablespace,
            clustered=clustered is not None,
            replica_identity=replica_identity is not None,
            inherited=parents is not None and not parent,
        )
    for ref, parent in clones:
        upper = names.get((PG_CONSTRAINT, parent))
        objects[ref] = msgspec.structs.replace(cast("Constraint", objects[ref]), parent=upper)


def _column_names(relation: int, numbers: Sequence[int], reading: Reading) -> tuple[str, ...]:
    if relation in reading.fields:  # an extension's table
        known = {row[2]: row[3] for row in reading.fields[relation]}
        return tuple(known[number] for number in numbers)
    return tuple([reading.columns[relation, number].part for number in numbers])


def _indexes(rows: Sequence[Row], reading: Reading) -> None:
    names, columns, objects, ref_of = reading.names, reading.columns, reading.objects, _ref
    attached: list[tuple[Ref, int]] = []
    for (
        oid,
        name,
        relid,
        definition,
        method,
        numbers,
        key_count,
        expressions,
        unique,
        valid,
        predicate,
        clustered,
        replica_identity,
        parent,
        targeted,
        targets,
        tablespace,
    ) in reading.in_turns(rows):
        if definition is None:
            raise ChangedMeanwhile
        relation = names[PG_CLASS, relid]
        if relation.kind == "extension":
            names[PG_CLASS, oid] = relation
            continue
        ref = names[PG_CLASS, oid] = ref_of(("index", relation.schema, name, ""))
        if expressions is None:
            keys = tuple([columns[relid, number].part for number in numbers[:key_count]])
        else:
            texts = iter(expressions)
            keys = tuple(
                columns[relid, number].part if number else _in_parentheses(next(texts))
                for number in numbers[:key_count]
            )
        if parent:
            attached.append((ref, parent))
        objects[ref] = Index(
            table=relation,
            definition=definition,
            method=method,
            columns=keys,
            unique=unique,
            valid=valid,
            predicate=predicate,
            clustered=clustered is not None,
            replica_identity=replica_identity is not None,
            statistics=tuple(zip(targeted, targets, strict=True)) if targeted else (),
            tablespace=tablespace,
        )
    for ref, parent in attached:
        upper = names.get((PG_CLASS, parent))
        objects[ref] = msgspec.structs.replace(cast("Index", objects[ref]), parent=upper)


def _in_parentheses(expression: str) -> str:
    """A call stands without them; whatever else begins with one is inside it as a whole."""
    return expression if expression.startswith("(") else f"({expression})"


_NAME: Final = r'(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_]*)'
_PLAIN_COLUMNS: Final = re.compile(
    rf"^(CREATE STATISTICS {_NAME}\.{_NAME} (?:\([a-z, ]+\) )?ON )({_NAME}(?:, {_NAME})+)(?=, | FROM )"
)


def _sorted_columns(found: re.Match[str]) -> str:
    """The columns by name: PostgreSQL prints them in the table's order, which says nothing about them."""
    return found[1] + ", ".join(sorted(re.findall(_NAME, found[2])))


def _statistics(rows: Sequence[Row], reading: Reading) -> None:
    for oid, schema, name, relid, definition, target in rows:
        if definition is None:
            raise ChangedMeanwhile
        relation = reading.names[PG_CLASS, relid]
        if relation.kind == "extension":
            reading.names[PG_STATISTIC_EXT, oid] = relation
            continue
        ref = Ref("statistics", schema, name)
        definition = _PLAIN_COLUMNS.sub(_sorted_columns, definition)
        reading.add(
            PG_STATISTIC_EXT, oid, ref, Statistics(table=relation, definition=definition, target=target)
        )


def _views(rows: Sequence[Row], reading: Reading) -> None:
    for oid, rule, definition, options, toast_options, method, tablespace, populated in rows:
        if definition is None:
            raise ChangedMeanwhile
        ref = reading.names[PG_CLASS, oid]
        reading.names[PG_REWRITE, rule] = ref
        if ref.kind == "extension":
            continue
        fields = reading.fields.get(oid, ())
        columns = tuple((row[3], row[4]) for row in fields)
        definition = definition.removesuffix(";")
        if ref.kind == "view":
            reading.objects[ref] = View(
                definition=definition,
                columns=columns,
                options=tuple(options or ()),
                defaults=tuple((row[3], row[5]) for row in fields if row[5] is not None),
            )
        else:
            reading.objects[ref] = MaterializedView(
                definition=definition,
                columns=columns,
                options=_with_toast(options, toast_options),
                access_method=method,
                tablespace=tablespace,
                populated=populated,
                column_settings=tuple(
                    sorted((row[3], setting) for row in fields for setting in _settings(row))
                ),
            )


def _settings(row: Row) -> list[str]:
    """What ALTER TABLE … ALTER COLUMN has set on a column, as it says it."""
    storage, compression, statistics, options = row[14:18]
    return [
        *((f"SET STORAGE {_STORAGES[storage]}",) if storage else ()),
        *((f"SET COMPRESSION {_COMPRESSIONS[compression]}",) if compression else ()),
        *((f"SET STATISTICS {statistics}",) if statistics is not None else ()),
        *((f"SET ({', '.join(options)})",) if options else ()),
    ]


def _enums(rows: Sequence[Row], reading: Reading) -> None:
    for oid, array_type, schema, name, labels in rows:
        ref = Ref("enum", schema, name)
        reading.add(PG_TYPE, oid, ref, Enum(labels=tuple(labels or ())))
        _alias_type(array_type, oid, reading)


def _alias_type(alias: int, oid: int, reading: Reading) -> None:
    """The array type of a type leads where the type does."""
    if alias:
        reading.names[PG_TYPE, alias] = reading.names[PG_TYPE, oid]


def _domains(rows: Sequence[Row], reading: Reading) -> None:
    for oid, array_type, schema, name, type_name, collation, default, not_null, its_name, valid in rows:
        value = Domain(
            type=type_name,
            collation=collation,
            default=default,
            not_null=_not_null(
                its_name and _unless_chosen(its_name, name, ""),
                no_inherit=False,
                valid=valid is not False,
                inherited=False,
            )
            if not_null
            else None,
        )
        reading.add(PG_TYPE, oid, Ref("domain", schema, name), value)
        _alias_type(array_type, oid, reading)


def _domain_constraints(rows: Sequence[Row], reading: Reading) -> None:
    for oid, domain, name, definition, valid in rows:
        if definition is None:
            raise ChangedMeanwhile
        held = reading.names.get((PG_TYPE, domain))
        if held is None:  # information_schema has domains with checks
            continue
        if held.kind == "extension":
            reading.names[PG_CONSTRAINT, oid] = held
            continue
        ref = Ref("domain constraint", held.schema, held.name, name)
        reading.add(PG_CONSTRAINT, oid, ref, DomainConstraint(definition=definition, valid=valid))


def _range_types(rows: Sequence[Row], reading: Reading) -> None:
    words = ("SUBTYPE", "SUBTYPE_OPCLASS", "COLLATION", "CANONICAL", "SUBTYPE_DIFF", "MULTIRANGE_TYPE_NAME")
    for oid, array_type, multirange, multirange_array, schema, name, *values in rows:
        options = tuple((word, each) for word, each in zip(words, values, strict=True) if each is not None)
        reading.add(PG_TYPE, oid, Ref("range type", schema, name), RangeType(options=options))
        for alias in (array_type, multirange, multirange_array):
            _alias_type(alias, oid, reading)


def _range_type_parts(rows: Sequence[Row], reading: Reading) -> None:
    names = reading.names
    for catalog, oid, type_ in rows:
        if (PG_TYPE, type_) in names:
            names.setdefault((catalog, oid), names[PG_TYPE, type_])


def _base_types(rows: Sequence[Row], reading: Reading) -> None:
    for oid, array_type, schema, name, defined, *values in rows:
        value = Options(options=tuple(_base_options(values)) if defined else ())
        reading.add(PG_TYPE, oid, Ref("base type", schema, name), value)
        _alias_type(array_type, oid, reading)


def _base_options(values: list[Any]) -> list[tuple[str, str]]:
    """In the order of CREATE TYPE, what it gives by itself left out."""
    (
        function_input,
        function_output,
        function_receive,
        function_send,
        typmod_in,
        typmod_out,
        analyze,
        subscript,
        length,
        by_value,
        alignment,
        storage,
        category,
        preferred,
        default,
        element,
        delimiter,
        collatable,
    ) = values
    options = (
        ("INPUT", function_input),
        ("OUTPUT", function_output),
        ("RECEIVE", function_receive),
        ("SEND", function_send),
        ("TYPMOD_IN", typmod_in),
        ("TYPMOD_OUT", typmod_out),
        ("ANALYZE", analyze),
        ("SUBSCRIPT", subscript),
        ("INTERNALLENGTH", "VARIABLE" if length == -1 else str(length)),
        ("PASSEDBYVALUE", "" if by_value else None),
        ("ALIGNMENT", _ALIGNMENTS[alignment]),
        ("STORAGE", _STORAGES[storage]),
        ("CATEGORY", category),
        ("PREFERRED", "true" if preferred else None),
        ("DEFAULT", default),
        ("ELEMENT", element),
        ("DELIMITER", delimiter),
        ("COLLATABLE", "true" if collatable else None),
    )
    return [(word, value) for word, value in options if value is not None]


def _depends(rows: Sequence[Row], reading: Reading) -> None:
    names, columns, objects = reading.names, reading.columns, reading.objects
    found: dict[Ref, list[Ref]] = {}
    of_column, of_object, more = columns.get, names.get, found.setdefault
    for catalog, oid, number, needed_catalog, needed_oid, needed_number in rows:
        target = (
            of_column((needed_oid, needed_number))
            if needed_number
            else of_object((needed_catalog, needed_oid))
        )
        if target is None:
            continue
        if number:
            source = of_column((oid, number))
            if source is None or source.kind == "extension":
                continue
            if source.kind == "column":
                relation = names[PG_CLASS, oid]
                if relation.kind in _WITHOUT_COLUMNS:
                    source = relation
                elif catalog == PG_ATTRDEF:
                    source = _ref(("default", *source[1:]))
        else:
            source = of_object((catalog, oid))
            if source is None or (source.kind == "extension" and catalog != PG_EXTENSION):
                continue
        if source != target and not _is_said(source, target, objects):
            more(source, []).append(target)
            if source.kind == "constraint" and target.kind == "column" and source[1:3] != target[1:3]:
                found[source].append(names[PG_CLASS, needed_oid])
    reading.depends = {
        source: (targets[0],) if len(targets) == 1 else tuple(sorted(set(targets)))
        for source, targets in found.items()
    }


def _is_said(source: Ref, target: Ref, objects: Mapping[Ref, Object]) -> bool:
    """Whether the reference or the value of `source` names `target` as what it is a part of or owned by."""
    kind = target.kind
    if kind == "column":
        return source.kind == "sequence" or (source.kind == "default" and source[1:] == target[1:])
    if source.kind in _PARTS:
        return (kind in _HOLDERS) and source[1:3] == target[1:3]
    if source.kind == "index" or source.kind == "statistics":
        return cast("Index | Statistics", objects[source]).table == target
    return False


STRUCTURE: Final[tuple[Query, ...]] = (
    Query("extension_members", _extension_members, binary=True),
    Query("schemas", _schemas, binary=True),
    Query("relations", _relations, binary=True),
    Query("sequences", _sequences, binary=True),
    Query("columns", _columns, binary=True),
    Query("constraints", _constraints, binary=True, apart=True),
    Query("indexes", _indexes, binary=True, apart=True),
    Query("statistics", _statistics, binary=True, when=any_of("pg_statistic_ext")),
    Query("views", _views, binary=True),
    Query("enums", _enums, binary=True, when=any_type("e")),
    Query("domains", _domains, binary=True, when=any_type("d")),
    Query("domain_constraints", _domain_constraints, binary=True, when=any_type("d")),
    Query("range_types", _range_types, binary=True, when=any_type("r")),
    Query("range_type_parts", _range_type_parts, binary=True, when=any_type("r")),
    Query("base_types", _base_types, binary=True),
)
# After everything else: only then all names are known.
DEPENDS: Final = Query("depends", _depends, binary=True)

"""A catalog as what code is generated from: what is wanted of it, types looked up, nulls excluded by proof.

Nothing is read but the catalog: no server is asked. What a value can be null in is not known of views and
functions to PostgreSQL; what follows from a view's query is found in `views.py`, the rest is said by comments
(`@notNull`) or by the configuration.
"""

from __future__ import annotations

import fnmatch
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

import msgspec

from ormony.catalog import (
    RELATIONS,
    Catalog,
    Column,
    Constraint,
    Domain,
    Enum,
    MaterializedView,
    Ref,
    Routine,
    Table,
    View,
)
from ormony.catalog import CompositeType as Composite
from ormony.codegen.described import (
    CompositeType,
    Described,
    DomainType,
    EnumType,
    Field,
    Function,
    Notice,
    Out,
    Parameter,
    Relation,
    Relationship,
    Result,
    Type,
)
from ormony.codegen.lookup import Types
from ormony.codegen.options import Options
from ormony.codegen.views import Origin, Shown, Views, refuses_null
from ormony.sql import try_parse

# What only the server itself can give or take.
_UNCALLABLE: Final = frozenset(
    {
        "trigger",
        "event_trigger",
        "internal",
        "cstring",
        "language_handler",
        "fdw_handler",
        "index_am_handler",
        "table_am_handler",
        "tsm_handler",
        "pg_ddl_command",
    }
)
_NOT_NULL: Final = re.compile(r"(?<!\S)@not_?null\b(?:\(([^()]*)\))?[ \t]*", re.IGNORECASE)


def describe(catalog: Catalog, options: Options) -> tuple[Described, tuple[Notice, ...]]:
    """What `options` want of the catalog, each kind sorted, and what its user should know.

    Enums, domains and composite types are there too where something that is wanted has them, of any schema.
    """
    return _Describing(catalog, options).everything()


class _Describing:
    """One description in the making."""

    def __init__(self, catalog: Catalog, options: Options) -> None:
        self._catalog = catalog
        self._options = options
        self._types = Types(catalog)
        self._behind_views = Types(catalog)  # of its own: what is behind a view is not in the code for that
        self._notices: list[Notice] = []
        self._unknown: set[str] = set()
        self._said = _Patterns(options.not_null)
        self._columns: dict[tuple[str, str], dict[str, Column]] = defaultdict(dict)
        self._constraints: dict[tuple[str, str], list[tuple[str, Constraint]]] = defaultdict(list)
        self._matched: set[str] = set()  # patterns of `include` and `exclude`
        self._typed: set[str] = set()  # keys of `types`
        listed: list[Ref] = []
        for ref, value in catalog.objects.items():
            if ref.kind in _VIEWS:
                listed.append(ref)
            if isinstance(value, Column):
                self._columns[ref.schema, ref.name][ref.part] = value
            elif isinstance(value, Constraint):
                self._constraints[ref.schema, ref.name].append((ref.part, value))
        self._listed = sorted(listed)
        self._views = Views(
            catalog, {ref: found for ref in listed if (found := self._said_of(ref))}, self._declares
        )

    def _said_of(self, view: Ref) -> frozenset[str]:
        """The columns of a view of which somebody says that they are not null."""
        value = self._catalog.objects[view]
        assert isinstance(value, View | MaterializedView)
        said = _said_not_null(self._catalog.comments.get(view))
        return frozenset(name for name, _ in value.columns if self._proved(view, name, said))

    @cached_property
    def _showing(self) -> dict[tuple[str, str], list[tuple[Ref, dict[str, list[str]]]]]:
        """By table: the views that show columns of it, and as what each column is shown."""
        found: dict[tuple[str, str], list[tuple[Ref, dict[str, list[str]]]]] = defaultdict(list)
        for ref in self._listed:
            tables: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
            for name, shown in self._views.shown(ref).items():
                if shown.origin is not None:
                    tables[shown.origin[:2]][shown.origin.column].append(name)
            for table, columns in tables.items():
                found[table].append((ref, columns))
        return found

    def everything(self) -> tuple[Described, tuple[Notice, ...]]:
        wanted: dict[str, list[Ref]] = defaultdict(list)
        for ref in sorted(self._catalog.objects):
            if ref.kind in _KINDS and self._wants(ref):
                wanted[ref.kind].append(ref)
        listed = sorted(ref[1:] + ref[:1] for kind in RELATIONS for ref in wanted[kind])
        refs = [Ref(kind, schema, name) for schema, name, _, kind in listed]
        relations = tuple(self._relation(ref) for ref in refs if not self._is_partition(ref))
        partitions = tuple(self._relation(ref) for ref in refs if self._is_partition(ref))
        functions = tuple(
            sorted(
                (
                    found
                    for kind in ("function", "procedure")
                    for ref in wanted[kind]
                    if (found := self._function(ref)) is not None
                ),
                key=lambda each: (each.schema, each.name, each.identity),
            )
        )
        types = dict.fromkeys(ref for kind in ("enum", "domain", "composite type") for ref in wanted[kind])
        described = self._with_types(types, relations, functions)
        described = msgspec.structs.replace(described, partitions=partitions)
        self._complain()
        return described, tuple(sorted(self._notices, key=lambda each: (each.code, each.object)))

    def _with_types(
        self, types: dict[Ref, None], relations: tuple[Relation, ...], functions: tuple[Function, ...]
    ) -> Described:
        """Types that are wanted, or used by what is; looking at one may show more."""
        enums: list[EnumType] = []
        domains: list[DomainType] = []
        composites: list[CompositeType] = []
        there = {(each.schema, each.name) for each in relations}
        done: set[Ref] = set()
        while todo := [ref for ref in (*types, *self._types.used) if ref not in done]:
            for ref in todo:
                if ref in done:
                    continue
                done.add(ref)
                value = self._catalog.objects[ref]
                comment = self._comment(ref)
                if isinstance(value, Enum):
                    enums.append(
                        EnumType(schema=ref.schema, name=ref.name, labels=value.labels, comment=comment)
                    )
                elif isinstance(value, Domain):
                    domains.append(
                        DomainType(
                            schema=ref.schema,
                            name=ref.name,
                            type=self._type(value.type, str(ref)),
                            not_null=value.not_null is not None,
                            comment=comment,
                        )
                    )
                elif (ref.schema, ref.name) not in there:
                    composites.append(
                        CompositeType(
                            schema=ref.schema, name=ref.name, fields=self._fields(ref), comment=comment
                        )
                    )

        def order(each: EnumType | DomainType | CompositeType) -> tuple[str, str]:
            return each.schema, each.name

        return Described(
            relations=relations,
            functions=functions,
            enums=tuple(sorted(enums, key=order)),
            composites=tuple(sorted(composites, key=order)),
            domains=tuple(sorted(domains, key=order)),
        )

    # ----------------------------------------------------------------------------------------- what is wanted

    def _wants(self, ref: Ref) -> bool:
        if ref.schema not in self._options.schemas:
            return False
        name = f"{ref.schema}.{ref.name}"
        included = [each for each in self._options.include if _fits(each, name)]
        excluded = [each for each in self._options.exclude if _fits(each, name)]
        self._matched.update(included, excluded)
        return bool(included) and not excluded

    def _is_partition(self, ref: Ref) -> bool:
        value = self._catalog.objects[ref]
        return isinstance(value, Table) and value.partition is not None

    def _complain(self) -> None:
        """Of what is written in the configuration and says nothing."""
        there = {ref.name for ref in self._catalog.objects if ref.kind == "schema"} | {
            ref.schema for ref in self._catalog.objects
        }
        options = self._options
        unmatched = [
            *(("schemas", each) for each in options.schemas if each not in there),
            *(
                (key, each)
                for key, patterns in (("include", options.include), ("exclude", options.exclude))
                for each in patterns
                if each not in self._matched and each != "*"
            ),
            *(("not_null", each) for each in options.not_null if each not in self._said.used),
            *(("types", each) for each in options.types if each not in self._typed),
        ]
        for key, each in unmatched:
            self._notices.append(
                Notice(code="no-match", object=each, message=f'{key} has "{each}", which nothing fits')
            )

    # -------------------------------------------------------------------------------------------------- types

    def _type(self, text: str, used_by: str) -> Type:
        """The type, with a notice where nobody knows it; `used_by` is `schema.relation.column` or so."""
        found = self._types.of(text)
        if found.kind == "scalar" and not self._options.types:
            return found
        below = found
        while below.element is not None:
            below = below.element
        name = f"{below.schema}.{below.name}"
        told = {used_by, name, f"{found.schema}.{found.name}"} & self._options.types.keys()
        self._typed |= told
        if below.kind == "unknown" and not told and name not in self._unknown:
            self._unknown.add(name)
            self._notices.append(
                Notice(
                    code="unknown-type",
                    object=used_by,
                    message=f"{used_by} is of type {below.sql}, which no generator knows: it is read and "
                    "written as text",
                    hint=f'types = {{ "{name}" = "…" }}   # the language\'s own type, in ormony.toml',
                )
            )
        return found

    # ---------------------------------------------------------------------------------------------- relations

    def _relation(self, ref: Ref) -> Relation:
        key = (ref.schema, ref.name)
        constraints = sorted(self._constraints.get(key, ()), key=lambda each: each[0])
        is_view = ref.kind in _VIEWS
        events = self._views.events(ref, triggers=True)
        relationships = self._of_view(ref) if is_view else self._relationships(key)
        return Relation(
            kind=ref.kind,  # type: ignore[arg-type]  # one of RELATIONS
            schema=ref.schema,
            name=ref.name,
            fields=self._fields(ref),
            primary_key=next((each.columns for _, each in constraints if each.type == "primary key"), ()),
            relationships=tuple(
                sorted(
                    relationships,
                    key=lambda each: (
                        each.name,
                        each.referenced_schema,
                        each.referenced,
                        each.columns,
                        each.referenced_columns,
                    ),
                )
            ),
            insertable="insert" in events,
            updatable="update" in events,
            automatic=self._views.events(ref, triggers=False) >= _CHANGED,
            comment=self._comment(ref),
        )

    def _relationships(self, table: tuple[str, str]) -> Iterator[Relationship]:
        """The foreign keys of a table, to tables and to the views that show what is referenced."""
        constraints = self._constraints.get(table, ())
        keys = {frozenset(each.columns) for _, each in constraints if each.type in ("primary key", "unique")}
        for name, each in constraints:
            if each.type != "foreign key" or each.references is None:
                continue
            direct = Relationship(
                name=name,
                columns=each.columns,
                referenced_schema=each.references.schema,
                referenced=each.references.name,
                referenced_columns=each.referenced_columns,
                one_to_one=frozenset(each.columns) in keys,
            )
            yield direct
            for view, columns in self._shown_as(each.references, each.referenced_columns):
                yield msgspec.structs.replace(
                    direct, referenced_schema=view.schema, referenced=view.name, referenced_columns=columns
                )

    def _of_view(self, ref: Ref) -> Iterator[Relationship]:
        """The foreign keys of tables whose columns a view shows."""
        tables = {
            shown.origin[:2]: None
            for shown in self._views.shown(ref).values()
            if isinstance(shown.origin, Origin)
        }
        for schema, name in tables:
            for each in self._relationships((schema, name)):
                for view, columns in self._shown_as(Ref("table", schema, name), each.columns):
                    if view == ref:
                        yield msgspec.structs.replace(each, columns=columns)

    def _shown_as(self, table: Ref, columns: Sequence[str]) -> Iterator[tuple[Ref, tuple[str, ...]]]:
        """The views that show all these columns of a table, and every way in which they do."""
        for view, shown in self._showing.get((table.schema, table.name), ()):
            if all(each in shown for each in columns):
                for names in itertools.product(*(shown[each] for each in columns)):
                    yield view, names

    def _fields(self, ref: Ref) -> tuple[Field, ...]:
        """Of a relation or composite type."""
        said = _said_not_null(self._catalog.comments.get(ref))
        fields = self._said_fields(ref, said)
        self._look_at_said(ref, said, fields)
        return fields

    def _look_at_said(self, ref: Ref, said: frozenset[str] | None, fields: tuple[Field, ...]) -> None:
        """Tell of names in `@notNull(…)` that nothing has."""
        for name in sorted((said or frozenset()) - {each.name for each in fields}):
            notice = Notice(
                code="no-match",
                object=str(ref),
                message=f'the comment of {ref} has "@notNull({name})", and there is no such column',
            )
            if notice not in self._notices:  # a type is looked at for each function that gives it
                self._notices.append(notice)

    def _said_fields(self, ref: Ref, said: frozenset[str] | None) -> tuple[Field, ...]:
        value = self._catalog.objects[ref]
        if isinstance(value, Composite):
            listed = ((each.name, each.type) for each in value.attributes)
            return tuple(self._attribute(ref, name, text, said) for name, text in listed)
        if isinstance(value, View | MaterializedView):
            return tuple(self._shown(ref, name, text, said) for name, text in value.columns)
        columns = self._columns.get((ref.schema, ref.name), {})
        order = self._catalog.column_order.get(ref) or tuple(columns)
        return tuple(self._column(ref, name, columns[name], said) for name in order if name in columns)

    def _column(self, ref: Ref, name: str, column: Column, said: frozenset[str] | None) -> Field:
        type_ = self._type(column.type, f"{ref.schema}.{ref.name}.{name}")
        domain = self._domain(type_)
        declared = refuses_null(column) or (domain is not None and self._refuses_null(type_))
        proved = self._proved(ref, name, said)
        identity = column.identity
        own = column.default is not None or identity is not None
        return Field(
            name=name,
            type=type_,
            nullable=not (declared or proved),
            proof="declared" if declared else "said" if proved else None,
            declared_not_null=self._declares(column),
            has_default=own or self._has_default(type_),
            own_default=own,
            generated=None
            if identity is None and column.generated is None
            else "always"
            if identity is None
            else "identity always"
            if identity.always
            else "identity by default",
            updatable=True,
            comment=self._comment(Ref("column", ref.schema, ref.name, name)),
        )

    def _declares(self, column: Column) -> bool:
        """Whether a table's column is NOT NULL as Supabase's tool sees it: itself, or by its own domain."""
        if column.not_null is not None or column.identity is not None:
            return True
        domain = self._domain(self._behind_views.of(column.type))
        return domain is not None and domain.not_null is not None

    def _attribute(self, ref: Ref, name: str, text: str, said: frozenset[str] | None) -> Field:
        """A field of a composite type."""
        proved = self._proved(ref, name, said)
        type_ = self._type(text, f"{ref.schema}.{ref.name}.{name}")
        domain = self._domain(type_)
        return Field(
            name=name,
            type=type_,
            nullable=not proved,
            proof="said" if proved else None,
            declared_not_null=domain is not None and domain.not_null is not None,
            comment=self._comment(Ref("column", ref.schema, ref.name, name)),
        )

    def _shown(self, ref: Ref, name: str, text: str, said: frozenset[str] | None) -> Field:
        """A column of a view. An INSERT into it takes the defaults of the table behind it."""
        field = self._attribute(ref, name, text, said)
        shown = self._views.shown(ref).get(name, Shown())
        behind = self._behind(ref, name)
        value = self._catalog.objects[ref]
        own = isinstance(value, View) and any(column == name for column, _ in value.defaults)
        instead = self._views.events(ref, triggers=True) != self._views.events(ref, triggers=False)
        return msgspec.structs.replace(
            field,
            nullable=field.nullable and not shown.not_null,
            proof=field.proof or ("derived" if shown.not_null else None),
            declared_not_null=shown.declared,
            has_default=own or instead or (behind is not None and behind.has_default),
            own_default=own,
            generated=behind.generated if behind is not None and not instead else None,
            updatable=bool({"insert", "update"} & self._views.events(ref, frozenset({name}), triggers=True)),
        )

    def _behind(self, ref: Ref, name: str) -> Field | None:
        """The column of a table that an automatically updatable view writes to."""
        seen: set[Ref] = set()
        while ref.kind in _VIEWS:
            below = self._views.base_columns(ref).get(name)
            if below is None or ref in seen:
                return None
            seen.add(ref)
            ref, name = below
        column = self._columns.get((ref.schema, ref.name), {}).get(name)
        return self._column(ref, name, column, None) if column is not None else None

    def _proved(self, ref: Ref, name: str, said: frozenset[str] | None) -> bool:
        if said is not None and (name in said or not said):
            return True
        own = _said_not_null(self._catalog.comments.get(Ref("column", ref.schema, ref.name, name)))
        return own is not None or self._said.fits(f"{ref.schema}.{ref.name}.{name}")

    def _domain(self, type_: Type) -> Domain | None:
        if type_.kind != "domain":
            return None
        value = self._catalog.objects.get(Ref("domain", type_.schema, type_.name))
        return value if isinstance(value, Domain) else None

    def _refuses_null(self, type_: Type | None) -> bool:
        """Whether a domain, or one below it, is NOT NULL: no value gets into a column without its check."""
        while type_ is not None and (domain := self._domain(type_)) is not None:
            if domain.not_null is not None:
                return True
            type_ = type_.element
        return False

    def _has_default(self, type_: Type | None) -> bool:
        while type_ is not None and (domain := self._domain(type_)) is not None:
            if domain.default is not None:
                return True
            type_ = type_.element
        return False

    def _comment(self, ref: Ref) -> str | None:
        """What the comment says to people, without annotations."""
        text = self._catalog.comments.get(ref)
        if text is None:
            return None
        return _NOT_NULL.sub("", text).strip() or None

    # ---------------------------------------------------------------------------------------------- functions

    def _function(self, ref: Ref) -> Function | None:
        routine = self._catalog.objects[ref]
        if not isinstance(routine, Routine):
            return None
        returned = routine.returns or ""
        types = [returned.removeprefix("SETOF "), *(each.type for each in routine.arguments)]
        if any(each.removesuffix("[]") in _UNCALLABLE for each in types):
            return None
        name = f"{ref.schema}.{ref.name}"
        if routine.window:
            self._notices.append(
                Notice(
                    code="left-out",
                    object=str(ref),
                    message=f"{ref} is a window function, which only a query with OVER can call",
                )
            )
            return None
        return Function(
            kind="procedure" if ref.kind == "procedure" else "function",
            schema=ref.schema,
            name=ref.name,
            identity=ref.part,
            parameters=tuple(
                Parameter(
                    name=each.name,
                    type=self._type(each.type, f"{name}.{each.name}" if each.name else name),
                    has_default=each.has_default,
                    variadic=each.mode == "variadic",
                )
                for each in routine.arguments
                if each.mode in ("in", "inout", "variadic")
            ),
            result=self._result(ref, routine),
            outs=tuple(
                (place, Out(each.name)) for place, each in enumerate(routine.arguments) if each.mode == "out"
            )
            if ref.kind == "procedure"
            else (),
            volatility=routine.volatility,
            strict=routine.strict,
            rows=_rows(routine),
            security_definer=routine.security_definer,
            comment=self._comment(ref),
        )

    def _result(self, ref: Ref, routine: Routine) -> Result:
        said = _said_not_null(self._catalog.comments.get(ref))
        result = self._given(ref, routine, said)
        self._look_at_said(ref, said, result.fields)
        return self._derived(ref, routine, result)

    def _derived(self, ref: Ref, routine: Routine, result: Result) -> Result:
        """With what follows from the body of a function in SQL: its last query is what it gives."""
        if ref.kind != "function" or (routine.strict and routine.arguments and not result.many):
            return result  # STRICT gives null without looking at the body
        given = self._views.of_function(routine) if result.shape in ("scalar", "row") else None
        if given is None or not (result.many or given.one_row):
            return result
        if result.shape == "scalar":
            proved = given.not_null == (True,)
            fields = tuple(_derived(each) if proved else each for each in result.fields)
            return msgspec.structs.replace(result, nullable=result.nullable and not proved, fields=fields)
        # One column may be the whole row, of a composite type.
        if len(given.not_null) != len(result.fields) or (result.type is not None and len(result.fields) < 2):
            return result
        return msgspec.structs.replace(
            result,
            nullable=False,
            fields=tuple(
                _derived(each) if proved else each
                for each, proved in zip(result.fields, given.not_null, strict=True)
            ),
        )

    def _given(self, ref: Ref, routine: Routine, said: frozenset[str] | None) -> Result:
        name = f"{ref.schema}.{ref.name}"
        whole = (said is not None and not said) or self._said.fits(name)
        outs = [each for each in routine.arguments if each.mode in ("out", "inout", "table")]
        many = routine.returns_set
        table = any(each.mode == "table" for each in outs)
        # A single column of a composite type is the row itself: FROM shows the fields of the type.
        alone = len(outs) == 1 and ref.kind == "function" and self._is_row(outs[0].type)
        if outs and not alone and (table or len(outs) > 1 or ref.kind == "procedure"):
            fields = []
            for place, each in enumerate(outs, 1):
                column = each.name or f"column{place}"
                proved = whole or (said is not None and column in said) or self._said.fits(f"{name}.{column}")
                fields.append(
                    Field(
                        name=column,
                        type=self._type(each.type, f"{name}.{column}"),
                        nullable=not proved,
                        proof="said" if proved else None,
                    )
                )
            return Result(
                shape="row",
                many=many,
                nullable=not (many or whole or ref.kind == "procedure"),
                fields=tuple(fields),
                form="table" if table else "out",
            )
        text = outs[0].type if outs else (routine.returns or "void").removeprefix("SETOF ")
        if text == "void":
            return Result(shape="void", many=many, nullable=not many)
        if text == "record":
            return Result(shape="record", many=many, nullable=not (many or whole))
        type_ = self._type(text, name)
        below = _without_domains(type_)
        if below.kind not in ("composite", "table"):
            column = outs[0].name or "column1" if outs else ""
            proved = whole or (said is not None and column in said)
            proved = proved or bool(outs and self._said.fits(f"{name}.{column}"))
            field = Field(name=column, type=type_, nullable=not proved, proof="said" if proved else None)
            return Result(
                shape="scalar",
                many=many,
                nullable=not proved,
                type=type_,
                fields=(field,) if outs else (),
                form="out" if outs else "type",
            )
        return Result(
            shape="row",
            many=many,
            nullable=not (many or whole),
            type=type_,
            form="table" if table else "out" if outs else "type",
            fields=tuple(self._returned(name, each, whole, said) for each in self._row_of(below)),
        )

    def _is_row(self, text: str) -> bool:
        return _without_domains(self._types.of(text)).kind in ("composite", "table")

    def _returned(self, name: str, field: Field, whole: bool, said: frozenset[str] | None) -> Field:
        """A column of a relation as a function gives it: any function may make up rows of its own.

        Where a comment says that none is null, they are rows that the relation could have.
        """
        proved = (
            (whole and not field.nullable)
            or (said is not None and field.name in said)
            or self._said.fits(f"{name}.{field.name}")
        )
        return msgspec.structs.replace(
            field,
            nullable=not proved,
            proof="said" if proved else None,
            has_default=False,
            generated=None,
            updatable=True,
        )

    def _row_of(self, type_: Type) -> tuple[Field, ...]:
        for kind in ("composite type", *RELATIONS):
            ref = Ref(kind, type_.schema, type_.name)
            if ref in self._catalog.objects:
                return self._fields(ref)
        return ()


def _without_domains(type_: Type) -> Type:
    while type_.kind == "domain" and type_.element is not None:
        type_ = type_.element
    return type_


def _derived(field: Field) -> Field:
    return field if not field.nullable else msgspec.structs.replace(field, nullable=False, proof="derived")


_VIEWS: Final = frozenset({"view", "materialized view"})
_CHANGED: Final = frozenset({"update", "delete"})  # what PostgreSQL asks for to call a column updatable
_KINDS: Final = frozenset({*RELATIONS, "function", "procedure", "enum", "domain", "composite type"})


class _Patterns:
    """Patterns that remember whether anything fitted."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._patterns = patterns
        self.used: set[str] = set()

    def fits(self, name: str) -> bool:
        if not self._patterns:
            return False
        found = [each for each in self._patterns if _fits(each, name)]
        self.used.update(found)
        return bool(found)


def _fits(pattern: str, name: str) -> bool:
    """Whether a pattern fits `schema.name…`; one that does not name the schema fits in each."""
    return (
        pattern == "*"
        or fnmatch.fnmatchcase(name, pattern)
        or fnmatch.fnmatchcase(name.partition(".")[2], pattern)
    )


def _rows(routine: Routine) -> float | None:
    """How many rows the planner expects of a set; PostgreSQL prints it where it is not 1000."""
    if not routine.returns_set:
        return None
    if " ROWS " in routine.definition:
        for raw in try_parse(routine.definition):
            for option in raw.node.get("CreateFunctionStmt", {}).get("options", ()):
                given = option["DefElem"]
                if given["defname"] == "rows":
                    value = given["arg"]
                    return float(value["Float"]["fval"] if "Float" in value else value["Integer"]["ival"])
    return 1000.0


def _said_not_null(comment: str | None) -> frozenset[str] | None:
    """The columns that a comment proves, `@notNull(a, b)`; none for `@notNull`; None if it says neither."""
    if comment is None or "@" not in comment:
        return None
    found = list(_NOT_NULL.finditer(comment))
    if not found:
        return None
    if any(each[1] is None for each in found):
        return frozenset()
    return frozenset(name.strip().strip('"') for each in found for name in each[1].split(","))

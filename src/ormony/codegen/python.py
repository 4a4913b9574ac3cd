"""Python out of what a catalog describes: Pydantic models, and async functions that call the database's.

The files that are the same for everybody lie in `python_files/`: how values become PostgreSQL's text and back
(`values.py`), and how each driver runs a call. Generated are `models.py` and a `functions_<driver>.py` each.
"""

from __future__ import annotations

import ast
import builtins
import importlib.resources
import keyword
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from ormony.codegen import words
from ormony.codegen.described import (
    CompositeType,
    Described,
    DomainType,
    EnumType,
    Field,
    Function,
    Notice,
    Parameter,
    Relation,
    Result,
    Type,
    cast_of,
)
from ormony.codegen.options import MARK, WRAPPERS, Generated, Options
from ormony.errors import OrmonyError
from ormony.files import File
from ormony.sql import quote_identifier

HEADER: Final = f"# G{MARK[1:]}: do not edit.\n"
WIDTH: Final = 88  # ruff's and black's, so that neither changes what we write

# Types of PostgreSQL and of extensions whose names are known; all others are their text.
SCALARS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("int2", "int4", "int8", "oid", "xid", "cid", "xid8"), "int"),
    **dict.fromkeys(("float4", "float8"), "float"),
    "numeric": "Numeric",
    "bool": "bool",
    "bytea": "Bytes",
    "uuid": "UUID",
    "json": "Json",
    "jsonb": "Jsonb",
    "date": "Date",
    "time": "Time",
    "timetz": "TimeTz",
    "timestamp": "Timestamp",
    "timestamptz": "TimestampTz",
    "interval": "Duration",
    "inet": "Inet",
    "cidr": "Cidr",
    "vector": "Vector",
    "halfvec": "Vector",
    "hstore": "Hstore",
}
LOSSLESS: Final[Mapping[str, str]] = {
    "json": "str",
    "date": "Date | Beyond",
    "time": "Time | Beyond",
    "timetz": "TimeTz | Beyond",
    "timestamp": "Timestamp | Beyond",
    "timestamptz": "TimestampTz | Beyond",
    "interval": "ExactInterval | Beyond",
}
# What PostgreSQL finds out from the arguments is their text: `anyelement` of a text is text.
POLYMORPHIC: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(("anyelement", "anynonarray", "anycompatible", "anycompatiblenonarray"), ("str", "text")),
    **dict.fromkeys(("anyarray", "anycompatiblearray"), ("Array[str]", "text[]")),
}
KNOWN_SQL: Final = frozenset(SCALARS) - {"vector", "halfvec", "hstore"} | {"text", "varchar", "bpchar"}

# What a module of ours brings in, where each comes from.
IMPORTS: Final[Mapping[str, str]] = {
    "StrEnum": "enum",
    "TypeAlias": "typing",
    "UUID": "uuid",
    "Field": "pydantic",
    **dict.fromkeys(
        (
            *("Argument", "Array", "Beyond", "Bytes", "Cidr", "Date", "Duration", "ExactInterval", "Hstore"),
            *(
                "Inet",
                "Insert",
                "Json",
                "JsonOf",
                "Jsonb",
                "JsonbOf",
                "Multirange",
                "NestedArray",
                "Numeric",
                "Range",
                "Record",
            ),
            *(
                "RecordT",
                "Relation",
                "Time",
                "TimeTz",
                "Timestamp",
                "TimestampTz",
                "UNSET",
                "Unset",
                "Update",
            ),
            *("Vector", "call"),
        ),
        ".values",
    ),
}
_WORDS: Final = frozenset(keyword.kwlist)
TAKEN: Final = frozenset((*_WORDS, "bool", "float", "int", "list", "str", "type", *IMPORTS))

# What pydantic's BaseModel and our own have, so that no field may be called so.
OF_MODELS: Final = frozenset(
    (
        *("construct", "copy", "dict", "from_orm", "json", "parse_file", "parse_obj", "parse_raw", "schema"),
        *("schema_json", "update_forward_refs", "validate", "columns", "texts", "model_computed_fields"),
        *("model_config", "model_construct", "model_copy", "model_dump", "model_dump_json", "model_extra"),
        *("model_fields", "model_fields_set", "model_json_schema", "model_parametrized_name"),
        *("model_post_init", "model_rebuild", "model_validate", "model_validate_json"),
        "model_validate_strings",
        *("mro", "register"),  # of their metaclass
    )
)
# What a module of functions has beside them.
OF_FUNCTIONS: Final = frozenset(("annotations", "driver"))
OF_ENUMS: Final = frozenset((*dir(str), "mro", "name", "value"))
_STRING: Final = re.compile(r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', re.DOTALL)
_NAME: Final = re.compile(r"(?<![\w.])[^\W\d]\w*")
_LABEL: Final = re.compile(r"(?m)^    \w+ = \(?$")
# Rules of ruff against names that a database may have: those that look like digits, aliases in lower case.
_OF_NAMES: Final = {
    "E741": re.compile(r"(?m)(?:^ *|[(,] ?)[IOl](?::| =)"),
    "E742": re.compile(r"(?m)^class [IOl]\("),
    "E743": re.compile(r"(?m)^async def [IOl]\("),
    "PYI042": re.compile(r"(?m)^[a-z]\w*: TypeAlias"),
}


def generate(described: Described, options: Options) -> Generated:
    """The package `options.out`. Raises `bad-type-name` for a value of `types` that is no Python type."""
    return _Python(described, options).generated()


class _Class(msgspec.Struct, frozen=True, kw_only=True):
    """A model to be written."""

    name: str
    kind: str  # its class: Record, Insert, Update
    what: str  # its docstring
    fields: tuple[Field, ...]
    owner: str  # `public.orders`: for the keys of `types`
    relation: str  # its table as SQL, or its type; '' for what only a function gives


class _Python:
    """The names that were given, and what is written with them."""

    def __init__(self, described: Described, options: Options) -> None:
        self.described = described
        self.options = options
        self.notices: list[Notice] = []
        self.language = options.names == "language"
        self.custom = {key: _custom(key, text) for key, text in options.types.items()}
        self.modules = sorted({module for text in self.custom.values() for module in _modules(text)})
        self.taken = TAKEN | {module.partition(".")[0] for module in self.modules}
        self.chosen: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
        self.used_rows = _rows_as_values(described)
        self.functions = [each for each in described.functions if self.callable(each)]
        self.names = self.named()
        own = self.taken - {"type"} | frozenset(self.names.values())
        self.not_fields = own | OF_MODELS
        self.not_parameters = own | {"connection", "driver", "query", "returned", "model", "record"}
        self.function_names = self.named_functions()

    def generated(self) -> Generated:
        known = WRAPPERS["python"]
        wanted = known[:1] if self.options.wrappers is None else self.options.wrappers
        connected = [each for each in known if each in wanted]
        drivers = connected if self.functions else []
        models = self.models()
        texts = {
            "__init__.py": '"""The database as Python has it."""\n',
            "values.py": _file("values"),
            "models.py": models,
            **{
                f"driver_{each}.py": _file(f"driver_{each}") + "\n\n" + _file("driver_all").lstrip("\n")
                for each in connected
            },
            **{f"functions_{each}.py": self.wrappers(each) for each in drivers},
        }
        return Generated(
            files=tuple(
                File(f"{self.options.out}/{name}", HEADER + text) for name, text in sorted(texts.items())
            ),
            notices=tuple(self.notices),
        )

    # Names

    def pascal(self, schema: str, name: str) -> str:
        case = words.pascal if self.language else words.plain
        prefix = "" if schema == self.options.schemas[0] else case(schema)
        return prefix + case(name) if prefix else case(name)

    def named(self) -> dict[str, str]:
        """A name for each class, alias and constant of `models.py`, by what it stands for."""
        wanted: list[tuple[str, str]] = []

        def want(schema: str, name: str, *suffixes: str) -> None:
            for suffix in suffixes:
                thing = f"{schema}.{name}" + (f" ({suffix})" if suffix else "")
                wanted.append((thing, words.safe(_public(self.pascal(schema, name)) + suffix, _WORDS)))

        types = [(each.schema, each.name) for each in self.described.enums]
        types += [(each.schema, each.name) for each in self.described.composites]
        types += [(each.schema, each.name) for each in self.described.domains]
        for schema, name in types:
            want(schema, name, "")
        for relation in self.described.relations:
            suffixes = ["Row"]
            suffixes += ["Insert"] if relation.insertable else []
            suffixes += ["Update"] if relation.updatable else []
            suffixes += ["Value"] if (relation.schema, relation.name) in self.used_rows else []
            want(relation.schema, relation.name, *suffixes)
        for function, name in zip(self.functions, self.overloaded(self.functions), strict=True):
            if function.result.shape == "row":
                thing = f"{_signature(function)} (Result)"
                wanted.append((thing, _public(self.pascal(function.schema, name)) + "Result"))
        given, notices = words.unique(wanted, taken=self.taken, same="the class of")
        self.notices += notices
        return given

    def overloaded(self, functions: Sequence[Function]) -> list[str]:
        """The name of each, followed by the types of its arguments where several have it."""
        keys = [(each.schema, each.name) for each in functions]
        return [
            f"{each.name}_{each.identity}" if keys.count(key) > 1 and each.identity else each.name
            for each, key in zip(functions, keys, strict=True)
        ]

    def named_functions(self) -> dict[str, str]:
        wanted = []
        case = words.snake if self.language else words.plain
        for function, name in zip(self.functions, self.overloaded(self.functions), strict=True):
            prefix = "" if function.schema == self.options.schemas[0] else f"{function.schema}_"
            wanted.append(
                (_signature(function), words.safe(_public(case(prefix + name)), self.taken | OF_FUNCTIONS))
            )
        given, notices = words.unique(wanted, taken=self.names.values(), same="the function")
        self.notices += notices
        return given

    def members(
        self,
        names: Sequence[str],
        *,
        of: str,
        case: Callable[[str], str],
        reserved: frozenset[str],
        same: str,
    ) -> list[str]:
        """A Python name for each column, parameter or label, in their order."""
        key = (of, same, tuple(names))  # overloads give columns of their own, as a table of their name does
        if key in self.chosen:
            return self.chosen[key]
        choose = case if self.language else words.plain
        pairs = []
        for name in names:
            pairs.append((f"{of}.{name}", words.safe(_public(choose(name)), reserved)))
        given, notices = words.unique(pairs, same=same)
        self.notices += notices
        self.chosen[key] = [given[f"{of}.{name}"] for name in names]
        return self.chosen[key]

    # Types

    def annotation(self, type_: Type, key: str = "") -> str:
        """A type as Python writes it; never null."""
        named = f"{type_.schema}.{type_.name}"
        match type_.kind:
            case "array":
                if key in self.custom:
                    return self.custom[key]
                assert type_.element is not None
                return self.array(type_.element)
            case _ if key in self.custom or named in self.custom:
                own = self.custom.get(key) or self.custom[named]
                if type_.kind == "scalar" and type_.name in ("json", "jsonb"):
                    return f"{type_.name.capitalize()}Of[{own}]"
                return own
            case "scalar":
                found = LOSSLESS.get(type_.name) if self.options.lossless else None
                return found or SCALARS.get(type_.name, "str")
            case "enum" | "composite" | "domain" if named in self.names:
                return self.names[named]
            case "table" if f"{named} (Value)" in self.names:
                return self.names[f"{named} (Value)"]
            case "table" if named in self.names:  # of a relation that is left out
                return self.names[named]
            case "domain" if type_.element is not None:
                return self.annotation(type_.element)
            case "range" if type_.element is not None:
                return f"Range[{self.annotation(type_.element)}]"
            case "multirange" if type_.element is not None and type_.element.element is not None:
                return f"Multirange[{self.annotation(type_.element.element)}]"
            case "pseudo" if type_.name in POLYMORPHIC:
                return POLYMORPHIC[type_.name][0]
            case _:
                return "str"

    def array(self, element: Type) -> str:
        if element.schema == "pg_catalog" and element.name == "box":
            return "str"  # the one type whose arrays have semicolons
        inner = self.annotation(element)
        outer = "NestedArray" if self.options.lossless and not _is_list(element) else "Array"
        return f"{outer}[{inner}]"

    def sql(self, type_: Type) -> str:
        """A type as SQL writes it in a cast: without modifiers, which would cut what is too long."""
        if type_.kind == "pseudo" and type_.name in POLYMORPHIC:
            return POLYMORPHIC[type_.name][1]
        if type_.schema == "pg_catalog" and type_.name in KNOWN_SQL:
            return type_.name + ("[]" if type_.kind == "array" else "")
        return cast_of(type_)

    # models.py

    def models(self) -> str:
        classes = [_enum(self, each) for each in self.described.enums]
        classes += self.made()
        for relation in self.described.relations:
            classes += self.relation(relation)
        for function in self.functions:
            if self.own_result(function):
                classes.append(self.result(function))
        what = "What the database holds: rows, and the types they are made of."
        return _module(what, classes, modules=self.modules)

    def made(self) -> list[str]:
        """Domains, composite types and rows as values, each behind those that it is made of."""
        texts: dict[str, Callable[[], str]] = {}
        uses: dict[str, list[Type]] = {}
        for domain in self.described.domains:
            key = f"{domain.schema}.{domain.name}"
            texts[key] = lambda domain=domain: _domain(self, domain)  # type: ignore[misc]
            uses[key] = [domain.type]
        for composite in self.described.composites:
            key = f"{composite.schema}.{composite.name}"
            texts[key] = lambda composite=composite: self.composite(composite)  # type: ignore[misc]
            uses[key] = [field.type for field in composite.fields]
        for relation in self.described.relations:
            key = f"{relation.schema}.{relation.name}"
            if (relation.schema, relation.name) in self.used_rows:
                texts[key] = lambda relation=relation: self.row_value(relation)  # type: ignore[misc]
                uses[key] = [field.type for field in relation.fields]
        done: dict[str, str] = {}

        def visit(key: str) -> None:
            if key in texts and key not in done:
                done[key] = ""  # a type that holds itself ends here
                for type_ in uses[key]:
                    for inner in _all_of(type_):
                        visit(f"{inner.schema}.{inner.name}")
                done[key] = texts[key]()
                done[key] = done.pop(key)  # behind what it uses

        for key in texts:
            visit(key)
        return list(done.values())

    def composite(self, made: CompositeType) -> str:
        named = f"{made.schema}.{made.name}"
        return self.record(
            _Class(
                name=self.names[named],
                kind="Record",
                what=made.comment or f"A value of the type `{named}`.",
                fields=made.fields,
                owner=named,
                relation=_qualified(made.schema, made.name),
            )
        )

    def row_value(self, relation: Relation) -> str:
        named = f"{relation.schema}.{relation.name}"
        return self.record(
            _Class(
                name=self.names[f"{named} (Value)"],
                kind="Record",
                what=f"A row of `{named}` as a value of its own, in which PostgreSQL checks no NOT NULL.",
                fields=_unproved(relation.fields),
                owner=named,
                relation=_qualified(relation.schema, relation.name),
            )
        )

    def relation(self, relation: Relation) -> Iterator[str]:
        named = f"{relation.schema}.{relation.name}"
        article = "view" if "view" in relation.kind else "table"
        row = self.names[f"{named} (Row)"]
        yield self.record(
            _Class(
                name=row,
                kind="Record",
                what=relation.comment or f"A row of the {article} `{named}`.",
                fields=relation.fields,
                owner=named,
                relation=_qualified(relation.schema, relation.name),
            )
        )
        written = [
            each
            for each in relation.fields
            if each.updatable and each.generated not in ("always", "identity always")
        ]
        if relation.insertable:
            yield self.writable(relation, "Insert", f"A row to be of the {article} `{named}`.", written, row)
        if relation.updatable:
            yield self.writable(
                relation, "Update", f"Changes in rows of the {article} `{named}`.", written, row
            )

    def field_names(self, owner: str, fields: Sequence[Field]) -> list[str]:
        columns = [each.name for each in fields]
        reserved = self.not_fields
        return self.members(columns, of=owner, case=words.snake, reserved=reserved, same="the column")

    def record(self, made: _Class) -> str:
        """A class whose fields are all there."""
        columns = {field.name: self.sql(field.type) for field in made.fields}
        padded = [field.name for field in made.fields if _is_padded(field.type)]
        lines = [f"class {made.name}({made.kind}):", *_docstring(made.what, 4), ""]
        lines += _relation(made.relation, columns, padded)
        for name, field in zip(self.field_names(made.owner, made.fields), made.fields, strict=True):
            annotation = self.annotation(field.type, f"{made.owner}.{field.name}")
            annotation += " | None" if field.nullable else ""
            lines += _field(name, annotation, field, None)
        return "\n".join(lines)

    def writable(self, relation: Relation, kind: str, what: str, fields: Sequence[Field], row: str) -> str:
        named = f"{relation.schema}.{relation.name}"
        lines = [f"class {self.names[f'{named} ({kind})']}({kind}):", *_docstring(what, 4), ""]
        lines += _assigned("    __relation__", f"{row}.__relation__")
        kept = {each.name for each in fields}
        for name, field in zip(self.field_names(named, relation.fields), relation.fields, strict=True):
            if field.name not in kept:
                continue
            annotation = self.annotation(field.type, f"{named}.{field.name}")
            left_out = kind == "Update" or field.nullable or field.has_default or field.generated is not None
            nullable = field.nullable or (field.proof == "said")
            annotation += " | Unset" if left_out else ""
            annotation += " | None" if nullable else ""
            lines += _field(name, annotation, field, "UNSET" if left_out else None)
        return "\n".join(lines)

    # Functions

    def callable(self, function: Function) -> bool:
        """Whether a client can call it with values alone; a notice says why not."""
        types = [each.type for each in function.parameters]
        types += [function.result.type] if function.result.shape == "scalar" and function.result.type else []
        for type_ in types:
            for inner in _all_of(type_):
                if inner.kind == "pseudo" and inner.name not in POLYMORPHIC:
                    self.notices.append(
                        Notice(
                            code="left-out",
                            object=_signature(function),
                            message=f"{_signature(function)} takes or gives `{inner.name}`: no value is known"
                            " before the call",
                        )
                    )
                    return False
        return True

    def own_result(self, function: Function) -> bool:
        return function.result.shape == "row" and self.known_result(function.result) is None

    def known_result(self, result: Result) -> str | None:
        """The class that is just what a function gives back, where there is one."""
        if result.type is None:
            return None
        named = f"{result.type.schema}.{result.type.name}"
        for relation in self.described.relations:
            if f"{relation.schema}.{relation.name}" == named:
                if _same_fields(relation.fields, result.fields):
                    return self.names[f"{named} (Row)"]
                value = self.names.get(f"{named} (Value)")
                return value if _same_fields(_unproved(relation.fields), result.fields) else None
        for composite in self.described.composites:
            if f"{composite.schema}.{composite.name}" == named and _same_fields(
                composite.fields, result.fields
            ):
                return self.names[named]
        return None

    def result(self, function: Function) -> str:
        signature = _signature(function)
        row = "A row that" if function.result.many else "What"
        return self.record(
            _Class(
                name=self.names[f"{signature} (Result)"],
                kind="Record",
                what=f"{row} `{signature}` gives back.",
                fields=function.result.fields,
                owner=f"{function.schema}.{function.name}",
                relation="",
            )
        )

    def wrappers(self, driver: str) -> str:
        self.hoisted: dict[str, str] = {}
        blocks = [self.wrapper(each, driver) for each in self.functions]
        aliases = [f"{name}: TypeAlias = {type_}" for type_, name in sorted(self.hoisted.items())]
        blocks = ["\n".join(aliases), *blocks] if aliases else blocks
        names = dict.fromkeys(self.names.values(), ".models")
        return _module(
            f"The functions of the database, called through {DRIVER_NAMES[driver]}.",
            blocks,
            names,
            modules=self.modules,
            driver=driver,
        )

    def wrapper(self, function: Function, driver: str) -> str:
        signature = _signature(function)
        parameters = self.parameters(function)
        result = function.result
        head = ["connection: driver.Connection"]
        by_position = [each for each in parameters if each.by_position]
        head += [each.text for each in by_position]
        head += ["/"] if by_position else []
        by_name = [each for each in parameters if not each.by_position]
        head += ["*"] if by_name or result.shape == "record" else []
        head += ["model: type[RecordT]"] if result.shape == "record" else []
        head += [each.text for each in by_name]
        arguments = self.arguments(function, parameters)
        calls = _exploded(
            "    query = call(", [_literal(_qualified(function.schema, function.name)), *arguments], ")"
        )
        gives, body = self.returned(function)
        lines = [*_exploded(f"async def {self.function_names[signature]}(", head, f") -> {gives}:")]
        return "\n".join([*lines, *_docstring(self.told(function), 4), *calls, *body])

    def as_value(self, annotation: str) -> str:
        """A type where Python wants a value: what type checkers take there as a name alone has one."""
        if not any(each in annotation for each in ("NestedArray[", "JsonOf[", "JsonbOf[")):
            return annotation
        name = "_" + re.sub(r"\W+", "_", annotation).strip("_")
        while name in self.hoisted.values() and self.hoisted.get(annotation) != name:
            name += "_"
        return self.hoisted.setdefault(annotation, name)

    def told(self, function: Function) -> str:
        return function.comment or f"Calls `{_signature(function)}`."

    def parameters(self, function: Function) -> list[_Given]:
        of = _signature(function)
        reserved = self.not_parameters
        called = [each.name or f"argument_{at}" for at, each in enumerate(function.parameters, 1)]
        names = self.members(called, of=of, case=words.snake, reserved=reserved, same="the parameter")
        unnamed = [at for at, each in enumerate(function.parameters) if not each.name]
        given = []
        for at, (name, parameter) in enumerate(zip(names, function.parameters, strict=True)):
            key = f"{function.schema}.{function.name}.{parameter.name}"
            annotation = self.annotation(parameter.type, key)
            text = f"{name}: {annotation}{' | Unset' if parameter.has_default else ''} | None"
            text += " = UNSET" if parameter.has_default else ""
            by_position = bool(unnamed) and at <= unnamed[-1]
            given.append(_Given(name=name, annotation=annotation, text=text, by_position=by_position))
        return given

    def arguments(self, function: Function, parameters: Sequence[_Given]) -> Iterator[str]:
        """What `call` is given, in the order of the database."""
        places = function.places
        taken = zip(parameters, (each for each in places if isinstance(each, Parameter)), strict=True)
        for at, place in enumerate(places):
            by_position = at < function.by_position
            name = _literal("" if by_position else quote_identifier(place.name))
            if not isinstance(place, Parameter):
                yield f'Argument({name}, "", None, None)'
                continue
            given, parameter = next(taken)
            value = self.as_value(given.annotation)
            argument = ", ".join((name, _literal(self.sql(parameter.type)), value, given.name))
            yield f"Argument({argument}{', variadic=True' if parameter.variadic else ''})"

    def returned(self, function: Function) -> tuple[str, list[str]]:
        """What a wrapper gives back, and the lines that get it."""
        result = function.result
        if function.kind == "procedure":
            if result.shape == "void":
                return "None", ['    await driver.run(connection, query.between("CALL ", ""))']
            model = self.known_result(result) or self.names[f"{_signature(function)} (Result)"]
            passed = ["connection", 'query.between("CALL ", "")', model]
            return model, _exploded("    return await driver.call_procedure(", passed, ")")
        if result.shape == "void":
            return "None", ["    await driver.nothing(connection, query)"]
        if result.shape == "record":
            if result.many:
                return "list[RecordT]", ["    return await driver.records(connection, query, model)"]
            return "RecordT", [
                "    (record,) = await driver.records(connection, query, model)",
                "    return record",
            ]
        if result.shape == "row":
            model = self.known_result(result) or self.names[f"{_signature(function)} (Result)"]
            if result.many:
                many = ["connection", "query", model]
                return f"list[{model}]", _exploded("    return await driver.rows(", many, ")")
            if result.nullable:
                one = ["connection", "query", model]
                return f"{model} | None", _exploded("    return await driver.row(", one, ")")
            inside = model
        else:
            assert result.type is not None
            key = f"{function.schema}.{function.name}"
            inside = self.annotation(result.type, key) + (" | None" if result.nullable else "")
        arguments = ["connection", "query", self.as_value(inside)]
        arguments += ["padded=True"] if result.type is not None and _is_padded(result.type) else []
        gives = f"list[{inside}]" if result.many else inside
        how = "scalars" if result.many else "scalar"
        return gives, [
            *_exploded(f"    returned: {gives} = await driver.{how}(", arguments, ")"),
            "    return returned",
        ]


class _Given(msgspec.Struct, frozen=True):
    """A parameter of a wrapper: `text` declares it."""

    name: str
    annotation: str
    text: str
    by_position: bool


DRIVER_NAMES: Final = {"sqlalchemy": "SQLAlchemy", "asyncpg": "asyncpg", "psycopg": "psycopg"}


def _public(name: str) -> str:
    """A name that does not begin with an underscore, which would make it private to Python."""
    bare = name.lstrip("_")
    return f"n{bare}" if bare[:1].isdigit() else bare or words.UNNAMED


def _signature(function: Function) -> str:
    return f"{function.schema}.{function.name}({function.identity})"


def _all_of(type_: Type) -> Iterator[Type]:
    """A type and what it is made of."""
    yield type_
    if type_.element is not None:
        yield from _all_of(type_.element)


def _bottom(type_: Type) -> Type:
    while type_.kind == "domain" and type_.element is not None:
        type_ = type_.element
    return type_


def _is_padded(type_: Type) -> bool:
    bottom = _bottom(type_)
    return bottom.kind == "scalar" and (bottom.schema, bottom.name) == ("pg_catalog", "bpchar")


def _is_list(type_: Type) -> bool:
    """Whether Python may have a list for a value, so that lists of them do not tell their dimensions."""
    bottom = _bottom(type_)
    return bottom.kind in ("array", "multirange") or bottom.name in ("vector", "halfvec", "jsonb")


def _rows_as_values(described: Described) -> set[tuple[str, str]]:
    """The relations of whose row type a column or parameter is, or that a function gives back unproved."""
    types = [each.type for relation in described.relations for each in relation.fields]
    types += [each.type for composite in described.composites for each in composite.fields]
    types += [each.type for each in described.domains]
    for function in described.functions:
        types += [each.type for each in function.parameters]
        types += [each.type for each in function.result.fields]
        types += [function.result.type] if function.result.type is not None else []
    return {(each.schema, each.name) for type_ in types for each in _all_of(type_) if each.kind == "table"}


def _unproved(fields: Iterable[Field]) -> tuple[Field, ...]:
    return tuple(msgspec.structs.replace(each, nullable=True, proof=None) for each in fields)


def _same_fields(some: Sequence[Field], others: Sequence[Field]) -> bool:
    return [(each.name, each.type, each.nullable) for each in some] == [
        (each.name, each.type, each.nullable) for each in others
    ]


# Types of the user


def _custom(key: str, text: str) -> str:
    """A type of the user, checked to be one. Raises `bad-type-name`."""
    try:
        parsed = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        parsed = None
    allowed = (
        ast.Name,
        ast.Attribute,
        ast.Subscript,
        ast.BinOp,
        ast.BitOr,
        ast.Tuple,
        ast.Constant,
        ast.Load,
        ast.List,
    )
    roots = (
        {node.id for node in ast.walk(parsed) if isinstance(node, ast.Name)} if parsed is not None else set()
    )
    modules = {each.partition(".")[0] for each in _modules(text)}
    if (
        parsed is None
        or not all(isinstance(node, allowed) for node in ast.walk(parsed))
        or not all(each in modules or hasattr(builtins, each) for each in roots)
    ):
        raise OrmonyError(
            "bad-type-name",
            f"{text!r}, which [generate] has for {key}, is no Python type: name modules in full",
            hint=f'types = {{ "{key}" = "app.types.Money" }}',
            exit_status=2,
        )
    return ast.unparse(parsed)


def _modules(text: str) -> set[str]:
    """The modules that types of the user lie in: of `app.types.Money` it is `app.types`."""
    found = set()
    for match in re.finditer(r"(?<![\w.'\"])([^\W\d]\w*(?:\.[^\W\d]\w*)+)", text):
        found.add(match[1].rpartition(".")[0])
    return found


# Text of Python


def _file(name: str) -> str:
    return (importlib.resources.files("ormony.codegen") / "python_files" / f"{name}.py.txt").read_text(
        "utf-8"
    )


def _qualified(schema: str, name: str) -> str:
    return f"{quote_identifier(schema)}.{quote_identifier(name)}"


@lru_cache(maxsize=4096)
def _literal(text: str) -> str:
    """A string with the quotes that ruff would choose."""
    body = repr(text)
    quote, inside = body[0], body[1:-1]
    plain = inside.replace("\\" + quote, quote)
    double = plain.count('"') <= plain.count("'")
    chosen = '"' if double else "'"
    return chosen + plain.replace(chosen, "\\" + chosen) + chosen


def _exploded(before: str, parts: Sequence[str], after: str) -> list[str]:
    """A call or signature in one line, or with a line for each part."""
    line = before + ", ".join(parts) + after
    if len(line) <= WIDTH or not parts:
        return [line]
    indent = " " * (len(before) - len(before.lstrip()) + 4)
    lines = [before]
    for part in parts:
        if len(indent) + len(part) + 1 > WIDTH and part.startswith("Argument("):
            inside = _split_arguments(part[len("Argument(") : -1])
            lines += [indent + "Argument(", *(f"{indent}    {each}," for each in inside), indent + "),"]
        else:
            lines.append(f"{indent}{part},")
    return [*lines, before[: len(before) - len(before.lstrip())] + after]


def _split_arguments(text: str) -> list[str]:
    call = ast.parse(f"f({text})", mode="eval").body
    assert isinstance(call, ast.Call)
    source = f"f({text})"
    return [ast.get_source_segment(source, each) or "" for each in call.args] + [
        f"{each.arg}={ast.get_source_segment(source, each.value)}" for each in call.keywords
    ]


def _docstring(text: str, indent: int) -> list[str]:
    """A docstring that says what a comment says, whatever is in it."""
    rest = text.replace("\r\n", "\n").replace("\r", "\n").strip().expandtabs(4)
    first, _, others = rest.partition("\n")
    rest = first + ("\n" + textwrap.dedent(others) if others else "")
    bare = rest.rstrip('"')  # a quote at the end would be one of the docstring's own
    safe = bare.replace("\\", "\\\\").replace('"""', '\\"\\"\\"') + '\\"' * (len(rest) - len(bare))
    if not safe.isprintable():
        safe = "".join(each if each == "\n" or each.isprintable() else ascii(each)[1:-1] for each in safe)
    lines = [line.rstrip() for line in safe.split("\n")]
    pad = " " * indent
    if len(lines) == 1:
        return [f'{pad}"""{lines[0]}"""']
    return [f'{pad}"""{lines[0]}', *(f"{pad}{line}" if line else "" for line in lines[1:]), f'{pad}"""']


def _relation(name: str, columns: Mapping[str, str], padded: Sequence[str]) -> list[str]:
    pairs = [f"{_literal(each)}: {_literal(type_)}" for each, type_ in columns.items()]
    parts = [_literal(name), "{" + ", ".join(pairs) + "}"]
    parts += [f"frozenset({{{', '.join(map(_literal, padded))}}})"] if padded else []
    before = "    __relation__ = Relation("
    line = before + ", ".join(parts) + ")"
    if len(line) <= WIDTH:
        return [line]
    lines = [before, f"        {parts[0]},"]
    lines += (
        ["        {", *(f"            {each}," for each in pairs), "        },"] if pairs else ["        {},"]
    )
    if padded:
        whole = f"        {parts[2]},"
        lines += (
            [whole]
            if len(whole) <= WIDTH
            else [
                "        frozenset(",
                "            {",
                *(f"                {_literal(each)}," for each in padded),
                "            }",
                "        ),",
            ]
        )
    return [*lines, "    )"]


def _assigned(name: str, value: str) -> list[str]:
    """An assignment; what is too long stands in lines of its own, as ruff lays it out."""
    line = f"{name} = {value}"
    if len(line) <= WIDTH:
        return [line]
    indent = name[: len(name) - len(name.lstrip())]
    if value.endswith("]") and value.count("[") == 1:
        outer, _, inner = value[:-1].partition("[")
        return [f"{name} = {outer}[", f"{indent}    {inner}", f"{indent}]"]
    return [f"{name} = (", f"{indent}    {value}", f"{indent})"]


def _declared(name: str, annotation: str, value: str = "", parts: Sequence[str] = ()) -> list[str]:
    """A field of a class; `parts` are the arguments where its value is a call.

    Where there is no room beside its name the value gets lines of its own, or else the annotation.
    """

    def given(before: str) -> list[str]:
        return _exploded(before + value, parts, ")") if parts else [before + value]

    line = f"{name}: {annotation}"
    equals = " = " if value else ""
    if len(line + equals + value) <= WIDTH:
        return given(line + equals)
    if value and len(line) + 4 <= WIDTH:
        return [f"{line} = (", *given("        "), "    )"]
    if "|" in annotation:
        return [f"{name}: (", f"        {annotation}", *given(f"    ){equals}")]
    outer, bracket, inner = annotation.partition("[")
    if not bracket:
        return given(line + equals)
    return [f"{name}: {outer}[", f"        {inner[:-1]}", *given(f"    ]{equals}")]


def _field(name: str, annotation: str, field: Field, default: str | None) -> list[str]:
    """A field; one that is not called as its column is says so."""
    if name == field.name:
        lines = _declared(f"    {name}", annotation, default or "")
    else:
        column = _literal(field.name)
        parts = [f"default={default}"] if default else []
        parts += [f"validation_alias={column}", f"serialization_alias={column}"]
        lines = _declared(f"    {name}", annotation, "Field(", parts)
    return lines + (_docstring(field.comment, 4) if field.comment else [])


def _enum(python: _Python, made: EnumType) -> str:
    named = f"{made.schema}.{made.name}"
    lines = [f"class {python.names[named]}(StrEnum):"]
    lines += _docstring(made.comment or f"The values of the type `{named}`.", 4)
    reserved = _WORDS | OF_ENUMS
    labels = python.members(made.labels, of=named, case=words.upper, reserved=reserved, same="the label")
    lines += [""] if labels else []
    for name, label in zip(labels, made.labels, strict=True):
        lines += _assigned(f"    {name}", _literal(label))
    return "\n".join(lines)


def _domain(python: _Python, made: DomainType) -> str:
    named = f"{made.schema}.{made.name}"
    lines = _assigned(f"{python.names[named]}: TypeAlias", python.annotation(made.type))
    return "\n".join([*lines, *_docstring(made.comment or f"The domain `{named}`.", 0)])


def _module(
    what: str,
    blocks: Sequence[str],
    others: Mapping[str, str] | None = None,
    *,
    modules: Iterable[str],
    driver: str | None = None,
) -> str:
    """A module, with the imports of what it uses."""
    body = "\n\n\n".join(blocks)
    lines_of_code = dict.fromkeys(_STRING.sub("", body).split("\n"))  # most are there many times
    code = "\n".join(lines_of_code)
    used = set(_NAME.findall(_LABEL.sub("", code)))
    wanted: dict[str, list[str]] = {}
    for name, module in {**IMPORTS, **(others or {})}.items():
        if name in used:
            wanted.setdefault(module, []).append(name)
    foreign = [f"import {each}" for each in modules if f"{each}." in body]
    rules = ["I001"] if foreign else []  # only ruff knows which of them are the project's own
    rules += [rule for rule, pattern in _OF_NAMES.items() if pattern.search(code)]
    # RUF100 has something against naming rules that are off.
    lines = [f"# ruff: noqa: {', '.join(rules)}, RUF100"] if rules else []
    lines += _docstring(what, 0)
    if driver:  # models are read by pydantic, which has to compile what is not evaluated: most of an import
        lines += ["", "from __future__ import annotations"]
    standard = [
        f"from {each} import {', '.join(sorted(wanted[each]))}"
        for each in ("enum", "typing", "uuid")
        if each in wanted
    ]
    lines += ["", *standard] if standard else []
    foreign += ["from pydantic import Field"] if "pydantic" in wanted else []
    lines += ["", *foreign] if foreign else []
    own = [f"from . import driver_{driver} as driver"] if driver else []
    for module in (".models", ".values"):
        if module in wanted:
            wanted[module].sort(key=_place)
            own += (
                _exploded(f"from {module} import ", wanted[module], "")
                if _fits(module, wanted[module])
                else [f"from {module} import (", *(f"    {each}," for each in wanted[module]), ")"]
            )
    lines += ["", *own] if own else []
    apart = "\n\n\n" if body.startswith(("class ", "async ")) else "\n\n"
    return "\n".join(lines) + (apart + body if body else "") + "\n"


def _place(name: str) -> tuple[int, list[str | int], str]:
    """Where ruff has a name among others that are imported: constants, classes, others; `r2` before `r10`."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2
    parts = re.split(r"(\d+)", name.lower())
    return kind, [int(part) if at % 2 else part for at, part in enumerate(parts)], name


def _fits(module: str, names: Sequence[str]) -> bool:
    return len(f"from {module} import {', '.join(names)}") <= WIDTH

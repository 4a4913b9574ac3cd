"""What each statement of a text creates, uses, alters, drops and renames: a handler for each kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from ormony.sql.naming import (
    WITHOUT_SCHEMA,
    Name,
    Scope,
    add_creation,
    add_use,
    add_uses,
    is_temporary,
    names_of,
    object_name,
    relation_of,
    split_name,
    target_of,
)
from ormony.sql.plpgsql import plpgsql_queries
from ormony.sql.reading import Node, Raw, Statement, options_of, read, strings_of, try_parse

_SERIALS: Final = frozenset({"serial", "serial2", "serial4", "serial8", "bigserial", "smallserial"})
_RELATIONS: Final = frozenset(
    {
        "OBJECT_TABLE",
        "OBJECT_VIEW",
        "OBJECT_MATVIEW",
        "OBJECT_SEQUENCE",
        "OBJECT_INDEX",
        "OBJECT_FOREIGN_TABLE",
    }
)
_FUNCTIONS: Final = frozenset({"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE"})
_KIND: Final = {
    **dict.fromkeys(_RELATIONS, "relation"),
    **dict.fromkeys(_FUNCTIONS, "function"),
    "OBJECT_TYPE": "type",
    "OBJECT_DOMAIN": "type",
    "OBJECT_SCHEMA": "schema",
    "OBJECT_EXTENSION": "extension",
    "OBJECT_ROLE": "role",
    "OBJECT_POLICY": "policy",
    "OBJECT_TRIGGER": "trigger",
    "OBJECT_RULE": "rule",
    "OBJECT_TABCONSTRAINT": "constraint",
    "OBJECT_DOMCONSTRAINT": "constraint",
    "OBJECT_COLUMN": "column",
    "OBJECT_PUBLICATION": "publication",
    "OBJECT_SUBSCRIPTION": "subscription",
    "OBJECT_EVENT_TRIGGER": "event trigger",
    "OBJECT_FOREIGN_SERVER": "server",
    "OBJECT_FDW": "foreign-data wrapper",
    "OBJECT_COLLATION": "collation",
    "OBJECT_STATISTIC_EXT": "statistics",
    "OBJECT_TSCONFIGURATION": "text search configuration",
    "OBJECT_TSDICTIONARY": "text search dictionary",
    "OBJECT_DATABASE": "database",
}
_OF_RELATION: Final = frozenset({"policy", "trigger", "rule", "constraint", "column"})


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What one statement does to names. No name of a system catalog, a CTE or a temporary table is in it.

    `uses` must exist when the statement runs; `uses_late` when what it creates is called (a PL/pgSQL body),
    or may be missing (DROP … IF EXISTS). `alters`, `drops` and `renames` must exist as well; a rename also
    `creates` the new name. `foreign_keys` are those of `uses` that foreign keys alone need. An unqualified
    name that is used stands once for each schema of the search path.
    """

    statement: Statement
    creates: frozenset[Name] = frozenset()
    uses: frozenset[Name] = frozenset()
    uses_late: frozenset[Name] = frozenset()
    alters: frozenset[Name] = frozenset()
    drops: frozenset[Name] = frozenset()
    renames: frozenset[Name] = frozenset()
    foreign_keys: frozenset[Name] = frozenset()

    @property
    def needs(self) -> frozenset[Name]:
        """All that must exist when the statement runs."""
        return (self.uses | self.alters | self.drops | self.renames) - self.uses_late


def facts(
    text: str, *, search_path: Sequence[str] = ("public",), path: str | None = None
) -> tuple[Facts, ...]:
    """What each statement of `text` creates, uses, alters, drops and renames, in order.

    `search_path` is what the text starts with; SET and set_config change it for what follows. Raises like
    `statements`.
    """
    return tuple(found for _, found, _ in each_with_facts(text, search_path, path))


def each_with_facts(
    text: str, search_path: Sequence[str], path: str | None
) -> Iterator[tuple[Raw, Facts, Scope]]:
    """Each statement with its facts, and what is known after it."""
    scope = Scope(search_path)
    for raw, statement in read(text, path):
        scope.clear()
        _statement(raw.node, scope)
        own = frozenset(scope.creates)
        used = frozenset(scope.uses)
        facts = Facts(
            statement=statement,
            creates=own,
            uses=(used | scope.foreign) - own,
            uses_late=frozenset(scope.late) - own,
            alters=frozenset(scope.alters) - own,
            drops=frozenset(scope.drops),
            renames=frozenset(scope.renames),
            foreign_keys=frozenset(scope.foreign) - used - own,
        )
        yield raw, facts, scope


def _statement(node: Node, scope: Scope) -> None:
    kind, inner = next(iter(node.items()))
    handler = _HANDLERS.get(kind)
    if handler is None:
        add_uses(inner, scope)
    else:
        handler(inner, scope)


def _create_relation(relation: Node, scope: Scope) -> None:
    schema, name = relation_of(relation)
    if is_temporary(relation):
        scope.temporary.add(name)
    else:
        scope.temporary.discard(name)
        add_creation(scope, "relation", schema, name)


def _create_table(node: Node, scope: Scope) -> None:
    _create_relation(node["relation"], scope)
    for element in node.get("tableElts", ()):
        _column_extras(node["relation"], element.get("ColumnDef", {}), scope)
        _constraint(node["relation"], element.get("Constraint", {}), scope)
        for each in element.get("ColumnDef", {}).get("constraints", ()):
            _constraint(node["relation"], each.get("Constraint", {}), scope)
    add_uses({key: value for key, value in node.items() if key != "relation"}, scope)


def _column_extras(relation: Node, column: Node, scope: Scope) -> None:
    """The sequence that a serial or identity column brings along."""
    if not column or is_temporary(relation):
        return
    serial = strings_of(column.get("typeName", {}).get("names", ()))[-1:]
    identity = any(
        each.get("Constraint", {}).get("contype") == "CONSTR_IDENTITY"
        for each in column.get("constraints", ())
    )
    if identity or (serial and serial[0] in _SERIALS):
        schema, name = relation_of(relation)
        place = schema or scope.places.get(("relation", name), "")
        add_creation(scope, "relation", place, object_name(name, column.get("colname", ""), "seq"))


def _constraint(relation: Node, constraint: Node, scope: Scope) -> None:
    if constraint.get("conname") and not is_temporary(relation):
        schema, name = relation_of(relation)
        add_creation(scope, "constraint", schema, constraint["conname"], name)


def _create_table_as(node: Node, scope: Scope) -> None:
    add_uses(node["query"], scope)
    _create_relation(node["into"]["rel"], scope)


def _select(node: Node, scope: Scope) -> None:
    into = node.get("intoClause")
    add_uses({key: value for key, value in node.items() if key != "intoClause"} if into else node, scope)
    if into:
        _create_relation(into["rel"], scope)
    for target in node.get("targetList", ()):
        call = target.get("ResTarget", {}).get("val", {}).get("FuncCall")
        if call and strings_of(call.get("funcname", ()))[-1:] == ["set_config"]:
            values = [
                argument.get("A_Const", {}).get("sval", {}).get("sval") for argument in call.get("args", ())
            ]
            if len(values) > 1 and values[0] == "search_path" and isinstance(values[1], str):
                scope.path = _search_path(values[1])


def _search_path(text: str) -> tuple[str, ...]:
    entries = re.findall(r'"((?:[^"]|"")*)"|([^\s",]+)', text)
    names = [quoted.replace('""', '"') if quoted else plain.lower() for quoted, plain in entries]
    return tuple(name for name in names if name and name != "$user")


def _set(node: Node, scope: Scope) -> None:
    name, kind = node.get("name"), node.get("kind")
    if kind == "VAR_RESET_ALL" or (name == "search_path" and kind in ("VAR_RESET", "VAR_SET_DEFAULT")):
        scope.path = scope.initial
    elif name == "search_path" and kind == "VAR_SET_VALUE":
        values = [
            argument.get("A_Const", {}).get("sval", {}).get("sval", "") for argument in node.get("args", ())
        ]
        # A list names one schema per element; SET search_path = '' is the element "", the empty path.
        scope.path = tuple(value for value in values if value and value != "$user")
    elif name in ("role", "session_authorization") and kind == "VAR_SET_VALUE":
        value = (node.get("args") or [{}])[0].get("A_Const", {}).get("sval", {}).get("sval")
        if value and value != "none":
            scope.uses.add(Name("role", "", value))


def _view(node: Node, scope: Scope) -> None:
    add_uses(node["query"], scope)
    _create_relation(node["view"], scope)


def _index(node: Node, scope: Scope) -> None:
    schema, table = relation_of(node["relation"])
    add_uses(node, scope)
    for entry in node.get("indexParams", ()):
        column = entry.get("IndexElem", {}).get("name")
        if column:
            scope.uses.update(names_of(scope, "column", schema, column, table))
    name = node.get("idxname")
    if name and not (table in scope.temporary and not schema):
        add_creation(scope, "relation", schema or scope.places.get(("relation", table), ""), name)


def _alter_table(node: Node, scope: Scope) -> None:
    schema, name = relation_of(node["relation"])
    kind = _KIND.get(node.get("objtype", ""), "relation")
    found = names_of(scope, kind, schema, name)
    (scope.late if node.get("missing_ok") else scope.alters).update(found)
    scope.alters.update(found if not node.get("missing_ok") else ())
    for entry in node.get("cmds", ()):
        command = entry["AlterTableCmd"]
        subtype, definition = command.get("subtype"), command.get("def", {})
        column = command.get("name")
        match subtype:
            case "AT_AddColumn":
                added = definition.get("ColumnDef", {})
                add_creation(scope, "column", schema, added.get("colname", ""), name)
                _column_extras(node["relation"], added, scope)
                for each in added.get("constraints", ()):
                    _constraint(node["relation"], each.get("Constraint", {}), scope)
            case "AT_AddConstraint":
                _constraint(node["relation"], definition.get("Constraint", {}), scope)
                if "indexname" in definition.get("Constraint", {}):
                    add_use(scope, "relation", schema, definition["Constraint"]["indexname"])
            case "AT_DropColumn" | "AT_DropConstraint" if column:
                what = "column" if subtype == "AT_DropColumn" else "constraint"
                dropped = target_of(scope, what, schema, column, name)
                scope.drops.update(dropped)
                if command.get("missing_ok"):
                    scope.late.update(dropped)
            case "AT_ValidateConstraint" | "AT_AlterConstraint" if column:
                scope.uses.update(names_of(scope, "constraint", schema, column, name))
            case "AT_EnableTrig" | "AT_DisableTrig" | "AT_EnableAlwaysTrig" | "AT_EnableReplicaTrig" if (
                column
            ):
                scope.uses.update(names_of(scope, "trigger", schema, column, name))
            case "AT_ColumnDefault" | "AT_SetNotNull" | "AT_DropNotNull" | "AT_AlterColumnType" if column:
                scope.uses.update(names_of(scope, "column", schema, column, name))
        add_uses(command, scope)


def _drop(node: Node, scope: Scope) -> None:
    kind = _KIND.get(node.get("removeType", ""))
    if kind is None:
        return
    for item in node.get("objects", ()):
        dropped = [
            name
            for found in _object(kind, item)
            for name in target_of(scope, *found)
            if not (found[0] in ("relation", "type") and not found[1] and found[2] in scope.temporary)
        ]
        scope.drops.update(dropped)
        if node.get("missing_ok"):
            scope.late.update(dropped)
        for name in dropped:
            if scope.places.get((name.kind, name.name)) == name.schema:
                del scope.places[name.kind, name.name]
        for found in _object(kind, item):
            if not found[1]:
                scope.temporary.discard(found[2])


def _object(kind: str, item: Node) -> list[tuple[str, str, str, str]]:
    """Kind, schema, name and relation of an object as DROP, COMMENT, GRANT and ALTER … OWNER write it."""
    if "ObjectWithArgs" in item:
        inner = item["ObjectWithArgs"]
        schema, name = split_name(strings_of(inner.get("objname", ())))
        if kind != "function":
            return []
        found = [(kind, schema, name, "")]
        if not inner.get("args_unspecified"):
            found.append(("signature", schema, _signature(name, inner.get("objargs", ())), ""))
        return found
    if "TypeName" in item:
        return [(kind, *split_name(strings_of(item["TypeName"].get("names", ()))), "")]
    if "RangeVar" in item:
        return [(kind, *relation_of(item["RangeVar"]), "")]
    if "String" in item:
        return [(kind, "", item["String"].get("sval", ""), "")]
    if "RoleSpec" in item:
        return [(kind, "", item["RoleSpec"].get("rolename", ""), "")]
    parts = strings_of(item.get("List", {}).get("items", ()))
    if not parts:
        return []
    if kind in _OF_RELATION:
        schema, of = split_name(parts[:-1])
        return [(kind, schema, parts[-1], of)] if of else []
    return [(kind, *split_name(parts), "")]


def _signature(name: str, types: Iterable[Node]) -> str:
    """`name(int4, text[])`: types as the parser normalises them, unqualified, so that one type is written one
    way.
    """
    words = []
    for entry in types:
        inner = entry.get("TypeName", entry)
        word = (strings_of(inner.get("names", ())) or ["?"])[-1]
        words.append(word + "[]" * len(inner.get("arrayBounds", ())))
    return f"{name}({', '.join(words)})"


def _rename(node: Node, scope: Scope) -> None:
    what, new = node.get("renameType", ""), node.get("newname", "")
    kind = _KIND.get(what)
    if what == "OBJECT_ATTRIBUTE" or kind is None:
        kind = "column" if what == "OBJECT_ATTRIBUTE" else None
    relation = node.get("relation")
    found: list[tuple[str, str, str, str]] = []
    if kind in _OF_RELATION and relation:
        schema, of = relation_of(relation)
        found = [(kind, schema, node.get("subname", ""), of)]
        scope.alters.update(names_of(scope, "relation", schema, of))
    elif relation:
        found = [(kind or "relation", *relation_of(relation), "")]
    elif kind in ("schema", "role"):
        found = [(kind, "", node.get("subname", ""), "")]
    elif kind is not None and "object" in node:
        found = [each for each in _object(kind, node["object"]) if each[0] != "signature"]
    for each, schema, old, of in found:
        for name in target_of(scope, each, schema, old, of):
            scope.renames.add(name)
            if node.get("missing_ok"):
                scope.late.add(name)
            scope.places.pop((each, old), None)
            add_creation(scope, each, name.schema, new, of)


def _set_schema(node: Node, scope: Scope) -> None:
    kind, new = _KIND.get(node.get("objectType", "")), node.get("newschema", "")
    scope.uses.add(Name("schema", "", new))
    if kind is None:
        return
    found = (
        [(kind, *relation_of(node["relation"]), "")]
        if "relation" in node
        else _object(kind, node.get("object", {}))
    )
    for each, schema, name, of in found:
        if each in WITHOUT_SCHEMA:
            scope.alters.update(target_of(scope, each, schema, name, of))
        elif each != "signature":
            scope.renames.update(target_of(scope, each, schema, name, of))
            add_creation(scope, each, new, name, of)


def _create_schema(node: Node, scope: Scope) -> None:
    name = node.get("schemaname") or node.get("authrole", {}).get("rolename", "")
    scope.creates.add(Name("schema", "", name))
    add_uses(node.get("authrole", {}), scope)
    before, scope.path = scope.path, (name, *scope.path)
    for element in node.get("schemaElts", ()):
        _statement(element, scope)
    scope.path = before


def _create_type(node: Node, scope: Scope) -> None:
    """CREATE TYPE … AS ENUM or RANGE."""
    add_uses(node.get("params", []), scope)
    add_creation(scope, "type", *split_name(strings_of(node["typeName"])))


def _create_domain(node: Node, scope: Scope) -> None:
    add_uses({key: value for key, value in node.items() if key != "domainname"}, scope)
    add_creation(scope, "type", *split_name(strings_of(node["domainname"])))


def _create_composite(node: Node, scope: Scope) -> None:
    add_uses(node.get("coldeflist", []), scope)
    add_creation(scope, "type", *relation_of(node["typevar"]))


def _define(node: Node, scope: Scope) -> None:
    kind = _KIND.get(node.get("kind", ""))
    for entry in node.get("definition", ()):
        inner = entry["DefElem"]
        parts = strings_of(inner.get("arg", {}).get("TypeName", {}).get("names", ()))
        if parts:
            is_type = inner.get("defname") in (
                "stype",
                "mstype",
                "leftarg",
                "rightarg",
                "subtype",
                "basetype",
                "like",
            )
            add_use(scope, "type" if is_type else "function", *split_name(parts))
    add_uses(node.get("args", []), scope)
    if kind is not None:
        add_creation(scope, kind, *split_name(strings_of(node.get("defnames", ()))))


def _alter_type(node: Node, scope: Scope) -> None:
    scope.alters.update(names_of(scope, "type", *split_name(strings_of(node.get("typeName", ())))))
    add_uses(node.get("def", {}), scope)


def _create_function(node: Node, scope: Scope) -> None:
    schema, name = split_name(strings_of(node["funcname"]))
    before = scope.path
    language, body = "", ""
    for entry in node.get("options", ()):
        option = entry["DefElem"]
        match option.get("defname"):
            case "language":
                language = option["arg"]["String"].get("sval", "").lower()
            case "as":
                texts = strings_of(option["arg"].get("List", {}).get("items", ()))
                body = texts[0] if texts else ""
    add_uses(node.get("parameters", []), scope)
    add_uses(node.get("returnType", {}), scope)
    inputs = [
        entry["FunctionParameter"]["argType"]
        for entry in node.get("parameters", ())
        if entry["FunctionParameter"].get("mode") not in ("FUNC_PARAM_OUT", "FUNC_PARAM_TABLE")
    ]
    add_creation(scope, "function", schema, name)
    add_creation(scope, "signature", schema, _signature(name, inputs))
    for entry in node.get("options", ()):
        if entry["DefElem"].get("defname") == "set":
            _set(entry["DefElem"]["arg"].get("VariableSetStmt", {}), scope)
    inside = scope.inner()
    scope.path = before
    if "sql_body" in node:
        add_uses(node["sql_body"], scope)
    elif language == "sql":
        _run(try_parse(body), inside)
        scope.uses |= _reached(inside)
    elif language == "plpgsql":
        for query in plpgsql_queries({"CreateFunctionStmt": node}):
            _run(try_parse(query), inside)
        scope.late |= _reached(inside)


def _run(raws: Iterable[Raw], scope: Scope) -> None:
    for raw in raws:
        _statement(raw.node, scope)


def _reached(scope: Scope) -> set[Name]:
    """Everything that a body touches and does not make itself."""
    every = scope.uses | scope.late | scope.alters | scope.drops | scope.renames | scope.foreign
    return every - scope.creates


def _create_trigger(node: Node, scope: Scope) -> None:
    schema, table = relation_of(node["relation"])
    add_uses(node, scope)
    add_creation(scope, "trigger", schema, node.get("trigname", ""), table)


def _create_policy(node: Node, scope: Scope) -> None:
    schema, table = relation_of(node["table"])
    add_uses(node, scope)
    add_creation(scope, "policy", schema, node.get("policy_name", ""), table)


def _alter_policy(node: Node, scope: Scope) -> None:
    schema, table = relation_of(node["table"])
    add_uses(node, scope)
    scope.alters.update(names_of(scope, "policy", schema, node.get("policy_name", ""), table))


def _create_rule(node: Node, scope: Scope) -> None:
    schema, table = relation_of(node["relation"])
    add_uses(node, scope)
    add_creation(scope, "rule", schema, node.get("rulename", ""), table)


def _sequence(node: Node, scope: Scope, *, create: bool) -> None:
    schema, name = relation_of(node["sequence"])
    if create:
        _create_relation(node["sequence"], scope)
    else:
        (scope.late if node.get("missing_ok") else scope.alters).update(
            names_of(scope, "relation", schema, name)
        )
    for entry in node.get("options", ()):
        option = entry["DefElem"]
        if option.get("defname") == "owned_by":
            parts = strings_of(option.get("arg", {}).get("List", {}).get("items", ()))
            if len(parts) > 1:
                add_use(scope, "relation", *split_name(parts[:-1]))
        else:
            add_uses(option.get("arg", {}), scope)


def _create_sequence(node: Node, scope: Scope) -> None:
    _sequence(node, scope, create=True)


def _alter_sequence(node: Node, scope: Scope) -> None:
    _sequence(node, scope, create=False)


def _create_extension(node: Node, scope: Scope) -> None:
    add_creation(scope, "extension", "", node.get("extname", ""))
    for name, value in options_of(node.get("options", ())).items():
        if (
            name == "schema"
            and "String" in value
            and value["String"].get("sval") not in ("public", "pg_catalog")
        ):
            scope.uses.add(Name("schema", "", value["String"].get("sval", "")))


def _alter_extension(node: Node, scope: Scope) -> None:
    scope.alters.add(Name("extension", "", node.get("extname", "")))


def _grant(node: Node, scope: Scope) -> None:
    kind = _KIND.get(node.get("objtype", ""))
    add_uses(node.get("grantees", []), scope)
    if node.get("targtype") == "ACL_TARGET_ALL_IN_SCHEMA":
        scope.uses.update(Name("schema", "", each) for each in strings_of(node.get("objects", ())))
    elif kind is not None:
        for item in node.get("objects", ()):
            for each in _object(kind, item):
                scope.uses.update(names_of(scope, *each))


def _grant_role(node: Node, scope: Scope) -> None:
    for entry in node.get("granted_roles", ()):
        scope.uses.add(Name("role", "", entry.get("AccessPriv", {}).get("priv_name", "")))
    add_uses(node.get("grantee_roles", []), scope)


def _default_privileges(node: Node, scope: Scope) -> None:
    add_uses(node.get("action", {}).get("grantees", []), scope)
    for name, value in options_of(node.get("options", ())).items():
        items = value.get("List", {}).get("items", ())
        if name == "schemas":
            scope.uses.update(Name("schema", "", each) for each in strings_of(items))
        else:
            add_uses(list(items), scope)


def _on_object(node: Node, scope: Scope) -> None:
    """COMMENT, SECURITY LABEL, ALTER … OWNER TO, ALTER … DEPENDS ON."""
    kind = _KIND.get(node.get("objtype") or node.get("objectType") or "")
    alters = "newowner" in node
    add_uses(node.get("newowner", {}), scope)
    found = [(kind, *relation_of(node["relation"]), "")] if kind and "relation" in node else []
    if kind and "object" in node:
        found += _object(kind, node["object"])
    for each in found:
        names = names_of(scope, *each)
        (scope.alters if alters else scope.uses).update(name for name in names if name.kind != "signature")


def _alter_function(node: Node, scope: Scope) -> None:
    inner = node.get("func", {})
    scope.alters.update(names_of(scope, "function", *split_name(strings_of(inner.get("objname", ())))))


def _create_role(node: Node, scope: Scope) -> None:
    scope.creates.add(Name("role", "", node.get("role", "")))
    add_uses(node.get("options", []), scope)


def _alter_role(node: Node, scope: Scope) -> None:
    name = node.get("role", {}).get("rolename")
    if name:
        scope.alters.add(Name("role", "", name))


def _drop_role(node: Node, scope: Scope) -> None:
    names = {Name("role", "", item["RoleSpec"].get("rolename", "")) for item in node.get("roles", ())}
    scope.drops |= names
    if node.get("missing_ok"):
        scope.late |= names


def _create_publication(node: Node, scope: Scope) -> None:
    add_uses(node.get("pubobjects", []), scope)
    scope.creates.add(Name("publication", "", node.get("pubname", "")))


def _alter_publication(node: Node, scope: Scope) -> None:
    add_uses(node.get("pubobjects", []), scope)
    scope.alters.add(Name("publication", "", node.get("pubname", "")))


def _create_event_trigger(node: Node, scope: Scope) -> None:
    add_use(scope, "function", *split_name(strings_of(node.get("funcname", ()))))
    scope.creates.add(Name("event trigger", "", node.get("trigname", "")))


def _create_foreign_table(node: Node, scope: Scope) -> None:
    _create_table(node["base"], scope)
    scope.uses.add(Name("server", "", node.get("servername", "")))


def _create_server(node: Node, scope: Scope) -> None:
    scope.creates.add(Name("server", "", node.get("servername", "")))
    scope.uses.add(Name("foreign-data wrapper", "", node.get("fdwname", "")))


def _create_wrapper(node: Node, scope: Scope) -> None:
    scope.creates.add(Name("foreign-data wrapper", "", node.get("fdwname", "")))


def _create_statistics(node: Node, scope: Scope) -> None:
    add_uses(node.get("relations", []), scope)
    add_creation(scope, "statistics", *split_name(strings_of(node.get("defnames", ()))))


def _insert(node: Node, scope: Scope) -> None:
    add_uses(node, scope)
    schema, table = relation_of(node["relation"])
    for entry in node.get("cols", ()):
        scope.uses.update(
            names_of(scope, "column", schema, entry.get("ResTarget", {}).get("name", ""), table)
        )


def _update(node: Node, scope: Scope) -> None:
    add_uses(node, scope)
    schema, table = relation_of(node["relation"])
    for entry in node.get("targetList", ()):
        scope.uses.update(
            names_of(scope, "column", schema, entry.get("ResTarget", {}).get("name", ""), table)
        )


def _do(node: Node, scope: Scope) -> None:
    """A DO block runs now: its static SQL and literal EXECUTEs count, whichever branch they stand in."""
    for query in plpgsql_queries({"DoStmt": node}):
        _run(try_parse(query), scope)


_HANDLERS: Final = {
    "CreateStmt": _create_table,
    "CreateForeignTableStmt": _create_foreign_table,
    "CreateTableAsStmt": _create_table_as,
    "SelectStmt": _select,
    "VariableSetStmt": _set,
    "ViewStmt": _view,
    "IndexStmt": _index,
    "AlterTableStmt": _alter_table,
    "DropStmt": _drop,
    "RenameStmt": _rename,
    "AlterObjectSchemaStmt": _set_schema,
    "CreateSchemaStmt": _create_schema,
    "CreateEnumStmt": _create_type,
    "CreateDomainStmt": _create_domain,
    "CreateRangeStmt": _create_type,
    "CompositeTypeStmt": _create_composite,
    "DefineStmt": _define,
    "AlterEnumStmt": _alter_type,
    "AlterDomainStmt": _alter_type,
    "AlterTypeStmt": _alter_type,
    "CreateFunctionStmt": _create_function,
    "AlterFunctionStmt": _alter_function,
    "CreateTrigStmt": _create_trigger,
    "CreatePolicyStmt": _create_policy,
    "AlterPolicyStmt": _alter_policy,
    "RuleStmt": _create_rule,
    "CreateSeqStmt": _create_sequence,
    "AlterSeqStmt": _alter_sequence,
    "CreateExtensionStmt": _create_extension,
    "AlterExtensionStmt": _alter_extension,
    "GrantStmt": _grant,
    "GrantRoleStmt": _grant_role,
    "AlterDefaultPrivilegesStmt": _default_privileges,
    "CommentStmt": _on_object,
    "SecLabelStmt": _on_object,
    "AlterOwnerStmt": _on_object,
    "CreateRoleStmt": _create_role,
    "AlterRoleStmt": _alter_role,
    "AlterRoleSetStmt": _alter_role,
    "DropRoleStmt": _drop_role,
    "CreatePublicationStmt": _create_publication,
    "AlterPublicationStmt": _alter_publication,
    "CreateEventTrigStmt": _create_event_trigger,
    "CreateForeignServerStmt": _create_server,
    "CreateFdwStmt": _create_wrapper,
    "CreateStatsStmt": _create_statistics,
    "InsertStmt": _insert,
    "UpdateStmt": _update,
    "DoStmt": _do,
}

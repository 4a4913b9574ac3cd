"""Rows of what acts in a database, and of what stands beside objects, as values of the catalog.

Functions, triggers, policies, operators, foreign servers; then owners, privileges, comments and labels of
every object, those of tables too. Whatever has privileges is compared with what its kind and owner give by
themselves, here and not in the server, which would do it once for each of ten thousand tables.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Sequence
from typing import Final, Literal, cast

from ormony.catalog import (
    PUBLIC_SCHEMA,
    Argument,
    DefaultPrivileges,
    EventTrigger,
    Extension,
    ForeignDataWrapper,
    Grant,
    Kind,
    Membership,
    Options,
    Policy,
    Publication,
    PublicationTable,
    Ref,
    Role,
    Routine,
    Rule,
    Server,
    Subscription,
    Trigger,
    UserMapping,
)
from ormony.database.reading import (
    PG_AM,
    PG_CAST,
    PG_CLASS,
    PG_COLLATION,
    PG_CONSTRAINT,
    PG_CONVERSION,
    PG_EVENT_TRIGGER,
    PG_EXTENSION,
    PG_FOREIGN_DATA_WRAPPER,
    PG_FOREIGN_SERVER,
    PG_LANGUAGE,
    PG_OPCLASS,
    PG_OPERATOR,
    PG_OPFAMILY,
    PG_POLICY,
    PG_PROC,
    PG_PUBLICATION,
    PG_REWRITE,
    PG_TRANSFORM,
    PG_TRIGGER,
    PG_TS_CONFIG,
    PG_TS_DICT,
    PG_TS_PARSER,
    PG_TS_TEMPLATE,
    PG_TYPE,
    PG_USER_MAPPING,
    Query,
    Reading,
    Row,
    any_made,
    any_of,
    option_pairs,
)
from ormony.plan.render.privileges import default_list

PG_SUBSCRIPTION: Final = 6100
PG_PUBLICATION_REL: Final = 6106

Enabled = Literal["origin", "disabled", "replica", "always"]
_ENABLED: Final[dict[str, Enabled]] = {"O": "origin", "D": "disabled", "R": "replica", "A": "always"}
_COMMANDS: Final[dict[str, Literal["all", "select", "insert", "update", "delete"]]] = {
    "*": "all",
    "r": "select",
    "a": "insert",
    "w": "update",
    "d": "delete",
}
_VOLATILITY: Final[dict[str, Literal["immutable", "stable", "volatile"]]] = {
    "i": "immutable",
    "s": "stable",
    "v": "volatile",
}
_MODES: Final[dict[str, Literal["in", "out", "inout", "variadic", "table"]]] = {
    "i": "in",
    "o": "out",
    "b": "inout",
    "v": "variadic",
    "t": "table",
}
_RELATIONS: Final[dict[str, Kind]] = {
    "r": "table",
    "p": "table",
    "f": "foreign table",
    "v": "view",
    "m": "materialized view",
    "S": "sequence",
    "i": "index",
    "I": "index",
    "c": "composite type",
}
_ROUTINES: Final[dict[str, Kind]] = {"f": "function", "w": "function", "p": "procedure", "a": "aggregate"}
_TYPES: Final[dict[str, Kind]] = {
    "e": "enum",
    "d": "domain",
    "c": "composite type",
    "r": "range type",
    "b": "base type",
    "p": "base type",
}
_PRIVILEGES: Final = {
    "a": "INSERT",
    "r": "SELECT",
    "w": "UPDATE",
    "d": "DELETE",
    "D": "TRUNCATE",
    "x": "REFERENCES",
    "t": "TRIGGER",
    "m": "MAINTAIN",
    "X": "EXECUTE",
    "U": "USAGE",
    "C": "CREATE",
    "c": "CONNECT",
    "T": "TEMPORARY",
    "s": "SET",
    "A": "ALTER SYSTEM",
}
_BLANK_END: Final = re.compile(r"\n(?:[ \t]*\n)+\Z")


# -------------------------------------------------------------------------------------- extensions, languages


def _extensions(rows: Sequence[Row], reading: Reading) -> None:
    for oid, name, schema, version, relocatable, configuration in rows:
        ref = Ref("extension", "", name)
        reading.names[PG_EXTENSION, oid] = ref
        reading.objects[ref] = Extension(
            schema=schema,
            version=version,
            relocatable=relocatable,
            configuration=tuple(sorted(configuration or ())),
        )


def _languages(rows: Sequence[Row], reading: Reading) -> None:
    for oid, name, trusted, handler, inline, validator in rows:
        options = _options(
            ("TRUSTED", trusted), ("HANDLER", handler), ("INLINE", inline), ("VALIDATOR", validator)
        )
        reading.add(PG_LANGUAGE, oid, Ref("language", "", name), options)


def _access_methods(rows: Sequence[Row], reading: Reading) -> None:
    for oid, name, letter, handler in rows:
        options = _options(("TYPE", {"i": "INDEX", "t": "TABLE"}[letter]), ("HANDLER", handler))
        reading.add(PG_AM, oid, Ref("access method", "", name), options)


def _collations(rows: Sequence[Row], reading: Reading) -> None:
    for oid, schema, name, provider, deterministic, collate, ctype, locale, rules in rows:
        one = locale if locale is not None else collate if collate == ctype else None
        options = _options(
            ("PROVIDER", {"c": "libc", "i": "icu", "b": "builtin", "d": "default"}[provider]),
            ("DETERMINISTIC", None if deterministic else "false"),
            ("LOCALE", one),
            ("LC_COLLATE", None if one is not None else collate),
            ("LC_CTYPE", None if one is not None else ctype),
            ("RULES", rules),
        )
        reading.add(PG_COLLATION, oid, Ref("collation", schema, name), options)


def _conversions(rows: Sequence[Row], reading: Reading) -> None:
    for oid, schema, name, default, source, target, function in rows:
        options = _options(("DEFAULT", default), ("FOR", source), ("TO", target), ("FROM", function))
        reading.add(PG_CONVERSION, oid, Ref("conversion", schema, name), options)


# --------------------------------------------------------------------------------------------------- routines


def _routines(rows: Sequence[Row], reading: Reading) -> None:
    for row in rows:
        (
            oid,
            schema,
            name,
            kind,
            identity,
            definition,
            language,
            all_types,
            in_types,
            modes,
            names,
            defaults,
        ) = row[:12]
        arguments, result, returns_set, body, volatility, strict, definer, settings = row[12:]
        value = Routine(
            definition=_without_blank_end(definition, body),
            language=language,
            arguments=_arguments(all_types or in_types or (), modes, names, defaults),
            argument_defaults=arguments,
            returns=result,
            returns_set=returns_set,
            window=kind == "w",
            body=_BLANK_END.sub("\n", body),
            volatility=_VOLATILITY[volatility],
            strict=strict,
            security_definer=definer,
            settings=tuple(settings or ()),
        )
        reading.add(PG_PROC, oid, Ref(_ROUTINES[kind], schema, name, identity), value)


def _without_blank_end(definition: str, body: str) -> str:
    """The definition without a final newline, and without blank lines at the end of the body.

    Nobody sees them, and what writes files through editors or dumps loses them.
    """
    text = definition.rstrip("\n")
    short = _BLANK_END.sub("\n", body)
    if short != body:
        head, found, tail = text.rpartition(body)
        if found:
            text = head + short + tail
    return text


def _arguments(
    types: Sequence[str], modes: Sequence[str] | None, names: Sequence[str] | None, defaults: int
) -> tuple[Argument, ...]:
    """Parameters in order. The last `defaults` of those that a caller gives have a default."""
    letters = modes or ["i"] * len(types)
    given = sum(letter in "ibv" for letter in letters)
    found = []
    for place, (type_, letter) in enumerate(zip(types, letters, strict=True)):
        called = letter in "ibv"
        found.append(
            Argument(
                name=names[place] if names else "",
                type=type_,
                mode=_MODES[letter],
                has_default=called and given <= defaults,
            )
        )
        given -= called
    return tuple(found)


def _aggregates(rows: Sequence[Row], reading: Reading) -> None:
    for row in rows:
        oid, schema, name, identity, arguments, kind, parallel = row[:7]
        step, state, space, final, final_extra, final_mode, combine, serial, deserial, start = row[7:17]
        m_step, m_inverse, m_state, m_space, m_final, m_final_extra, m_final_mode, m_start, sort = row[17:]
        usual = "r" if kind == "n" else "w"  # what the final function may do to the state if nobody says
        options = _options(
            ("ARGUMENTS", arguments or "*"),
            ("SFUNC", step),
            ("STYPE", state),
            ("SSPACE", str(space) if space else None),
            ("FINALFUNC", final),
            ("FINALFUNC_EXTRA", final_extra),
            ("FINALFUNC_MODIFY", _MODIFY[final_mode] if final and final_mode != usual else None),
            ("COMBINEFUNC", combine),
            ("SERIALFUNC", serial),
            ("DESERIALFUNC", deserial),
            ("INITCOND", start),
            ("MSFUNC", m_step),
            ("MINVFUNC", m_inverse),
            ("MSTYPE", m_state),
            ("MSSPACE", str(m_space) if m_space else None),
            ("MFINALFUNC", m_final),
            ("MFINALFUNC_EXTRA", m_final_extra),
            ("MFINALFUNC_MODIFY", _MODIFY[m_final_mode] if m_final and m_final_mode != usual else None),
            ("MINITCOND", m_start),
            ("SORTOP", sort),
            ("PARALLEL", {"s": "SAFE", "r": "RESTRICTED", "u": None}[parallel]),
            ("HYPOTHETICAL", kind == "h"),
        )
        reading.add(PG_PROC, oid, Ref("aggregate", schema, name, identity), options)


_MODIFY: Final = {"r": "READ_ONLY", "s": "SHAREABLE", "w": "READ_WRITE"}


# ------------------------------------------------------------------------------- triggers, policies and rules


def _of_extension(catalog: int, oid: int, relation: int, reading: Reading) -> bool:
    """Whether a trigger or rule is on an extension's relation, though pg_depend does not know whose it is.

    What a user puts there cannot be told from it. pg_dump leaves both out, too, and of such relations writes
    policies only.
    """
    if not reading.owned(PG_CLASS, relation):
        return False
    reading.names.setdefault((catalog, oid), reading.names[PG_CLASS, relation])
    return True


def _triggers(rows: Sequence[Row], reading: Reading) -> None:
    for row in rows:
        oid, relation, schema, table, name, definition, enabled, f_schema, f_name, f_types, *up = row
        if _of_extension(PG_TRIGGER, oid, relation, reading):
            continue
        value = Trigger(
            definition=definition,
            function=Ref("function", f_schema, f_name, f_types),
            enabled=_ENABLED[enabled],
            parent=Ref("trigger", up[0], up[1], up[2]) if up[2] is not None else None,
        )
        reading.add(PG_TRIGGER, oid, Ref("trigger", schema, table, name), value)


def _event_triggers(rows: Sequence[Row], reading: Reading) -> None:
    for oid, name, event, tags, enabled, f_schema, f_name, f_types in rows:
        value = EventTrigger(
            event=event,
            function=Ref("function", f_schema, f_name, f_types),
            tags=tuple(tags or ()),
            enabled=_ENABLED[enabled],
        )
        reading.add(PG_EVENT_TRIGGER, oid, Ref("event trigger", "", name), value)


def _policies(rows: Sequence[Row], reading: Reading) -> None:
    for oid, schema, table, name, command, permissive, roles, using, check in rows:
        value = Policy(
            command=_COMMANDS[command],
            permissive=permissive,
            roles=_role_names(roles),
            using=using,
            check=check,
        )
        reading.add(PG_POLICY, oid, Ref("policy", schema, table, name), value)


@functools.lru_cache(maxsize=1024)
def _role_names(text: str) -> tuple[str, ...]:
    """The roles of a `regrole[]`, sorted; () with PUBLIC, which is 0 there and printed as `-`."""
    found = _elements(text)
    return () if "-" in found else tuple(sorted(map(_unquoted, found)))


def _rules(rows: Sequence[Row], reading: Reading) -> None:
    for oid, relation, schema, table, name, definition, enabled in rows:
        if _of_extension(PG_REWRITE, oid, relation, reading):
            continue
        value = Rule(definition=definition.removesuffix(";"), enabled=_ENABLED[enabled])
        reading.add(PG_REWRITE, oid, Ref("rule", schema, table, name), value)


# ---------------------------------------------------------------------------------------- casts and operators


def _casts(rows: Sequence[Row], reading: Reading) -> None:
    for oid, source, target, method, context, function in rows:
        options = _options(
            ("WITH FUNCTION", function),
            ("WITHOUT FUNCTION", method == "b"),
            ("WITH INOUT", method == "i"),
            ("AS ASSIGNMENT", context == "a"),
            ("AS IMPLICIT", context == "i"),
        )
        reading.add(PG_CAST, oid, Ref("cast", "", source, target), options)


def _operators(rows: Sequence[Row], reading: Reading) -> None:
    for oid, schema, name, left, right, function, commutator, negator, restrict, join, hashes, merges in rows:
        options = _options(
            ("FUNCTION", function),
            ("LEFTARG", left),
            ("RIGHTARG", right),
            ("COMMUTATOR", commutator),
            ("NEGATOR", negator),
            ("RESTRICT", restrict),
            ("JOIN", join),
            ("HASHES", hashes),
            ("MERGES", merges),
        )
        ref = Ref("operator", schema, name, f"{left or 'NONE'}, {right or 'NONE'}")
        reading.add(PG_OPERATOR, oid, ref, options)


def _operator_families(rows: Sequence[Row], reading: Reading) -> None:
    for oid, schema, name, method, using in rows:
        options = _options(("USING", using))
        reading.add(PG_OPFAMILY, oid, Ref("operator family", schema, name, method), options)


def _operator_classes(rows: Sequence[Row], reading: Reading) -> None:
    for oid, schema, name, method, using, default, type_, stored, family in rows:
        options = _options(
            ("DEFAULT", default),
            ("FOR TYPE", type_),
            ("USING", using),
            ("FAMILY", family),
            ("STORAGE", stored),
        )
        reading.add(PG_OPCLASS, oid, Ref("operator class", schema, name, method), options)


def _operator_items(rows: Sequence[Row], reading: Reading) -> None:
    """Operators and functions go behind what is known of their class or family, by number and text."""
    items: dict[Ref, list[tuple[int, int, str, str]]] = {}
    for word, catalog, oid, family, text, part, place, item, item_catalog in rows:
        if catalog is None:
            catalog, oid = PG_OPFAMILY, family
        ref = reading.names.get((catalog, oid))
        if ref is None:
            if not reading.owned(item_catalog, item):
                reading.unmodelled[f"{word} {text} of an operator family of PostgreSQL's"] = _hash(text)
        elif ref in reading.objects and ref.kind != "extension":
            reading.names.setdefault((item_catalog, item), ref)
            items.setdefault(ref, []).append((part, place, text, word))
    for ref, found in items.items():
        value = reading.objects[ref]
        assert isinstance(value, Options)
        options = (*value.options, *((word, text) for _, _, text, word in sorted(found)))
        reading.objects[ref] = Options(options=tuple(sorted(options, key=lambda each: each[0] == "STORAGE")))


def _transforms(rows: Sequence[Row], reading: Reading) -> None:
    for oid, type_, language, source, target in rows:
        options = _options(("FROM SQL WITH FUNCTION", source), ("TO SQL WITH FUNCTION", target))
        reading.add(PG_TRANSFORM, oid, Ref("transform", "", type_, language), options)


# ------------------------------------------------------------------------------------------------ text search


def _text_search_parsers(rows: Sequence[Row], reading: Reading) -> None:
    for oid, schema, name, start, token, end, types, headline in rows:
        options = _options(
            ("START", start), ("GETTOKEN", token), ("END", end), ("LEXTYPES", types), ("HEADLINE", headline)
        )
        reading.add(PG_TS_PARSER, oid, Ref("text search parser", schema, name), options)


def _text_search_templates(rows: Sequence[Row], reading: Reading) -> None:
    for oid, schema, name, init, lexize in rows:
        options = _options(("INIT", init), ("LEXIZE", lexize))
        reading.add(PG_TS_TEMPLATE, oid, Ref("text search template", schema, name), options)


def _text_search_dictionaries(rows: Sequence[Row], reading: Reading) -> None:
    for oid, schema, name, template, text in rows:
        options = (("TEMPLATE", template), *dictionary_options(text or ""))
        reading.add(PG_TS_DICT, oid, Ref("text search dictionary", schema, name), Options(options=options))


_DICTIONARY_OPTION: Final = re.compile(
    r"""\s*("(?:[^"]|"")*"|[^\s=]+)\s*=\s*([Ee]?'(?:[^']|'')*'|[^\s,]+)\s*(?:,|\Z)"""
)


def dictionary_options(text: str) -> tuple[tuple[str, str], ...]:
    """`name = value, …` as `serialize_deflist` writes it: quoted where needed, values literals or numbers."""
    return tuple((each[1], each[2]) for each in _DICTIONARY_OPTION.finditer(text))


def _text_search_configurations(rows: Sequence[Row], reading: Reading) -> None:
    for oid, schema, name, parser, tokens, dictionaries in rows:
        mappings: dict[str, list[str]] = {}
        for token, dictionary in zip(tokens or (), dictionaries or (), strict=True):
            mappings.setdefault(token, []).append(dictionary)
        options = (
            ("PARSER", parser),
            *((f"MAPPING {token}", ", ".join(found)) for token, found in mappings.items()),
        )
        ref = Ref("text search configuration", schema, name)
        reading.add(PG_TS_CONFIG, oid, ref, Options(options=options))


# ---------------------------------------------------------------------------- foreign servers and replication


def _foreign_data_wrappers(rows: Sequence[Row], reading: Reading) -> None:
    for oid, name, handler, validator, options in rows:
        value = ForeignDataWrapper(handler=handler, validator=validator, options=option_pairs(options))
        reading.add(PG_FOREIGN_DATA_WRAPPER, oid, Ref("foreign data wrapper", "", name), value)


def _servers(rows: Sequence[Row], reading: Reading) -> None:
    for oid, name, wrapper, type_, version, options in rows:
        value = Server(wrapper=wrapper, type=type_, version=version, options=option_pairs(options))
        reading.add(PG_FOREIGN_SERVER, oid, Ref("server", "", name), value)


def _user_mappings(rows: Sequence[Row], reading: Reading) -> None:
    for oid, server, for_all, role, options, readable in rows:
        ref = Ref("user mapping", "", server, "public" if for_all else role)
        if (
            reading.add(PG_USER_MAPPING, oid, ref, UserMapping(options=option_pairs(options)))
            and not readable
        ):
            reading.unseen.append(f"the options of the user mapping for {ref.part} on server {server}")


def _publications(rows: Sequence[Row], reading: Reading) -> None:
    for oid, name, everything, insert, update, delete, truncate, via_root, generated, schemas in rows:
        which = zip(
            ("insert", "update", "delete", "truncate"), (insert, update, delete, truncate), strict=True
        )
        value = Publication(
            all_tables=everything,
            operations=tuple(word for word, published in which if published),
            via_root=via_root,
            generated_columns={"n": None, "s": "stored"}[generated],
            schemas=tuple(sorted(schemas or ())),
        )
        reading.add(PG_PUBLICATION, oid, Ref("publication", "", name), value)


def _publication_tables(rows: Sequence[Row], reading: Reading) -> None:
    tables: dict[Ref, list[PublicationTable]] = {}
    for publication, item, schema, table, columns, where in rows:
        ref = reading.names[PG_PUBLICATION, publication]
        reading.names[PG_PUBLICATION_REL, item] = ref
        if ref.kind == "publication":
            value = PublicationTable(
                table=Ref("table", schema, table), columns=tuple(sorted(columns or ())), where=where
            )
            tables.setdefault(ref, []).append(value)
    for ref, found in tables.items():
        held = reading.objects[ref]
        assert isinstance(held, Publication)
        reading.objects[ref] = Publication(
            all_tables=held.all_tables,
            operations=held.operations,
            via_root=held.via_root,
            generated_columns=held.generated_columns,
            tables=tuple(sorted(found, key=lambda each: each.table)),
            schemas=held.schemas,
        )


def _subscriptions(rows: Sequence[Row], reading: Reading) -> None:
    for row in rows:
        oid, name, publications, enabled, slot, commit, binary, streaming, two_phase, on_error = row[:10]
        password, as_owner, origin, failover, readable, connection = row[10:]
        options = _options(
            ("slot_name", slot or "NONE"),
            ("binary", "true" if binary else None),
            ("streaming", {"f": "off", "false": "off", "t": "on", "true": "on", "p": "parallel"}[streaming]),
            ("synchronous_commit", commit if commit != "'off'" else None),
            ("two_phase", None if two_phase == "d" else "true"),
            ("disable_on_error", "true" if on_error else None),
            ("password_required", None if password else "false"),
            ("run_as_owner", "true" if as_owner else None),
            ("origin", origin if origin != "'any'" else None),
            ("failover", "true" if failover else None),
        )
        value = Subscription(
            publications=tuple(publications),
            options=options.options,
            connection=connection or "",
            enabled=enabled,
        )
        ref = Ref("subscription", "", name)
        if reading.add(PG_SUBSCRIPTION, oid, ref, value) and not readable:
            reading.unseen.append(f"the connection of the subscription {name}")


# -------------------------------------------------------------------------------------- owners and privileges


def _owners(rows: Sequence[Row], reading: Reading) -> None:
    names, owners, grants = reading.names, reading.owners, reading.grants
    for catalog, oid, owner, acl, schema, sequence in rows:
        ref = names.get((catalog, oid))
        if ref is None or ref.kind == "extension":
            continue
        if ref.kind == "range type" and catalog != PG_TYPE:
            continue  # its constructors are the first superuser's, whoever made it
        if sequence is not None and ref.kind != "sequence":
            ref = Ref("sequence", schema, sequence)  # of an identity column, whose owner is the table's
        else:
            owners[ref] = owner
        if acl is None and ref != PUBLIC_SCHEMA:
            continue
        found = _changed(ref, owner, acl, None, reading.version)
        if found is not None:
            grants[ref] = found


def _changed_privileges(rows: Sequence[Row], reading: Reading) -> None:
    for kind, schema, name, part, owner, acl, given in rows:
        word, _, letter = kind.partition(" ")
        if word in ("relation", "routine", "type"):
            kinds = {"relation": _RELATIONS, "routine": _ROUTINES, "type": _TYPES}[word]
            found_kind = kinds.get(letter)
        else:
            found_kind = cast("Kind", kind)
        if found_kind is None:
            continue
        ref = Ref(found_kind, schema or "", name, part or "")
        found = _changed(ref, owner, acl, given, reading.version)
        if found is not None:
            reading.grants[ref] = found
            if given is not None:
                reading.initial[ref] = _grants(given)


def _column_privileges(rows: Sequence[Row], reading: Reading) -> None:
    for letter, schema, relation, column, acl, given in rows:
        found = _grants(acl) if acl is not None else ()
        if letter in _RELATIONS and set(found) != set(_grants(given) if given is not None else ()):
            ref = Ref("column", schema, relation, column)
            reading.grants[ref] = found
            if given is not None:
                reading.initial[ref] = _grants(given)


def _changed(
    ref: Ref, owner: str, acl: str | None, given: str | None, version: int
) -> tuple[Grant, ...] | None:
    """The privileges, or None where they are what initdb, an extension, or else kind and owner give."""
    usual = _by_default(ref.kind, owner, version)
    found = _grants(acl) if acl is not None else usual
    if given is not None:
        usual = _grants(given)
    elif ref == PUBLIC_SCHEMA:
        # As pg_dump has it: whatever became of the schema since, a new database begins with this.
        usual = tuple(sorted((*usual, Grant("", "USAGE", False, owner))))
    return None if found == usual else found


@functools.lru_cache(maxsize=4096)
def _by_default(kind: Kind, owner: str, version: int) -> tuple[Grant, ...]:
    """What an object of this kind gives by itself, sorted."""
    return tuple(sorted(default_list(kind, owner, version)))


@functools.lru_cache(maxsize=4096)
def _grants(acl: str) -> tuple[Grant, ...]:
    """The entries of an `aclitem[]` as text, sorted: `{=U/o,"\\"a b\\"=r*w/o"}`."""
    found = []
    for item in _elements(acl):
        grantee, rest = _name_at(item, "=")
        letters, _, grantor = rest.partition("/")
        for place, letter in enumerate(letters):
            if letter != "*":
                grantable = letters[place + 1 : place + 2] == "*"
                found.append(Grant(grantee, _PRIVILEGES[letter], grantable, _unquoted(grantor)))
    return tuple(sorted(found))


def _name_at(text: str, end: str) -> tuple[str, str]:
    """The role name with which the text begins, quoted or not, and what follows the sign after it."""
    if not text.startswith('"'):
        name, _, rest = text.partition(end)
        return name, rest
    match = _QUOTED.match(text)
    assert match is not None, text
    return _unquoted(match[0]), text[match.end() + 1 :]


_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')


def _default_privileges(rows: Sequence[Row], reading: Reading) -> None:
    for role, schema, letter, acl in rows:
        value = DefaultPrivileges(grants=_grants(acl))
        reading.objects[Ref("default privileges", schema or "", role, letter)] = value


# ------------------------------------------------------------------------------ comments, labels and the rest


def _comments(rows: Sequence[Row], reading: Reading) -> None:
    for row in rows:
        catalog, oid, text, letter, schema, relation, column, constraint, domain, home, words = row
        holder = reading.names.get((catalog, oid))
        if catalog != PG_EXTENSION and (
            reading.owned(catalog, oid) or (home and reading.owned(PG_CLASS, home))
        ):
            continue  # the extension's script said it
        ref: Ref | None
        if catalog == PG_CLASS and letter in _RELATIONS:
            ref = (
                Ref("column", schema, relation, column)
                if column is not None
                else Ref(_RELATIONS[letter], schema, relation)
            )
        elif catalog == PG_CONSTRAINT and relation is not None:
            ref = Ref("constraint", schema, relation, constraint)
        elif catalog == PG_CONSTRAINT and domain is not None:
            ref = Ref("domain constraint", schema, domain, constraint)
        else:
            ref = None if _is_alias(catalog, holder) else holder
        if ref is None:
            reading.unmodelled[f"comment on {words}"] = _hash(text)
        else:
            reading.comments[ref] = text


def _is_alias(catalog: int, ref: Ref | None) -> bool:
    """Whether the number is another object's: of a row type that leads to its table, a view's `_RETURN`."""
    if ref is None:
        return False
    if catalog == PG_TYPE:
        return ref.kind not in _TYPES.values()
    return catalog == PG_REWRITE and ref.kind != "rule"


def _security_labels(rows: Sequence[Row], reading: Reading) -> None:
    labels: dict[Ref, list[tuple[str, str]]] = {}
    for catalog, oid, place, provider, label, words in rows:
        ref = reading.names.get((catalog, oid))
        if catalog == PG_CLASS and place > 0:
            ref = reading.columns.get((oid, place))
        if reading.owned(catalog, oid):
            continue
        if ref is None or _is_alias(catalog, ref):
            reading.unmodelled[f"security label of {provider} on {words}"] = _hash(label)
        else:
            labels.setdefault(ref, []).append((provider, label))
    reading.labels.update({ref: tuple(sorted(found)) for ref, found in labels.items()})


def _unmodelled(rows: Sequence[Row], reading: Reading) -> None:
    for name, definition in rows:
        reading.unmodelled[name] = _hash(definition)


# ------------------------------------------------------------------------------------------------------ roles


def _roles(rows: Sequence[Row], reading: Reading) -> None:
    for row in rows:
        (
            name,
            superuser,
            databases,
            roles,
            inherit,
            login,
            replication,
            bypass,
            limit,
            until,
            settings,
            comment,
        ) = row
        flags = {
            "SUPERUSER": superuser,
            "CREATEDB": databases,
            "CREATEROLE": roles,
            "NOINHERIT": not inherit,
            "LOGIN": login,
            "REPLICATION": replication,
            "BYPASSRLS": bypass,
            f"CONNECTION LIMIT {limit}": limit != -1,
            f"VALID UNTIL '{until}'": until is not None,
        }
        ref = Ref("role", "", name)
        reading.objects[ref] = Role(
            options=tuple(sorted(word for word, holds in flags.items() if holds)),
            settings=tuple(sorted(settings or ())),
        )
        if comment is not None:
            reading.comments[ref] = comment


def _memberships(rows: Sequence[Row], reading: Reading) -> None:
    for role, member, *held in rows:
        words = zip(("ADMIN", "INHERIT", "SET"), held, strict=True)
        value = Membership(options=tuple(word for word, holds in words if holds))
        reading.objects[Ref("membership", "", role, member)] = value


# ---------------------------------------------------------------------------------------------- private words


def _options(*given: tuple[str, str | bool | None]) -> Options:
    """The options that are there: a text, or a flag that holds."""
    return Options(
        options=tuple(
            (name, value if isinstance(value, str) else "")
            for name, value in given
            if value is not None and value is not False
        )
    )


def _elements(text: str) -> list[str]:
    """The elements of a one-dimensional array as the server prints it."""
    found = []
    for match in _ELEMENT.finditer(text, 1, len(text) - 1):
        quoted = match[1]
        found.append(re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted is not None else match[2])
    return found


_ELEMENT: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,"]+)', re.DOTALL)


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# In this order: items of operator families stand behind the families and classes, owners behind all objects.
BEHAVIOR: Final[tuple[Query, ...]] = (
    Query("extensions", _extensions, binary=True),
    Query("languages", _languages, binary=True, when=any_made("pg_language")),
    Query("access_methods", _access_methods, binary=True, when=any_made("pg_am")),
    Query("collations", _collations, binary=True, when=any_made("pg_collation")),
    Query("conversions", _conversions, binary=True, when=any_made("pg_conversion")),
    Query("routines", _routines, binary=True, when=any_made("pg_proc")),
    Query("aggregates", _aggregates, binary=True, when=any_made("pg_aggregate", "aggfnoid")),
    Query("triggers", _triggers, binary=True, when=any_of("pg_trigger")),
    Query("event_triggers", _event_triggers, binary=True, when=any_of("pg_event_trigger")),
    Query("policies", _policies, binary=True, when=any_of("pg_policy"), apart=True),
    Query("rules", _rules, binary=True, when=any_made("pg_rewrite", where="rulename <> '_RETURN'")),
    Query("casts", _casts, binary=True, when=any_made("pg_cast")),
    Query("operators", _operators, binary=True, when=any_made("pg_operator")),
    Query("operator_families", _operator_families, binary=True, when=any_made("pg_opfamily")),
    Query("operator_classes", _operator_classes, binary=True, when=any_made("pg_opclass")),
    Query(
        "operator_items",
        _operator_items,
        binary=True,
        when=f"{any_made('pg_amop')} OR {any_made('pg_amproc')}",
    ),
    Query("transforms", _transforms, binary=True, when=any_made("pg_transform")),
    Query("text_search_parsers", _text_search_parsers, binary=True, when=any_made("pg_ts_parser")),
    Query("text_search_templates", _text_search_templates, binary=True, when=any_made("pg_ts_template")),
    Query("text_search_dictionaries", _text_search_dictionaries, binary=True, when=any_made("pg_ts_dict")),
    Query(
        "text_search_configurations", _text_search_configurations, binary=True, when=any_made("pg_ts_config")
    ),
    Query(
        "foreign_data_wrappers", _foreign_data_wrappers, binary=True, when=any_of("pg_foreign_data_wrapper")
    ),
    Query("servers", _servers, binary=True, when=any_of("pg_foreign_server")),
    Query("user_mappings", _user_mappings, binary=True, when=any_of("pg_foreign_server")),
    Query("publications", _publications, binary=True, when=any_of("pg_publication")),
    Query("publication_tables", _publication_tables, binary=True, when=any_of("pg_publication_rel")),
    Query("subscriptions", _subscriptions, binary=True, when=any_of("pg_subscription")),
    Query("default_privileges", _default_privileges, binary=True, when=any_of("pg_default_acl")),
    Query("owners", _owners, binary=True),
    Query("changed_privileges", _changed_privileges, binary=True),
    Query("column_privileges", _column_privileges, binary=True),
    Query("comments", _comments, binary=True),
    Query("security_labels", _security_labels, binary=True, when=any_of("pg_seclabel")),
    Query("unmodelled", _unmodelled, binary=True),
)
# Only on request: they are the cluster's.
ROLES: Final[tuple[Query, ...]] = (
    Query("roles", _roles, binary=True),
    Query("memberships", _memberships, binary=True),
)

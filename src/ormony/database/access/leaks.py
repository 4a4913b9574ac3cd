"""What lets a persona at another tenant's rows, and the SQL that shows it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ormony.access import DENY, FILTER, Leak
from ormony.catalog import Policy, Ref, Routine, Table, View
from ormony.database import reproduce
from ormony.database.access import jwt, rights, stage
from ormony.database.access.turn import Turn
from ormony.database.questions import Question
from ormony.database.rows import name_of
from ormony.sql import quote_identifier


def of_row(turn: Turn, table: Ref, command: str, before: str, statement: str, label: str = "") -> None:
    """Note that the statement reached a row of a table, and which policies let it."""
    label = label or str(table)
    if _is_free(turn) or turn.tally.knows(label, command, turn.persona):
        return
    why, policies = _through(turn, table, command, before, statement)
    turn.tally.leak(
        Leak(
            object=label,
            command=command,
            persona=turn.persona.name,
            sql=_script(turn, (table,), before, statement),
            why=why,
            policies=policies,
            at=table,
        )
    )


def of_reference(turn: Turn, table: Ref, command: str, referenced: Ref, statement: str) -> None:
    """Note that a foreign key tells of a row of another table."""
    if _is_free(turn):
        return
    turn.tally.leak(
        Leak(
            object=str(table),
            command=command,
            persona=turn.persona.name,
            sql=_script(turn, (table, referenced), "", statement),
            why=f"the foreign key tells whether a row of {referenced} is there, whoever's it is",
            at=table,
            weak=True,
        )
    )


def of_relation(turn: Turn, ref: Ref, command: str, statement: str, before: str = "") -> None:
    """Note that a view, a function or a partition shows or changes rows."""
    if _is_free(turn):
        return
    value = turn.stage.whole.objects.get(ref)
    does = "reads" if command == "select" else "writes"
    if isinstance(value, Routine):
        why = (
            f"function {ref} is SECURITY DEFINER: it reads and writes as its owner"
            if value.security_definer
            else f"function {ref} reads what its caller may: see the tables that it uses"
        )
    elif isinstance(value, View) and any(
        option.lower() in ("security_invoker=true", "security_invoker=on", "security_invoker=1")
        for option in value.options
    ):
        why = f"view {ref} {does} what its caller may: see the tables that it uses"
    elif isinstance(value, View):
        why = f"view {ref} {does} as its owner: it lacks security_invoker"
    elif isinstance(value, Table):
        why = f"partition {ref} has policies of its own for who names it, and not its table's"
    else:
        why = f"{ref.kind} {ref} knows no row-level security"
    turn.tally.leak(
        Leak(
            object=str(ref),
            command=command,
            persona=turn.persona.name,
            sql=_script(turn, (ref,), before, statement),
            why=why,
            at=ref,
        )
    )


def _is_free(turn: Turn) -> bool:
    """Is the persona's role one that row security does not hold back? It is meant to reach everything."""
    return turn.persona.role in turn.stage.reach.bypassing


def _through(
    turn: Turn, table: Ref, command: str, before: str, statement: str
) -> tuple[str, tuple[Ref, ...]]:
    """What lets it through: policies, found by leaving each out, or that there is none."""
    whole, role = turn.stage.whole, turn.persona.role
    value = whole.objects.get(table)
    if not isinstance(value, Table) or not value.row_security:
        return f"row-level security is not enabled on {table}", ()
    wanted = {"upsert": "insert", "move": "update", "insert-returning": "insert"}.get(command, command)
    commands = {"all", wanted, *(("update",) if command == "upsert" else ())}
    turn.asker.back()
    roles = rights.roles_of(turn.stage.connection, role)
    applying = [
        ref
        for ref, policy in whole.of("policy")
        if isinstance(policy, Policy)
        and (ref.schema, ref.name) == (table.schema, table.name)
        and policy.permissive
        and policy.command in commands
        and (not policy.roles or set(policy.roles) & roles)
    ]
    if not applying:
        return f"role {role} owns {table}, or nothing holds it back", ()
    drops = [f"DROP POLICY {quote_identifier(ref.part)} ON {name_of(table)}; " for ref in applying]
    answers = turn.asker.all([Question(role, statement, before + drop) for drop in drops])
    alone = [ref for ref, answer in zip(applying, answers, strict=True) if answer.value in (FILTER, DENY)]
    found = tuple(alone or applying)
    names = " and ".join(f'policy "{ref.part}" on {table}' for ref in found)
    return f"{names} {'lets' if len(found) == 1 else 'let'} it through", found


def _script(turn: Turn, refs: Iterable[Ref], before: str, statement: str) -> str:
    """SQL to paste into psql, which makes the rows, does it, and takes it back."""
    at, persona = turn.stage, turn.persona
    claims, settings = jwt.claims_of(persona, persona.tenant, at.values)
    tables = reproduce.needed(at.whole, at.shapes, {*refs, *at.tenancy.members})
    given = reproduce.rows(at.maker, at.worlds.values(), tables)
    if "ormony." in persona.fixture:
        given += [
            f"SELECT set_config('ormony.{name}', {reproduce.text(json.dumps(document))}, true);"
            for name, document in stage.documents(at, persona, tables).items()
        ]
    return reproduce.script(given, persona.role, claims, settings, persona.fixture, before, statement)

"""Reads every edge value through generated code, writes it back, and lets PostgreSQL compare.

Run by tests/test_generate_python.py in an environment with the drivers: `round_trips.py DRIVER DSN`, with the
generated packages `db` and `exact` (lossless) on the path. Prints what came of each value as JSON.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from typing import Any

from connecting import connected
from edge_values import OTHERS, TABLES
from pydantic import ValidationError


async def tried(package: str, driver: str, connection: Any) -> dict[str, str]:
    """`table.column literal` -> exact, refused, or what went wrong."""
    models = importlib.import_module(f"{package}.models")
    values = importlib.import_module(f"{package}.values")
    through = importlib.import_module(f"{package}.driver_{driver.partition('-')[0]}")
    found: dict[str, str] = {}
    for table, columns in TABLES.items():
        words = table.split("_")
        name = "".join(each.capitalize() for each in words) if package == "db" else table
        row, insert = getattr(models, f"{name}Row"), getattr(models, f"{name}Insert")
        for column, literals in columns.items():
            [(quoted,)] = await through.run(
                connection, values.Query(("SELECT quote_ident(", "::text)"), (column,))
            )
            type_ = row.__relation__.columns[column]
            others = {each: value for each, value in OTHERS.get(table, {}).items() if each != column}
            for literal in literals:
                written = values.Query(
                    (
                        f"INSERT INTO public.{table} ({', '.join([quoted, *others])}) SELECT ",
                        *(f"::{each}, " for each in [type_, *map(row.__relation__.columns.get, others)][:-1]),
                        f"::{[type_, *map(row.__relation__.columns.get, others)][-1]}"
                        f" RETURNING id::text, textin(record_out(ROW({quoted})))",
                    ),
                    (literal, *others.values()),
                )
                key = f"{package} {table}.{column} {literal[:80]}"
                try:
                    [(first, before)] = await through.run(connection, written)
                except Exception as error:
                    found[key] = f"no value: {error}"
                    continue
                asked = through.selecting(
                    row.__relation__,
                    values.Query((f"(SELECT * FROM public.{table} WHERE id = ", "::int8)"), (first,)),
                )
                try:
                    [answer] = await through.run(connection, asked)
                    read = values.decode(row, answer)
                except ValidationError as error:
                    kinds = {each["type"] for each in error.errors()}
                    found[key] = f"refused {sorted(kinds)}"
                    continue
                given = {
                    name: getattr(read, name)
                    for name, field in row.model_fields.items()
                    if (field.serialization_alias or name) in (column, *others)
                }
                try:
                    back = await through.insert_returning(connection, insert(**given), row)
                except Exception as error:  # is said
                    found[key] = f"not written: {type(error).__name__}: {error}"[:300]
                    continue
                [(after,)] = await through.run(
                    connection,
                    values.Query(
                        (
                            f"SELECT textin(record_out(ROW({quoted}))) FROM public.{table} WHERE id = ",
                            "::int8",
                        ),
                        (str(back.id),),
                    ),
                )
                field = next(iter(each for each in given if each not in others))
                value = given[field]
                if before == after:
                    found[key] = "exact"
                    continue
                [(same,)] = await through.run(
                    connection,
                    values.Query(
                        (
                            f"SELECT (a.{quoted} = b.{quoted})::text FROM public.{table} a, public.{table} b"
                            " WHERE a.id = ",
                            "::int8 AND b.id = ",
                            "::int8",
                        ),
                        (first, str(back.id)),
                    ),
                )
                word = "equal" if same == "true" else "other"
                found[key] = f"{word}: {before} {value!r} {after}"[:300]
    return found


async def main(driver: str, host: str, database: str) -> None:
    found: dict[str, str] = {}
    async with connected(driver, host, database) as connection:
        for package in ("db", "exact") if driver == "asyncpg" else ("db",):
            found |= await tried(package, driver, connection)
    print(json.dumps(found))


asyncio.run(main(*sys.argv[1:]))

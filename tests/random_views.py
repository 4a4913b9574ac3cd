"""Random queries over three small tables: joins of every kind, subqueries, groups, sets, conditions."""

from __future__ import annotations

import random

TABLES = ("one", "two", "three")
COLUMNS = ("id", "must", "may")
SCHEMA = "".join(f"CREATE TABLE {each} (id int NOT NULL, must int NOT NULL, may int);" for each in TABLES)

Scope = dict[str, tuple[str, ...]]  # the columns under each alias
_JOINS = ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN", "LEFT JOIN LATERAL", "JOIN LATERAL")
_SETS = ("UNION", "UNION ALL", "EXCEPT", "INTERSECT")


class RandomViews:
    """Queries that depend on the seed alone."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._aliases = 0

    def rows(self) -> str:
        """SQL that puts four rows into each table, some with nulls."""
        pick = self._random
        return "".join(
            f"INSERT INTO {each} VALUES"
            f" ({pick.randint(0, 3)}, {pick.randint(0, 3)}, {pick.choice(['NULL', '0', '1', '2'])});"
            for each in TABLES
            for _ in range(4)
        )

    def query(self) -> str:
        """A query, nested up to three deep."""
        return self._query(self._random.randint(1, 3), {})[0]

    def _alias(self) -> str:
        self._aliases += 1
        return f"q{self._aliases}"

    def _query(self, depth: int, outer: Scope) -> tuple[str, tuple[str, ...]]:
        chance = self._random.random()
        if depth and chance < 0.12:
            left, mine = self._query(depth - 1, outer)
            right, its = self._query(depth - 1, outer)
            both = min(len(mine), len(its))
            return (
                f"SELECT {', '.join(mine[:both])} FROM ({left}) {self._alias()} {self._random.choice(_SETS)}"
                f" SELECT {', '.join(its[:both])} FROM ({right}) {self._alias()}",
                mine[:both],
            )
        if depth and chance < 0.2:
            inner, columns = self._query(depth - 1, {})
            name = self._alias()
            shown = ", ".join(f"z.{each}" for each in columns)
            joined = f"{name} AS z LEFT JOIN one AS w ON w.id = z.{columns[0]}"
            return f"WITH {name} AS ({inner}) SELECT {shown} FROM {joined}", columns
        source, scope = self._source(depth)
        where = f" WHERE {self._condition(scope)}" if self._random.random() < 0.5 else ""
        if self._random.random() < 0.2:
            return self._grouped(scope, source + where)
        wanted = [self._value({**outer, **scope}) for _ in range(self._random.randint(1, 4))]
        names = tuple(f"o{number}" for number in range(len(wanted)))
        listed = ", ".join(f"{value} AS {name}" for value, name in zip(wanted, names, strict=True))
        tail = self._random.choice(("", "", "", " LIMIT 5"))
        return (
            f"SELECT {self._random.choice(('', '', 'DISTINCT '))}{listed} FROM {source}{where}{tail}",
            names,
        )

    def _grouped(self, scope: Scope, source: str) -> tuple[str, tuple[str, ...]]:
        pick = self._random
        keys = list(dict.fromkeys(self._reference(scope) for _ in range(pick.randint(1, 2))))
        values = list(keys)
        for function in pick.sample(("sum", "max", "min", "count"), 2):
            only = " FILTER (WHERE false)" if pick.random() < 0.2 else ""
            values.append(f"{function}({self._reference(scope)}){only}")
        names = tuple(f"o{number}" for number in range(len(values)))
        listed = ", ".join(f"{value} AS {name}" for value, name in zip(values, names, strict=True))
        all_keys = ", ".join(keys)
        groups = (all_keys, all_keys, f"ROLLUP ({all_keys})", f"GROUPING SETS (({keys[0]}), ({all_keys}))")
        return f"SELECT {listed} FROM {source} GROUP BY {pick.choice(groups)}", names

    def _source(self, depth: int) -> tuple[str, Scope]:
        chance = self._random.random()
        name = self._alias()
        if not depth or chance < 0.3:
            return f"{self._random.choice(TABLES)} AS {name}", {name: COLUMNS}
        if chance < 0.4:
            inner, columns = self._query(depth - 1, {})
            return f"({inner}) AS {name}", {name: columns}
        if chance < 0.45:
            return f"{self._random.choice(TABLES)} AS {name} (k, l)", {name: ("k", "l", "may")}
        if chance < 0.5:
            return f"generate_series(1, 2) AS {name} (g)", {name: ("g",)}
        left, scope = self._source(depth - 1)
        kind = self._random.choice(_JOINS)
        if "LATERAL" in kind:
            inner, columns = self._query(depth - 1, scope)
            both = {**scope, name: columns}
            return f"({left} {kind} ({inner}) AS {name} ON {self._condition(both)})", both
        right, its = self._source(depth - 1)
        both = {**scope, **its}
        if kind == "CROSS JOIN":
            return f"({left} CROSS JOIN {right})", both
        if kind == "FULL JOIN":  # takes no other condition
            return f"({left} FULL JOIN {right} ON {self._reference(scope)} = {self._reference(its)})", both
        return f"({left} {kind} {right} ON {self._condition(both)})", both

    def _reference(self, scope: Scope) -> str:
        alias = self._random.choice(list(scope))
        return f"{alias}.{self._random.choice(scope[alias])}"

    def _condition(self, scope: Scope) -> str:
        one, other = self._reference(scope), self._reference(scope)
        chance = self._random.random()
        if chance < 0.4:
            return f"{one} = {other}"
        if chance < 0.5:
            return f"{one} < {self._random.randint(0, 3)}"
        if chance < 0.7:
            return f"{one} IS {self._random.choice(('NULL', 'NOT NULL'))}"
        if chance < 0.9:
            word = self._random.choice(("AND", "OR"))
            return f"({self._condition(scope)} {word} {self._condition(scope)})"
        return self._random.choice((f"NOT ({one} = {other})", f"{one} IS DISTINCT FROM {other}", "true"))

    def _value(self, scope: Scope) -> str:
        one, other = self._reference(scope), self._reference(scope)
        if self._random.random() < 0.6:
            return one
        condition = self._condition(scope)
        return self._random.choice(
            (
                f"coalesce({one}, {other})",
                f"coalesce({one}, 1)",
                f"CASE WHEN {condition} THEN {one} ELSE {other} END",
                f"CASE WHEN {condition} THEN {one} END",
                f"greatest({one}, {other})",
                f"({one} = {other})::int",
                f"nullif({one}, 1)",
                f"(SELECT max(id) FROM one AS z WHERE z.id = {one})",
                "7",
            )
        )

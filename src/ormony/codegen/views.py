"""What the query of a view says of its columns: where each comes from, whether it can be null, what it takes.

PostgreSQL knows none of this of a view's column; it follows from the query, as `pg_get_viewdef` prints it
with an empty search path: relations in full, columns with their relation's alias where there are several.
What is not certain is not said: a column of another form has no origin and may be null.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

from ormony.catalog import (
    RELATIONS,
    Catalog,
    Column,
    MaterializedView,
    Ref,
    Routine,
    Rule,
    Table,
    Trigger,
    View,
)
from ormony.sql import strings_of, try_parse

Node = dict[str, Any]

ALL: Final = frozenset({"insert", "update", "delete"})
_INSTEAD: Final = 1 << 6  # of a trigger's `timing`
_EVENTS: Final = {4: "insert", 8: "delete", 16: "update"}

_AGGREGATES_LISTED: Final = """
    any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every
    json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique
    json_object_agg_unique_strict jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict
    jsonb_object_agg_unique jsonb_object_agg_unique_strict max min mode percentile_cont percentile_disc
    range_agg range_intersect_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
    regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg"""
_AGGREGATES: Final = frozenset(_AGGREGATES_LISTED.split())
_SETS_LISTED: Final = """
    aclexplode generate_series generate_subscripts json_array_elements json_array_elements_text json_each
    json_each_text json_object_keys json_populate_recordset json_to_recordset jsonb_array_elements
    jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_object_keys jsonb_path_query
    jsonb_path_query_tz jsonb_populate_recordset jsonb_to_recordset regexp_matches regexp_split_to_table
    string_to_table ts_debug ts_stat unnest xpath_table"""
_SETS: Final = frozenset(_SETS_LISTED.split())
# Functions of PostgreSQL's own that never give null.
_NEVER_NULL: Final = frozenset(
    {
        "count",
        "row_number",
        "rank",
        "dense_rank",
        "percent_rank",
        "cume_dist",
        "now",
        "clock_timestamp",
        "gen_random_uuid",
        "random",
    }
)
# Aggregates that are null for no row and for nulls alone: a group has a row.
_OF_A_GROUP: Final = frozenset({"sum", "min", "max", "avg", "bool_and", "bool_or", "every"})
_GATHERING: Final = frozenset({"array_agg", "json_agg", "jsonb_agg"})
_COMPARISONS: Final = frozenset({"=", "<>", "<", ">", "<=", ">="})


class Origin(NamedTuple):
    """A column of a table."""

    schema: str
    table: str
    column: str


class Shown(NamedTuple):
    """A column that a query gives."""

    origin: Origin | None = None  # the table's column that it is, through views too
    not_null: bool = False
    direct: tuple[str, str, str] | None = None  # schema, relation and column in FROM, if it is one
    declared: bool = False  # the table's column says NOT NULL, and nothing on the way can make it null


class Given(NamedTuple):
    """What a query gives: which columns are never null, and whether there is a row for certain."""

    not_null: tuple[bool, ...]
    one_row: bool


_UNKNOWN: Final = Shown()


class _Item:
    """What FROM has under one alias; `columns` None: nobody knows them."""

    def __init__(self, columns: Mapping[str, Shown] | None) -> None:
        self.columns = columns
        self.nulled = False  # on the side of an outer join that may have no row
        self.proved: set[str] = set()  # columns that a condition proves not to be null

    def null(self) -> None:
        """Nothing of it is certain any more: rows may lack it."""
        self.nulled = True
        self.proved.clear()

    def column(self, name: str) -> Shown:
        found = self.columns.get(name, _UNKNOWN) if self.columns is not None else _UNKNOWN
        return found._replace(
            not_null=name in self.proved or (found.not_null and not self.nulled),
            declared=found.declared and not self.nulled,
        )


_Scope = list[dict[str, _Item]]  # aliases, the innermost query's last
_Queries = Mapping[str, Mapping[str, Shown] | None]  # of WITH


class Views:
    """The views of a catalog, each read when it is asked for."""

    def __init__(
        self,
        catalog: Catalog,
        proved: Mapping[Ref, frozenset[str]] | None = None,
        declared: Callable[[Column], bool] = lambda column: column.not_null is not None,
    ) -> None:
        """`proved` are columns of relations that somebody says are not null; `declared` says which columns
        of tables say so themselves.
        """
        self._catalog = catalog
        self._declared = declared
        self._proved = proved or {}
        self._shown: dict[Ref, dict[str, Shown]] = {}
        self._queries: dict[Ref, Node | None] = {}
        self._columns: dict[tuple[str, str], dict[str, Column]] = defaultdict(dict)
        self._instead: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._rules: dict[tuple[str, str], set[str]] = defaultdict(set)
        for ref, value in catalog.objects.items():
            if isinstance(value, Column):
                self._columns[ref.schema, ref.name][ref.part] = value
            elif isinstance(value, Trigger):
                if " INSTEAD OF " in value.definition:
                    self._instead[ref.schema, ref.name] |= _trigger_events(value.definition)
            elif isinstance(value, Rule):
                self._rules[ref.schema, ref.name] |= _rule_events(value.definition)

    def shown(self, ref: Ref) -> Mapping[str, Shown]:
        """The columns of a view; empty where its query is of a form that we do not read."""
        found = self._shown.get(ref)
        if found is None:
            self._shown[ref] = {}  # a view cannot need itself, but a catalog is a file that anybody may write
            found = self._shown[ref] = self._read(ref)
        return found

    def _read(self, ref: Ref) -> dict[str, Shown]:
        value = self._catalog.objects[ref]
        query = self._query(ref)
        if query is None or not isinstance(value, View | MaterializedView):
            return {}
        given = self._of_query(query, [], {})
        if given is None or len(given) != len(value.columns):
            return {}
        proved = self._proved.get(ref, frozenset())
        return {
            name: shown._replace(not_null=True) if name in proved else shown
            for (name, _), (_, shown) in zip(value.columns, given, strict=True)
        }

    def _query(self, ref: Ref) -> Node | None:
        if ref not in self._queries:
            value = self._catalog.objects[ref]
            parsed = try_parse(value.definition) if isinstance(value, View | MaterializedView) else ()
            self._queries[ref] = parsed[0].node.get("SelectStmt") if len(parsed) == 1 else None
        return self._queries[ref]

    # -------------------------------------------------------------------------------------------- null or not

    def _of_query(self, query: Node, outer: _Scope, queries: _Queries) -> list[tuple[str, Shown]] | None:
        """The names and columns that a query gives; None where it has a form that we do not read."""
        queries = self._with(query, outer, queries)
        if query.get("op", "SETOP_NONE") != "SETOP_NONE":
            left = self._of_query(query["larg"], outer, queries)
            right = self._of_query(query["rarg"], outer, queries)
            if left is None or right is None or len(left) != len(right):
                return None
            return [
                (name, Shown(not_null=mine.not_null and other.not_null))
                for (name, mine), (_, other) in zip(left, right, strict=True)
            ]
        if "valuesLists" in query:
            return None
        items: dict[str, _Item] = {}
        for each in query.get("fromClause", ()):
            self._from(each, items, outer, queries)
        scope = [*outer, items]
        grouping = query.get("groupClause", ())
        sets = any("GroupingSet" in each for each in grouping)
        if sets:
            for item in items.values():
                item.null()
        elif "whereClause" in query:
            _prove(query["whereClause"], items)
        given: list[tuple[str, Shown]] = []
        for each in query.get("targetList", ()):
            target = each["ResTarget"]
            value = target["val"]
            if "ColumnRef" in value and any("A_Star" in part for part in value["ColumnRef"]["fields"]):
                all_of = _starred(value["ColumnRef"], items)
                if all_of is None or all_of.columns is None:
                    return None
                given += [(each, all_of.column(each)) for each in all_of.columns]
                continue
            name = target.get("name", "")
            if not name and "ColumnRef" in value:
                name = strings_of(value["ColumnRef"]["fields"])[-1]
            shown = _column(value, scope) or Shown(
                not_null=self._never_null(value, scope, queries, grouped=bool(grouping) and not sets)
            )
            given.append((name, shown))
        return given

    def _with(self, query: Node, outer: _Scope, queries: _Queries) -> _Queries:
        clause = query.get("withClause")
        if clause is None:
            return queries
        known = dict(queries)
        for each in clause["ctes"]:
            inner = each["CommonTableExpr"]
            name = inner["ctename"]
            known[name] = None  # what a recursive query says of itself
            select = inner["ctequery"].get("SelectStmt")
            given = self._of_query(select, outer, known) if select is not None else None
            known[name] = _named(given, inner.get("aliascolnames", ()))
        return known

    def _from(self, node: Node, items: dict[str, _Item], outer: _Scope, queries: _Queries) -> None:
        """Put what FROM names into `items`."""
        if "RangeTableSample" in node:
            node = node["RangeTableSample"]["relation"]
        if "RangeVar" in node:
            inner = node["RangeVar"]
            alias = inner.get("alias", {})
            columns = self._of_relation(inner, alias.get("colnames", ()), queries)
            _put(items, {alias.get("aliasname", inner["relname"]): _Item(columns)})
        elif "RangeSubselect" in node:
            inner = node["RangeSubselect"]
            alias = inner.get("alias", {})
            given = self._of_query(inner["subquery"]["SelectStmt"], [*outer, items], queries)
            _put(items, {alias.get("aliasname", ""): _Item(_named(given, alias.get("colnames", ())))})
        elif "JoinExpr" in node:
            self._join(node["JoinExpr"], items, outer, queries)
        else:
            alias = next(iter(node.values())).get("alias", {})
            _put(items, {alias.get("aliasname", f" {len(items)}"): _Item(None)})

    def _join(self, join: Node, items: dict[str, _Item], outer: _Scope, queries: _Queries) -> None:
        kind = join.get("jointype", "JOIN_INNER")
        left: dict[str, _Item] = {}
        right: dict[str, _Item] = {}
        self._from(join["larg"], left, [*outer, items], queries)
        self._from(join["rarg"], right, [*outer, items, left], queries)
        if "quals" in join and kind == "JOIN_INNER":
            _prove(join["quals"], {**left, **right})
        for item in (
            *(left.values() if kind in ("JOIN_RIGHT", "JOIN_FULL") else ()),
            *(right.values() if kind in ("JOIN_LEFT", "JOIN_FULL") else ()),
        ):
            item.null()
        if "alias" in join:  # it hides what is joined
            _put(items, {join["alias"]["aliasname"]: _Item(None)})
        else:
            _put(items, left)
            _put(items, right)

    def _of_relation(
        self, node: Node, aliases: Sequence[Node], queries: _Queries
    ) -> Mapping[str, Shown] | None:
        schema, name = node.get("schemaname", ""), node["relname"]
        if not schema and name in queries:
            known = queries[name]
            return _named(list(known.items()), aliases) if known is not None else None
        ref = self._relation(schema, name)
        if ref is None:
            return None
        return _named(list(self._of_ref(ref).items()), aliases)

    def _relation(self, schema: str, name: str) -> Ref | None:
        refs = (Ref(kind, schema, name) for kind in RELATIONS)
        return next((ref for ref in refs if ref in self._catalog.objects), None)

    def _of_ref(self, ref: Ref) -> dict[str, Shown]:
        """The columns of a relation of the catalog, in its order."""
        value = self._catalog.objects[ref]
        if isinstance(value, View | MaterializedView):
            known = self.shown(ref)
            proved = self._proved.get(ref, frozenset())
            return {
                name: known.get(name, Shown(not_null=name in proved))._replace(
                    direct=(ref.schema, ref.name, name)
                )
                for name, _ in value.columns
            }
        columns = self._columns.get((ref.schema, ref.name), {})
        proved = self._proved.get(ref, frozenset())
        return {
            name: Shown(
                Origin(ref.schema, ref.name, name),
                refuses_null(columns[name]) or name in proved,
                (ref.schema, ref.name, name),
                self._declared(columns[name]),
            )
            for name in self._catalog.column_order.get(ref) or columns
            if name in columns
        }

    def _never_null(self, value: Node, scope: _Scope, queries: _Queries, *, grouped: bool) -> bool:
        """Whether an expression is certainly not null; `grouped`: every row is of a group with rows."""
        ((kind, inner),) = value.items()

        def every(nodes: Iterable[Node]) -> bool:
            return all(self._never_null(each, scope, queries, grouped=grouped) for each in nodes)

        match kind:
            case "ColumnRef":
                shown = _column(value, scope)
                return shown is not None and shown.not_null
            case "A_Const":
                return not inner.get("isnull", False)
            case "TypeCast":
                return "A_Const" in inner["arg"] and every([inner["arg"]])
            case "NullTest" | "BooleanTest":
                return True
            case "SubLink":
                if inner.get("subLinkType") == "EXPR_SUBLINK":
                    query = inner["subselect"].get("SelectStmt", {})
                    given = (
                        self._of_query(query, scope, queries)
                        if self._is_one_row(query, scope, queries)
                        else None
                    )
                    return given is not None and all(shown.not_null for _, shown in given)
                return bool(inner.get("subLinkType") == "EXISTS_SUBLINK")
            case "CoalesceExpr" | "MinMaxExpr":
                return any(self._never_null(each, scope, queries, grouped=grouped) for each in inner["args"])
            case "BoolExpr":
                return every(inner["args"])
            case "CaseExpr":
                results = [each["CaseWhen"]["result"] for each in inner["args"]]
                return "defresult" in inner and every([*results, inner["defresult"]])
            case "SQLValueFunction":
                return inner.get("op") not in ("SVFOP_CURRENT_SCHEMA", None)
            case "A_Expr":
                return _compares(value) and every([inner["lexpr"], inner["rexpr"]])
            case "FuncCall":
                names = strings_of(inner["funcname"])
                if len(names) > 1 and names[0] != "pg_catalog":
                    return False
                if names[-1] in _NEVER_NULL:
                    return True
                if not grouped or "agg_filter" in inner or "over" in inner:
                    return False
                return names[-1] in _GATHERING or (names[-1] in _OF_A_GROUP and every(inner.get("args", ())))
            case _:
                return False

    def _is_one_row(self, query: Node, outer: _Scope, queries: _Queries) -> bool:
        """Whether a query certainly gives a row: of aggregates without groups, or of no table."""
        if query.get("op", "SETOP_NONE") != "SETOP_NONE" or any(
            each in query
            for each in ("groupClause", "havingClause", "limitCount", "limitOffset", "valuesLists")
        ):
            return False
        targets = query.get("targetList", ())
        if "fromClause" not in query:
            return "whereClause" not in query and not self._gathers(targets)
        items: dict[str, _Item] = {}
        for each in query["fromClause"]:
            self._from(each, items, outer, self._with(query, outer, queries))
        return any(
            kind == "FuncCall" and _is_aggregate(node, items) for kind, node in _nodes(targets)
        ) and not self._gives_sets(targets)

    def of_function(self, routine: Routine) -> Given | None:
        """What the last query of a function in SQL gives; None where its body has another form.

        A name without a schema is PostgreSQL's own only where the function's search path has no other schema,
        or where the server has looked names up already (BEGIN ATOMIC).
        """
        if routine.language != "sql" or self._has_casts:
            return None
        query = _last_query(routine)
        if query is None:
            return None
        if "ReturnStmt" in query:
            value = query["ReturnStmt"].get("returnval", {"A_Const": {"isnull": True}})
            return Given((self._never_null(value, [{}], {}, grouped=False),), True)
        select = query.get("SelectStmt")
        given = self._of_query(select, [], {}) if select is not None else None
        if select is None or given is None:
            return None
        return Given(tuple(shown.not_null for _, shown in given), self._is_one_row(select, [], {}))

    @cached_property
    def _has_casts(self) -> bool:
        """Whether somebody made a cast: it may make null of what a query gives."""
        return any(ref.kind == "cast" for ref in self._catalog.objects)

    # ------------------------------------------------------------------------------------------ what it takes

    def events(
        self,
        ref: Ref,
        columns: frozenset[str] | None = None,
        *,
        triggers: bool,
        seen: frozenset[Ref] = frozenset(),
    ) -> frozenset[str]:
        """What can be done to a relation, or to these columns of it (`pg_relation_is_updatable`).

        `triggers`: whether those INSTEAD OF an event count. Rules INSTEAD always do. `seen` are the views
        above, of which none can be below but in a file that somebody damaged.
        """
        value = self._catalog.objects[ref]
        if isinstance(value, Table):
            return ALL if value.server is None or not self._read_only(value.server) else frozenset()
        found = set(self._rules.get((ref.schema, ref.name), ()))
        if triggers:
            found |= self._instead.get((ref.schema, ref.name), set())
        below = self._base(ref) if isinstance(value, View) else None
        if below is not None and below[0] not in seen:
            base, names = below
            taken = {name: column for name, column in names.items() if columns is None or name in columns}
            events = ALL if taken else frozenset({"delete"})
            found |= events & self.events(
                base, frozenset(taken.values()), triggers=triggers, seen=seen | {ref, base}
            )
        return frozenset(found)

    def _read_only(self, server: str) -> bool:
        value = self._catalog.objects.get(Ref("server", "", server))
        return getattr(value, "wrapper", "") == "file_fdw"

    def base_columns(self, ref: Ref) -> Mapping[str, tuple[Ref, str]]:
        """The column behind each column of an automatically updatable view."""
        below = self._base(ref)
        return {} if below is None else {name: (below[0], column) for name, column in below[1].items()}

    def _base(self, ref: Ref) -> tuple[Ref, dict[str, str]] | None:
        """The one relation that an automatically updatable view shows, and which of its columns."""
        query = self._query(ref)
        value = self._catalog.objects[ref]
        if query is None or not isinstance(value, View):
            return None
        if query.get("op", "SETOP_NONE") != "SETOP_NONE" or any(
            each in query
            for each in (
                "distinctClause",
                "groupClause",
                "havingClause",
                "withClause",
                "limitCount",
                "limitOffset",
                "valuesLists",
            )
        ):
            return None
        sources = query.get("fromClause", ())
        targets = query.get("targetList", ())
        if len(sources) != 1 or "RangeVar" not in sources[0] or len(targets) != len(value.columns):
            return None
        source = sources[0]["RangeVar"]
        base = self._relation(source.get("schemaname", ""), source["relname"])
        if base is None or base.kind == "materialized view" or self._gathers(targets):
            return None
        aliased = _named(list(self._of_ref(base).items()), source.get("alias", {}).get("colnames", ())) or {}
        names = {}
        for (name, _), target in zip(value.columns, targets, strict=True):
            value_node = target["ResTarget"]["val"]
            if "ColumnRef" in value_node:
                column = strings_of(value_node["ColumnRef"]["fields"])[-1:]
                shown = aliased.get(column[0]) if column else None
                if shown is not None and shown.direct is not None:
                    names[name] = shown.direct[2]
        return base, names

    def _gives_sets(self, targets: Sequence[Node]) -> bool:
        """Whether a target list has a function that gives any number of rows."""
        for kind, node in _nodes(targets):
            if kind == "FuncCall":
                parts = tuple(strings_of(node["funcname"]))
                own = len(parts) == 1 or parts[0] == "pg_catalog"
                if (own and parts[-1] in _SETS) or (not own and parts not in self._plain_functions):
                    return True
        return False

    @cached_property
    def _plain_functions(self) -> frozenset[tuple[str, ...]]:
        """Functions of somebody's that give one value."""
        return (
            frozenset(
                (ref.schema, ref.name)
                for ref, value in self._catalog.objects.items()
                if isinstance(value, Routine)
            )
            - self._gathering_functions
        )

    def _gathers(self, targets: Sequence[Node]) -> bool:
        """Whether a target list has an aggregate, a window function or one that gives several rows."""
        for kind, node in _nodes(targets):
            if kind in ("GroupingFunc", "JsonArrayAgg", "JsonObjectAgg"):
                return True
            if kind == "FuncCall":
                parts = tuple(strings_of(node["funcname"]))
                if "over" in node or "agg_star" in node or "agg_filter" in node or "agg_distinct" in node:
                    return True
                own = len(parts) == 1 or parts[0] == "pg_catalog"
                if own and parts[-1] in _AGGREGATES | _SETS:
                    return True
                if parts in self._gathering_functions:
                    return True
        return False

    @cached_property
    def _gathering_functions(self) -> frozenset[tuple[str, ...]]:
        """Aggregates of somebody's and functions that return sets."""
        return frozenset(
            (ref.schema, ref.name)
            for ref, value in self._catalog.objects.items()
            if ref.kind == "aggregate" or (isinstance(value, Routine) and value.returns_set)
        )


def _put(items: dict[str, _Item], more: Mapping[str, _Item]) -> None:
    """Add items; nothing is known of two tables of different schemas that are called the same."""
    for name, item in more.items():
        items[name] = item if name not in items else _Item(None)


def refuses_null(column: Column) -> bool:
    """Whether no row that a query of the table gives has null there.

    A NOT NULL that is NOT VALID says nothing of old rows, and one with NO INHERIT nothing of children's.
    """
    if column.identity is not None:
        return True
    found = column.not_null
    return found is not None and found.valid and not found.no_inherit


def _named(given: Iterable[tuple[str, Shown]] | None, aliases: Sequence[Node]) -> dict[str, Shown] | None:
    """Columns by name, the first of them by the names of an alias."""
    if given is None:
        return None
    names = strings_of(aliases)
    found: dict[str, Shown] = {}
    for place, (name, shown) in enumerate(given):
        found[names[place] if place < len(names) else name] = shown
    return found


def _item(value: Node, items: Mapping[str, _Item]) -> tuple[_Item, str] | None:
    """Which item and column a reference names; the item need not be named where there is one."""
    if "ColumnRef" not in value:
        return None
    parts = strings_of(value["ColumnRef"]["fields"])
    if len(parts) == 1 and len(items) == 1:
        return next(iter(items.values())), parts[0]
    if len(parts) == 2 and parts[0] in items:
        return items[parts[0]], parts[1]
    return None


def _column(value: Node, scope: _Scope) -> Shown | None:
    """The column that an expression is, and nothing but."""
    if "ColumnRef" not in value:
        return None
    found = _item(value, scope[-1])
    if found is None and len(value["ColumnRef"]["fields"]) > 1:  # of a query around this one
        found = next((each for items in scope[-2::-1] if (each := _item(value, items))), None)
    return found[0].column(found[1]) if found is not None else _UNKNOWN


def _prove(condition: Node, items: Mapping[str, _Item]) -> None:
    """Remember columns that cannot be null where the condition is true."""
    if "BoolExpr" in condition:
        inner = condition["BoolExpr"]
        if inner["boolop"] == "AND_EXPR":
            for each in inner["args"]:
                _prove(each, items)
    elif "NullTest" in condition:
        inner = condition["NullTest"]
        if inner["nulltesttype"] == "IS_NOT_NULL":
            _proved(inner["arg"], items)
    elif _compares(condition):
        for side in ("lexpr", "rexpr"):
            _proved(condition["A_Expr"].get(side, {}), items)


def _proved(value: Node, items: Mapping[str, _Item]) -> None:
    found = _item(value, items)
    if found is not None:
        found[0].proved.add(found[1])


def _compares(value: Node) -> bool:
    """Whether it is a comparison by an operator of PostgreSQL's own: all of those are strict, and give null
    for nulls alone.
    """
    inner = value.get("A_Expr", {})
    return inner.get("kind") == "AEXPR_OP" and strings_of(inner.get("name", ())) in (
        [each] for each in _COMPARISONS
    )


def _nodes(top: object) -> Iterator[tuple[str, Node]]:
    """Every node below, by kind, but for those of subqueries."""
    stack: list[object] = [top]
    while stack:
        current = stack.pop()
        if isinstance(current, list | tuple):
            stack.extend(current)
        elif isinstance(current, dict):
            for key, value in current.items():
                if isinstance(value, dict) and key != "SubLink":
                    yield key, value
                if key != "SubLink":
                    stack.append(value)


def _starred(reference: Node, items: Mapping[str, _Item]) -> _Item | None:
    """What `*` or `alias.*` means, where it is one item."""
    parts = strings_of(reference["fields"])
    if not parts and len(items) == 1:
        return next(iter(items.values()))
    return items.get(parts[0]) if len(parts) == 1 else None


def _is_aggregate(call: Node, items: Mapping[str, _Item]) -> bool:
    """Whether a call is certainly an aggregate of the query that has these items, and of none around it."""
    names = strings_of(call["funcname"])
    if "over" in call or names[-1] not in _AGGREGATES or (len(names) > 1 and names[0] != "pg_catalog"):
        return False
    if "agg_star" in call:
        return True
    for kind, node in _nodes(call.get("args", ())):
        if kind == "ColumnRef":
            found = _item({kind: node}, items)
            if found is not None and found[0].columns is not None and found[1] in found[0].columns:
                return True
    return False


_OWN_PATHS: Final = frozenset({"", "pg_catalog", "pg_temp"})


def _last_query(routine: Routine) -> Node | None:
    """The last statement of a function in SQL, where names in it mean what they seem to mean."""
    if not routine.body:
        for raw in try_parse(routine.definition):
            body = raw.node.get("CreateFunctionStmt", {}).get("sql_body", {})
            while "List" in body and body["List"].get("items"):
                body = body["List"]["items"][-1]
            return body if body else None
        return None
    paths = [each.partition("=")[2] for each in routine.settings if each.startswith("search_path=")]
    if not paths or any(name.strip().strip('"') not in _OWN_PATHS for name in paths[0].split(",")):
        return None
    statements = try_parse(routine.body)
    return statements[-1].node if statements else None


def _trigger_events(definition: str) -> set[str]:
    for raw in try_parse(definition):
        inner = raw.node.get("CreateTrigStmt", {})
        if inner.get("timing", 0) & _INSTEAD:
            return {event for bit, event in _EVENTS.items() if inner.get("events", 0) & bit}
    return set()


def _rule_events(definition: str) -> set[str]:
    """The event that a rule without a condition does something else instead of."""
    for raw in try_parse(definition):
        inner = raw.node.get("RuleStmt", {})
        if inner.get("instead") and "whereClause" not in inner:
            return {inner["event"].removeprefix("CMD_").lower()} & ALL
    return set()

"""SQL as text: quoting, statements and their places, what each one creates, uses, alters and drops.

It alone knows the parser (`reading.py`). Nothing here connects, runs SQL or opens a file; names are resolved
by the search path alone (`naming.py`), never against a catalog. What is asked of a text is a function of its
trees: `effects.py`, `running.py`, `details.py`, `table_parts.py`, `conditions.py`.
"""

from ormony.sql.conditions import Condition, asked_once, condition
from ormony.sql.details import EnumValue, added_value, literals, trigger_arguments
from ormony.sql.effects import Facts, facts
from ormony.sql.keeping import keep_array_casts, keep_nesting
from ormony.sql.lifting import Lifted, lift_foreign_keys
from ormony.sql.naming import Name, object_name
from ormony.sql.plpgsql import plpgsql_queries
from ormony.sql.quoting import quote_identifier, quote_literal
from ormony.sql.reading import Node, Statement, same_code, statements, strings_of, try_parse, words
from ormony.sql.running import (
    BREAKPOINT,
    changes_data,
    cluster_wide,
    non_transactional,
    search_path_of_session,
    split_breakpoints,
    strip_wrapper,
    transaction_control,
)
from ormony.sql.table_parts import Part, parts

__all__ = [
    "BREAKPOINT",
    "Condition",
    "EnumValue",
    "Facts",
    "Lifted",
    "Name",
    "Node",
    "Part",
    "Statement",
    "added_value",
    "asked_once",
    "changes_data",
    "cluster_wide",
    "condition",
    "facts",
    "keep_array_casts",
    "keep_nesting",
    "lift_foreign_keys",
    "literals",
    "non_transactional",
    "object_name",
    "parts",
    "plpgsql_queries",
    "quote_identifier",
    "quote_literal",
    "same_code",
    "search_path_of_session",
    "split_breakpoints",
    "statements",
    "strings_of",
    "strip_wrapper",
    "transaction_control",
    "trigger_arguments",
    "try_parse",
    "words",
]

"""One function per verb: what the command line calls, and what a program may call.

Each takes a `Project` and plain options, and returns a value (`results.py`); none prints and none exits.
`progress(what, done, total)` and `talk(sentence)` are told what goes on.

What talks with PostgreSQL, and each tool's adapter, is imported where it is used: the driver alone takes
longer to load than `status` has to do, and most projects have two adapters of four.
"""

from ormony.commands.comparing import changed_scripts
from ormony.commands.deploying import Talk, deploy
from ormony.commands.differing import diff, snapshot
from ormony.commands.freezing import frozen_paths
from ormony.commands.local import db_down, db_prepare, db_psql, db_reset, db_up, db_url
from ormony.commands.merging import sync
from ormony.commands.results import (
    DatabaseDeployed,
    DatabaseLine,
    Databases,
    DatabaseStatus,
    Deployed,
    DiffChange,
    Difference,
    DiffStatement,
    Initialized,
    Mirrored,
    MirrorEdit,
    Pasted,
    Reason,
    Refused,
    Result,
    Reverted,
    ServiceLine,
    ServiceStatus,
    Snapshot,
    Status,
    StreamStatus,
    Synced,
    Text,
    Unmerged,
)
from ormony.commands.reverting import revert
from ormony.commands.standing import status
from ormony.commands.starting import init

__all__ = [
    "DatabaseDeployed",
    "DatabaseLine",
    "DatabaseStatus",
    "Databases",
    "Deployed",
    "DiffChange",
    "DiffStatement",
    "Difference",
    "Initialized",
    "MirrorEdit",
    "Mirrored",
    "Pasted",
    "Reason",
    "Refused",
    "Result",
    "Reverted",
    "ServiceLine",
    "ServiceStatus",
    "Snapshot",
    "Status",
    "StreamStatus",
    "Synced",
    "Talk",
    "Text",
    "Unmerged",
    "changed_scripts",
    "db_down",
    "db_prepare",
    "db_psql",
    "db_reset",
    "db_up",
    "db_url",
    "deploy",
    "diff",
    "frozen_paths",
    "init",
    "revert",
    "snapshot",
    "status",
    "sync",
]

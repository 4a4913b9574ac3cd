"""Types and typed function wrappers of a catalog: one file for each language, one line in `GENERATORS`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ormony.catalog import Catalog
    from ormony.codegen.options import Generated, Options

# language -> the module whose `generate(described, options)` writes it; loaded when it is asked for
GENERATORS: Final[Mapping[str, str]] = {
    "typescript": "ormony.codegen.typescript",
    "python": "ormony.codegen.python",
    "rust": "ormony.codegen.rust",
}


def generate(catalog: Catalog, options: Options) -> Generated:
    """The files of one `[generate.NAME]` and what its user should know. Writes nothing."""
    from ormony.codegen.describe import describe
    from ormony.codegen.options import Generated

    described, notices = describe(catalog, options)
    generated: Generated = importlib.import_module(GENERATORS[options.language]).generate(described, options)
    return Generated(files=generated.files, notices=(*notices, *generated.notices))

"""Types and typed function wrappers of a catalog: one file for each language, one line in `GENERATORS`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ormony.catalog import Catalog
    from ormony.codegen.described import Described, Notice
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

    return written(*describe(catalog, options), options)


def written(described: Described, notices: tuple[Notice, ...], options: Options) -> Generated:
    """The files for what `describe` gave: two languages may be written of one description."""
    from ormony.codegen.options import Generated

    generated: Generated = importlib.import_module(GENERATORS[options.language]).generate(described, options)
    return Generated(files=generated.files, notices=(*notices, *generated.notices))

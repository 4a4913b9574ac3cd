"""A catalog as JSON and back, and its fingerprint: to keep, to commit, to compare with later.

One object per line, by name, so that two snapshots differ in git where their databases do. Passwords are
never in it: see `redacted`. This module reads and writes no file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from ormony.catalog import Catalog, Grant, Object, Ref, Subscription, UserMapping
from ormony.errors import OrmonyError

FORMAT: Final = 1
# The fields that say what a database is; the others help to render and order.
_COMPARED: Final = ("objects", "comments", "owners", "grants", "labels")
_HASHED: Final = "sha256:"


class _Document(msgspec.Struct, kw_only=True):
    """The file, field by field; mappings as pairs, for a reference is no JSON key."""

    ormony_snapshot: int
    version: int
    role: str
    objects: list[tuple[Ref, Object]]
    comments: list[tuple[Ref, str]] = []
    owners: list[tuple[Ref, str]] = []
    grants: list[tuple[Ref, tuple[Grant, ...]]] = []
    labels: list[tuple[Ref, tuple[tuple[str, str], ...]]] = []
    unmodelled: dict[str, str] = {}
    column_order: list[tuple[Ref, tuple[str, ...]]] = []
    depends: list[tuple[Ref, tuple[Ref, ...]]] = []
    unseen: tuple[str, ...] = ()


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(_Document)


def encode(catalog: Catalog) -> bytes:
    """The catalog as UTF-8 JSON, format 1, sorted, secrets replaced by their hashes, with a final newline."""
    catalog = redacted(catalog)
    head = {"ormony_snapshot": FORMAT, "version": catalog.version, "role": catalog.role}
    lines = [_ENCODER.encode(head)[:-1]]
    for field in (*_COMPARED, "column_order", "depends"):
        pairs = b",\n".join(_lines(getattr(catalog, field)))
        lines.append(b'"%s":[\n%s\n]' % (field.encode(), pairs))
    lines.append(b'"unmodelled":' + _ENCODER.encode(dict(sorted(catalog.unmodelled.items()))))
    lines.append(b'"unseen":' + _ENCODER.encode(catalog.unseen))
    return b",\n".join(lines) + b"}\n"


def decode(data: bytes, place: str | None = None) -> Catalog:
    """The catalog of a snapshot; `place` names the file in errors.

    Raises:
        OrmonyError: `bad-snapshot` when it is none, or of a format that this version does not read.
    """
    try:
        head = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        number = msgspec.json.decode(head.get("ormony_snapshot", msgspec.Raw(b"0")))
        if number != FORMAT:
            raise OrmonyError(
                "bad-snapshot",
                f"this is not a snapshot of format {FORMAT}"
                if not number
                else f"the snapshot has format {number}, and this version of ormony reads {FORMAT}",
                hint="ormony snapshot SOURCE -o FILE   # writes one",
                place=place,
                exit_status=2,
            )
        document = _DECODER.decode(data)
    except msgspec.MsgspecError as error:
        raise OrmonyError(
            "bad-snapshot",
            f"the snapshot cannot be read: {error}",
            hint="ormony snapshot SOURCE -o FILE   # writes it again",
            place=place,
            exit_status=2,
        ) from error
    return Catalog(
        version=document.version,
        role=document.role,
        objects=dict(document.objects),
        comments=dict(document.comments),
        owners=dict(document.owners),
        grants=dict(document.grants),
        labels=dict(document.labels),
        unmodelled=document.unmodelled,
        column_order=dict(document.column_order),
        depends=dict(document.depends),
        unseen=document.unseen,
    )


def fingerprint(catalog: Catalog) -> str:
    """A SHA-256 in hexadecimal of what the database is: equal databases have equal ones, whatever read
    them."""
    digest = hashlib.sha256()
    catalog = redacted(catalog)
    for field in _COMPARED:
        for line in _lines(getattr(catalog, field)):
            digest.update(line + b"\n")
        digest.update(b"\n")
    digest.update(_ENCODER.encode(sorted(catalog.unmodelled.items())))
    return digest.hexdigest()


def redacted(catalog: Catalog) -> Catalog:
    """The catalog with hashes in place of what may hold a password: connections, options of user mappings."""
    changed: dict[Ref, Object] = {}
    for ref, value in catalog.objects.items():
        match value:
            case Subscription(connection=connection) if connection:
                changed[ref] = msgspec.structs.replace(value, connection=_hash(connection))
            case UserMapping(options=options) if options:
                hidden = tuple((name, _hash(text)) for name, text in options)
                changed[ref] = msgspec.structs.replace(value, options=hidden)
            case _:
                pass
    if not changed:
        return catalog
    return msgspec.structs.replace(catalog, objects={**catalog.objects, **changed})


def _hash(text: str) -> str:
    return text if text.startswith(_HASHED) else _HASHED + hashlib.sha256(text.encode()).hexdigest()


def _lines(mapping: Mapping[Ref, Any]) -> Iterable[bytes]:
    return (_ENCODER.encode(pair) for pair in sorted(mapping.items(), key=lambda pair: pair[0]))

"""Datasets and their documents. Each function runs in the transaction of the session that it is given."""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.dataset import Dataset, Document, ProcessingJob


class NotFound(Exception):
    """There is no such dataset or document."""


async def owned_by(session: AsyncSession, owner_id: str) -> Sequence[Dataset]:
    """The datasets of a user, by name."""
    rows = await session.scalars(
        select(Dataset).where(col(Dataset.owner_id) == owner_id).order_by(col(Dataset.name))
    )
    return rows.all()


async def dataset(session: AsyncSession, dataset_id: UUID) -> Dataset:
    """The dataset with this id. Raises NotFound."""
    found = await session.get(Dataset, dataset_id)
    if found is None:
        raise NotFound(f'there is no dataset "{dataset_id}"')
    return found


async def document(session: AsyncSession, document_id: UUID) -> Document:
    """The document with this id. Raises NotFound."""
    found = await session.get(Document, document_id)
    if found is None:
        raise NotFound(f'there is no document "{document_id}"')
    return found


async def documents(session: AsyncSession, dataset_id: UUID) -> Sequence[Document]:
    """The documents of a dataset, by title. Raises NotFound when there is no such dataset."""
    await dataset(session, dataset_id)
    rows = await session.scalars(
        select(Document).where(col(Document.dataset_id) == dataset_id).order_by(col(Document.title))
    )
    return rows.all()


async def jobs(session: AsyncSession, document_id: UUID) -> Sequence[ProcessingJob]:
    """The jobs of a document, the oldest first. Raises NotFound when there is no such document."""
    await document(session, document_id)
    rows = await session.scalars(
        select(ProcessingJob)
        .where(col(ProcessingJob.document_id) == document_id)
        .order_by(col(ProcessingJob.created_at))
    )
    return rows.all()


async def add_document(
    session: AsyncSession,
    dataset_id: UUID,
    *,
    title: str,
    content: str,
    mime_type: str,
    attributes: dict[str, Any],
) -> Document:
    """Add a document and queue the job that processes it. Raises NotFound when there is no such dataset."""
    await dataset(session, dataset_id)
    raw = content.encode()
    added = Document(
        datasetId=dataset_id,
        title=title,
        content=content,
        mimeType=mime_type,
        sizeBytes=len(raw),
        checksum=hashlib.sha256(raw).hexdigest(),
        attributes=attributes,
    )
    session.add(added)
    await session.flush()
    session.add(ProcessingJob(documentId=added.id))
    await session.flush()
    return added

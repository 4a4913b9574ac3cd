"""Tables of the database fltr, which this service owns.

There is no migration tool here: `ormony sync` writes the migrations of fltr from what these models say.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Enum, Index, MetaData, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

# Constraints get the same names wherever the tables are made.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class DataModel(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """What the tables of fltr have in common: this metadata, apart from that of fltr_auth."""


metadata = DataModel.metadata


def now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


class JobStatus(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Dataset(DataModel, table=True):
    """A collection of documents that a user owns."""

    __tablename__ = "datasets"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: UUID = Field(
        default_factory=uuid4, primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")}
    )
    # users.id of fltr_auth. No foreign key leads to another database; ormony.toml declares it, `check` watches it.
    owner_id: str = Field(alias="ownerId")
    name: str = Field(max_length=200)
    description: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    is_public: bool = Field(
        alias="isPublic", default=False, sa_column_kwargs={"server_default": text("false")}
    )
    created_at: datetime = Field(
        alias="createdAt",
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )
    updated_at: datetime = Field(
        alias="updatedAt",
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now(), "onupdate": func.now()},
    )


class Document(DataModel, table=True):
    """One text of a dataset."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("dataset_id", "checksum"),
        CheckConstraint("size_bytes >= 0", name="size_bytes_not_negative"),
    )

    id: UUID = Field(
        default_factory=uuid4, primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")}
    )
    dataset_id: UUID = Field(alias="datasetId", foreign_key="datasets.id", ondelete="CASCADE")
    title: str = Field(max_length=300)
    content: str
    mime_type: str = Field(
        alias="mimeType", default="text/plain", sa_column_kwargs={"server_default": text("'text/plain'")}
    )
    size_bytes: int = Field(alias="sizeBytes", sa_type=BigInteger)
    checksum: str = Field(max_length=64, description="SHA-256 of the content, in hex")
    attributes: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default=text("'{}'::jsonb"))
    )
    created_at: datetime = Field(
        alias="createdAt",
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )


class ProcessingJob(DataModel, table=True):
    """Work to be done on a document; each new document gets one."""

    __tablename__ = "processing_jobs"
    __table_args__ = (
        Index("ix_processing_jobs_queue", "created_at", postgresql_where=text("status = 'queued'")),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
    )

    id: UUID = Field(
        default_factory=uuid4, primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")}
    )
    document_id: UUID = Field(
        alias="documentId", foreign_key="documents.id", ondelete="CASCADE", index=True
    )
    status: JobStatus = Field(
        default=JobStatus.QUEUED,
        sa_column=Column(
            Enum(JobStatus, name="job_status", values_callable=lambda status: [each.value for each in status]),
            nullable=False,
            server_default=text("'queued'"),
        ),
    )
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    error: str | None = None
    created_at: datetime = Field(
        alias="createdAt",
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )
    finished_at: datetime | None = Field(
        alias="finishedAt", default=None, sa_type=DateTime(timezone=True)
    )

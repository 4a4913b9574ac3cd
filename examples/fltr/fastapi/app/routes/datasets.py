"""Datasets of a user, their documents, and the jobs that process these."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter

from app import credits, datasets
from app.databases import AuthSession, DataSession
from app.models.dataset import Dataset, Document, ProcessingJob
from app.routes.bodies import DatasetChange, DocumentChange, NewDataset, NewDocument

router = APIRouter(tags=["datasets"])


@router.get("/users/{user_id}/datasets")
async def read_datasets(user_id: str, session: DataSession) -> Sequence[Dataset]:
    return await datasets.owned_by(session, user_id)


@router.post("/users/{user_id}/datasets", status_code=201)
async def add_dataset(user_id: str, body: NewDataset, auth: AuthSession, session: DataSession) -> Dataset:
    # In place of the foreign key that cannot be: the user is in another database.
    await credits.check_user(auth, user_id)
    added = Dataset(ownerId=user_id, name=body.name, description=body.description, isPublic=body.is_public)
    async with session.begin():
        session.add(added)
    return added


@router.get("/datasets/{dataset_id}")
async def read_dataset(dataset_id: UUID, session: DataSession) -> Dataset:
    return await datasets.dataset(session, dataset_id)


@router.patch("/datasets/{dataset_id}")
async def change_dataset(dataset_id: UUID, body: DatasetChange, session: DataSession) -> Dataset:
    async with session.begin():
        found = await datasets.dataset(session, dataset_id)
        for name, value in body.model_dump(exclude_none=True).items():
            setattr(found, name, value)
        await session.flush()
        await session.refresh(found)
    return found


@router.delete("/datasets/{dataset_id}", status_code=204)
async def remove_dataset(dataset_id: UUID, session: DataSession) -> None:
    async with session.begin():
        await session.delete(await datasets.dataset(session, dataset_id))


@router.get("/datasets/{dataset_id}/documents")
async def read_documents(dataset_id: UUID, session: DataSession) -> Sequence[Document]:
    return await datasets.documents(session, dataset_id)


@router.post("/datasets/{dataset_id}/documents", status_code=201)
async def add_document(dataset_id: UUID, body: NewDocument, session: DataSession) -> Document:
    async with session.begin():
        return await datasets.add_document(
            session,
            dataset_id,
            title=body.title,
            content=body.content,
            mime_type=body.mime_type,
            attributes=body.attributes,
        )


@router.get("/documents/{document_id}")
async def read_document(document_id: UUID, session: DataSession) -> Document:
    return await datasets.document(session, document_id)


@router.patch("/documents/{document_id}")
async def change_document(document_id: UUID, body: DocumentChange, session: DataSession) -> Document:
    async with session.begin():
        found = await datasets.document(session, document_id)
        for name, value in body.model_dump(exclude_none=True).items():
            setattr(found, name, value)
    return found


@router.delete("/documents/{document_id}", status_code=204)
async def remove_document(document_id: UUID, session: DataSession) -> None:
    async with session.begin():
        await session.delete(await datasets.document(session, document_id))


@router.get("/documents/{document_id}/jobs")
async def read_jobs(document_id: UUID, session: DataSession) -> Sequence[ProcessingJob]:
    return await datasets.jobs(session, document_id)

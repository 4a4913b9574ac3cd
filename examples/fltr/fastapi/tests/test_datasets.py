"""Datasets and documents over HTTP and a real database."""

import hashlib
from typing import Any
from uuid import uuid4

from httpx import AsyncClient


async def new_dataset(client: AsyncClient, user: str, name: str) -> dict[str, Any]:
    answer = await client.post(f"/users/{user}/datasets", json={"name": name})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_dataset_is_made_read_changed_and_removed(client: AsyncClient, user: str) -> None:
    made = await new_dataset(client, user, "Poems")
    assert (made["ownerId"], made["isPublic"]) == (user, False)
    path = f"/datasets/{made['id']}"
    assert (await client.get(path)).json() == made
    changed = (await client.patch(path, json={"isPublic": True})).json()
    assert (changed["name"], changed["isPublic"]) == ("Poems", True)
    assert changed["updatedAt"] > made["updatedAt"]
    assert (await client.get(f"/users/{user}/datasets")).json() == [changed]
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_a_dataset_belongs_to_a_user_of_the_other_database(client: AsyncClient) -> None:
    answer = await client.post("/users/nobody/datasets", json={"name": "Poems"})
    assert (answer.status_code, answer.json()["detail"]) == (404, 'there is no user "nobody"')


async def test_a_name_is_free_once_for_each_user(client: AsyncClient, user: str) -> None:
    await new_dataset(client, user, "Poems")
    assert (await client.post(f"/users/{user}/datasets", json={"name": "Poems"})).status_code == 409


async def test_documents_are_added_with_a_job_and_go_with_their_dataset(client: AsyncClient, user: str) -> None:
    made = await new_dataset(client, user, "Poems")
    content = "Freude, schöner Götterfunken"
    body = {"title": "Ode", "content": content, "attributes": {"lang": "de"}}
    answer = await client.post(f"/datasets/{made['id']}/documents", json=body)
    assert answer.status_code == 201, answer.text
    document = answer.json()
    raw = content.encode()
    assert (document["sizeBytes"], document["checksum"]) == (len(raw), hashlib.sha256(raw).hexdigest())
    path = f"/documents/{document['id']}"
    (job,) = (await client.get(f"{path}/jobs")).json()
    assert (job["status"], job["attempts"], job["finishedAt"]) == ("queued", 0, None)
    changed = (await client.patch(path, json={"title": "To Joy", "attributes": {"year": 1785}})).json()
    assert (changed["title"], changed["attributes"]) == ("To Joy", {"year": 1785})
    assert (await client.get(f"/datasets/{made['id']}/documents")).json() == [changed]
    again = await client.post(f"/datasets/{made['id']}/documents", json=body)
    assert again.status_code == 409
    assert (await client.delete(f"/datasets/{made['id']}")).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_a_document_is_removed(client: AsyncClient, user: str) -> None:
    made = await new_dataset(client, user, "Poems")
    added = await client.post(f"/datasets/{made['id']}/documents", json={"title": "Ode", "content": "x"})
    path = f"/documents/{added.json()['id']}"
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_requests_that_make_no_sense_are_refused(client: AsyncClient, user: str) -> None:
    for body in ({}, {"name": ""}, {"name": "x" * 201}, {"name": "x", "ownerId": "somebody else"}):
        assert (await client.post(f"/users/{user}/datasets", json=body)).status_code == 422
    made = await new_dataset(client, user, "Poems")
    for body in ({"title": "x"}, {"title": "x", "content": "y", "mimeType": "no type"}):
        answer = await client.post(f"/datasets/{made['id']}/documents", json=body)
        assert answer.status_code == 422
    missing = await client.post(f"/datasets/{uuid4()}/documents", json={"title": "x", "content": "y"})
    assert missing.status_code == 404

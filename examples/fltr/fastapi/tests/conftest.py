"""The application over the two real databases that AUTH_DATABASE_URL and DATA_DATABASE_URL name."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.databases import Databases
from app.main import create_app
from app.models.credits import User

NewUser = Callable[[], Awaitable[str]]


@pytest.fixture(scope="session")
async def client() -> AsyncIterator[AsyncClient]:
    """Speaks with the application as the Next.js service does."""
    os.environ.setdefault("API_TOKEN", "token-of-the-tests")
    app = create_app()
    headers = {"Authorization": f"Bearer {os.environ['API_TOKEN']}"}
    async with app.router.lifespan_context(app):
        async with AsyncClient(
            transport=ASGITransport(app), base_url="http://fltr", headers=headers, timeout=60
        ) as client:
            yield client


@pytest.fixture(scope="session")
def databases(client: AsyncClient) -> Databases:
    """The databases of the application."""
    transport = client._transport
    assert isinstance(transport, ASGITransport)
    # httpx types an application as any ASGI callable; this one is FastAPI's.
    found = transport.app.state.databases  # type: ignore[attr-defined]
    assert isinstance(found, Databases)
    return found


@pytest.fixture
async def auth(databases: Databases) -> AsyncIterator[AsyncSession]:
    """A session with fltr_auth."""
    async with databases.auth_sessions() as session:
        yield session


@pytest.fixture
async def user(auth: AsyncSession) -> str:
    """The id of a new user."""
    name = f"user-{uuid4()}"
    async with auth.begin():
        auth.add(User(id=name, name="Ada", email=f"{name}@example.com"))
    return name

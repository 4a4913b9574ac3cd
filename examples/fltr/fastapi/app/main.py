"""The program: `uvicorn --factory app.main:create_app`.

    AUTH_DATABASE_URL   fltr_auth, which the Next.js service owns
    DATA_DATABASE_URL   fltr, which this service owns
    API_TOKEN           what callers send as `Authorization: Bearer …`; the Next.js service has it, no browser does
"""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.exc import IntegrityError

from app.credits import NotEnoughCredits, ReferenceTaken, UnknownUser
from app.databases import from_environment
from app.datasets import NotFound
from app.routes import credits, datasets

STATUS = {UnknownUser: 404, NotFound: 404, NotEnoughCredits: 402, ReferenceTaken: 409}


def create_app() -> FastAPI:
    """The application, on the databases that the environment names. Raises SystemExit when a variable is not set."""
    token = os.environ.get("API_TOKEN")
    if not token:
        raise SystemExit("API_TOKEN is not set")
    databases = from_environment()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await databases.dispose()

    async def check_token(
        given: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
    ) -> None:
        if not secrets.compare_digest(given.credentials.encode(), token.encode()):
            raise HTTPException(401, "this token is not valid")

    app = FastAPI(title="FLTR", lifespan=lifespan, dependencies=[Depends(check_token)])
    app.state.databases = databases
    app.include_router(credits.router)
    app.include_router(datasets.router)
    for kind in STATUS:
        app.add_exception_handler(kind, _refused)
    app.add_exception_handler(IntegrityError, _in_the_way)
    return app


async def _refused(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, STATUS[type(error)])


async def _in_the_way(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "this is there already, or what it belongs to is gone"}, 409)

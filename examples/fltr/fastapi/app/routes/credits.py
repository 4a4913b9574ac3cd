"""Credits of a user: balance, purchase, spend, history; and the teams that the user owns."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic.alias_generators import to_camel

from app import credits
from app.databases import AuthSession
from app.generated.functions_sqlalchemy import credit_summary
from app.models.credits import CreditTransaction, Team, UserCredits
from app.routes.bodies import Purchase, Spend

router = APIRouter(prefix="/users/{user_id}", tags=["credits"])


@router.get("/credits")
async def read_balance(user_id: str, session: AuthSession) -> UserCredits:
    await credits.check_user(session, user_id)
    return await credits.balance(session, user_id) or UserCredits(userId=user_id)


@router.get("/credits/history")
async def read_history(
    user_id: str, session: AuthSession, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> Sequence[CreditTransaction]:
    await credits.check_user(session, user_id)
    return await credits.history(session, user_id, limit)


@router.get("/credits/summary")
async def read_summary(user_id: str, session: AuthSession) -> list[dict[str, object]]:
    """What the user has booked so far, by kind: a function of the database, called by generated code."""
    await credits.check_user(session, user_id)
    rows = await credit_summary(session, of_user=user_id)
    return [{to_camel(name): value for name, value in row} for row in rows]


@router.post("/credits/purchase", status_code=201)
async def purchase(user_id: str, body: Purchase, session: AuthSession) -> CreditTransaction:
    async with session.begin():
        return await credits.purchase(session, user_id, body.amount, body.reference)


@router.post("/credits/spend", status_code=201)
async def spend(user_id: str, body: Spend, session: AuthSession) -> CreditTransaction:
    async with session.begin():
        await credits.check_user(session, user_id)
        return await credits.spend(session, user_id, body.amount, body.description, body.api_key_id)


@router.get("/teams")
async def read_teams(user_id: str, session: AuthSession) -> Sequence[Team]:
    await credits.check_user(session, user_id)
    return await credits.teams(session, user_id)

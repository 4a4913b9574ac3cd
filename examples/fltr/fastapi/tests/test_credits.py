"""Credits over HTTP and a real database."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.credits import ApiKeyCredits, CreditTransaction, Team


async def buy(client: AsyncClient, user: str, amount: int) -> None:
    body = {"amount": amount, "reference": str(uuid4())}
    answer = await client.post(f"/users/{user}/credits/purchase", json=body)
    assert answer.status_code == 201, answer.text


async def balance(client: AsyncClient, user: str) -> int:
    answer = await client.get(f"/users/{user}/credits")
    assert answer.status_code == 200, answer.text
    found = answer.json()["balance"]
    assert isinstance(found, int)
    return found


async def test_nothing_is_answered_without_the_token(client: AsyncClient, user: str) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    assert (await client.get(f"/users/{user}/credits", headers=wrong)).status_code == 401


async def test_a_new_user_has_no_credits_and_an_unknown_one_is_not_found(client: AsyncClient, user: str) -> None:
    assert await balance(client, user) == 0
    assert (await client.get("/users/nobody/credits")).status_code == 404
    body = {"amount": 1, "reference": str(uuid4())}
    assert (await client.post("/users/nobody/credits/purchase", json=body)).status_code == 404


async def test_purchases_and_spends_are_in_the_balance_and_in_the_history(client: AsyncClient, user: str) -> None:
    await buy(client, user, 100)
    answer = await client.post(
        f"/users/{user}/credits/spend", json={"amount": 30, "description": "a dataset"}
    )
    assert answer.status_code == 201
    booked = answer.json()
    assert (booked["kind"], booked["amount"], booked["balanceAfter"]) == ("spend", -30, 70)
    credits = (await client.get(f"/users/{user}/credits")).json()
    assert (credits["balance"], credits["totalPurchased"], credits["totalSpent"]) == (70, 100, 30)
    history = (await client.get(f"/users/{user}/credits/history")).json()
    assert [(each["kind"], each["amount"]) for each in history] == [("spend", -30), ("purchase", 100)]
    assert history[0] == booked
    newest = (await client.get(f"/users/{user}/credits/history", params={"limit": 1})).json()
    assert newest == history[:1]


async def test_a_payment_is_booked_once(client: AsyncClient, user: str) -> None:
    body = {"amount": 50, "reference": str(uuid4())}
    at_once = [client.post(f"/users/{user}/credits/purchase", json=body) for _ in range(10)]
    answers = await asyncio.gather(*at_once)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await balance(client, user) == 50
    other = await client.post(f"/users/{user}/credits/purchase", json={**body, "amount": 51})
    assert other.status_code == 409


async def test_more_than_there_is_cannot_be_spent(client: AsyncClient, user: str) -> None:
    await buy(client, user, 10)
    answer = await client.post(f"/users/{user}/credits/spend", json={"amount": 11})
    assert answer.status_code == 402
    assert await balance(client, user) == 10
    assert len((await client.get(f"/users/{user}/credits/history")).json()) == 1


async def test_200_concurrent_spends_never_overdraw(client: AsyncClient, user: str, auth: AsyncSession) -> None:
    await buy(client, user, 250)
    at_once = [client.post(f"/users/{user}/credits/spend", json={"amount": 2}) for _ in range(200)]
    answers = await asyncio.gather(*at_once)
    assert Counter(answer.status_code for answer in answers) == {201: 125, 402: 75}
    after = sorted(answer.json()["balanceAfter"] for answer in answers if answer.status_code == 201)
    assert after == list(range(0, 250, 2))
    assert await balance(client, user) == 0
    booked = await auth.scalar(
        select(func.sum(col(CreditTransaction.amount))).where(col(CreditTransaction.user_id) == user)
    )
    assert booked == 0


async def test_a_key_spends_no_more_than_its_limit(client: AsyncClient, user: str, auth: AsyncSession) -> None:
    await buy(client, user, 100)
    key = ApiKeyCredits(userId=user, name="robot", creditLimit=5)
    async with auth.begin():
        auth.add(key)
    body = {"amount": 1, "apiKeyId": str(key.id)}
    at_once = [client.post(f"/users/{user}/credits/spend", json=body) for _ in range(20)]
    answers = await asyncio.gather(*at_once)
    assert Counter(answer.status_code for answer in answers) == {201: 5, 402: 15}
    assert await balance(client, user) == 95
    await auth.refresh(key)
    assert key.credits_used == 5


@pytest.mark.parametrize(
    "body", [{}, {"amount": 0}, {"amount": -5}, {"amount": "many"}, {"amount": 1.5}, {"amount": 1, "more": 1}]
)
async def test_a_request_that_makes_no_sense_is_refused(
    client: AsyncClient, user: str, body: dict[str, object]
) -> None:
    assert (await client.post(f"/users/{user}/credits/spend", json=body)).status_code == 422


async def test_teams_of_a_user(client: AsyncClient, user: str, auth: AsyncSession) -> None:
    async with auth.begin():
        auth.add(Team(name="Engines", slug=f"engines-{user}", ownerId=user))
    (team,) = (await client.get(f"/users/{user}/teams")).json()
    assert (team["name"], team["ownerId"]) == ("Engines", user)

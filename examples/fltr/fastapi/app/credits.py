"""Booking credits. Each function runs in the transaction of the session that it is given.

nextjs/src/database/credits.ts does the same on the same rows, at the same time.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.credits import ApiKeyCredits, CreditKind, CreditTransaction, Team, User, UserCredits


class UnknownUser(Exception):
    """There is no such user."""


class NotEnoughCredits(Exception):
    """The user, or the key, has fewer credits than were to be spent."""


class ReferenceTaken(Exception):
    """The reference is that of another purchase."""


async def check_user(session: AsyncSession, user_id: str) -> None:
    """Raises UnknownUser when there is no user with this id."""
    if await session.get(User, user_id) is None:
        raise UnknownUser(f'there is no user "{user_id}"')


async def balance(session: AsyncSession, user_id: str) -> UserCredits | None:
    """The credits of a user, None for one who never had any."""
    return await session.get(UserCredits, user_id)


async def history(session: AsyncSession, user_id: str, limit: int) -> Sequence[CreditTransaction]:
    """The newest `limit` transactions of a user, the newest first."""
    rows = await session.scalars(
        select(CreditTransaction)
        .where(col(CreditTransaction.user_id) == user_id)
        .order_by(col(CreditTransaction.created_at).desc(), col(CreditTransaction.id).desc())
        .limit(limit)
    )
    return rows.all()


async def teams(session: AsyncSession, owner_id: str) -> Sequence[Team]:
    """The teams that a user owns, by slug."""
    rows = await session.scalars(
        select(Team).where(col(Team.owner_id) == owner_id).order_by(col(Team.slug))
    )
    return rows.all()


async def purchase(session: AsyncSession, user_id: str, amount: int, reference: str) -> CreditTransaction:
    """Book a purchase. One `reference` (a payment) is booked once: a second call returns the first transaction.

    Raises UnknownUser, or ReferenceTaken when another purchase has this reference.
    """
    await check_user(session, user_id)
    await session.execute(insert(UserCredits).values(user_id=user_id).on_conflict_do_nothing())
    # Whoever books for this user waits here, so the reference is looked for by one at a time.
    await session.execute(
        select(col(UserCredits.user_id)).where(col(UserCredits.user_id) == user_id).with_for_update()
    )
    before = await session.scalar(
        select(CreditTransaction).where(col(CreditTransaction.reference) == reference)
    )
    if before is not None:
        if (before.user_id, before.amount) == (user_id, amount):
            return before
        raise ReferenceTaken(f'"{reference}" is the reference of another purchase')
    now = await session.scalar(
        update(UserCredits)
        .where(col(UserCredits.user_id) == user_id)
        .values(
            balance=col(UserCredits.balance) + amount,
            total_purchased=col(UserCredits.total_purchased) + amount,
            updated_at=func.now(),
        )
        .returning(col(UserCredits.balance))
    )
    assert now is not None
    booked = CreditTransaction(
        userId=user_id, kind=CreditKind.PURCHASE, amount=amount, balanceAfter=now, reference=reference
    )
    return await _booked(session, booked)


async def spend(
    session: AsyncSession, user_id: str, amount: int, description: str, api_key_id: UUID | None = None
) -> CreditTransaction:
    """Spend credits, with a key within that key's limit.

    The balance is compared and lowered in one statement, so it cannot go below zero however many spend at once,
    here or in the Next.js service. Raises NotEnoughCredits.
    """
    now = await session.scalar(
        update(UserCredits)
        .where(col(UserCredits.user_id) == user_id, col(UserCredits.balance) >= amount)
        .values(
            balance=col(UserCredits.balance) - amount,
            total_spent=col(UserCredits.total_spent) + amount,
            updated_at=func.now(),
        )
        .returning(col(UserCredits.balance))
    )
    if now is None:
        raise NotEnoughCredits(f'user "{user_id}" has fewer than {amount} credits')
    if api_key_id is not None:
        used = await session.scalar(
            update(ApiKeyCredits)
            .where(
                col(ApiKeyCredits.id) == api_key_id,
                col(ApiKeyCredits.user_id) == user_id,
                or_(
                    col(ApiKeyCredits.credit_limit).is_(None),
                    col(ApiKeyCredits.credits_used) + amount <= col(ApiKeyCredits.credit_limit),
                ),
            )
            .values(credits_used=col(ApiKeyCredits.credits_used) + amount)
            .returning(col(ApiKeyCredits.credits_used))
        )
        if used is None:
            raise NotEnoughCredits(f'no key "{api_key_id}" of user "{user_id}" has {amount} credits left')
    booked = CreditTransaction(
        userId=user_id,
        apiKeyId=api_key_id,
        kind=CreditKind.SPEND,
        amount=-amount,
        balanceAfter=now,
        description=description,
    )
    return await _booked(session, booked)


async def _booked(session: AsyncSession, transaction: CreditTransaction) -> CreditTransaction:
    session.add(transaction)
    await session.flush()
    return transaction

"""Tables of the database fltr_auth that this service reads and writes.

nextjs/src/database/schema.ts owns them, and drizzle-kit makes their migrations; here they are only described.
`alias` is what they are called in JSON, as the Next.js service calls them.
"""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, DateTime, Enum, func, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class AuthModel(SQLModel, registry=registry()):
    """What the tables of fltr_auth have in common: this metadata, apart from that of fltr."""


metadata = AuthModel.metadata


def now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


class CreditKind(StrEnum):
    """What a transaction is. The labels are those of the enum `credit_kind`."""

    PURCHASE = "purchase"
    SPEND = "spend"


class User(AuthModel, table=True):
    """Somebody who has signed up."""

    __tablename__ = "users"

    id: str = Field(primary_key=True)
    name: str
    email: str = Field(unique=True)
    email_verified: bool = Field(
        alias="emailVerified", default=False, sa_column_kwargs={"server_default": text("false")}
    )
    image: str | None = None
    stripe_customer_id: str | None = Field(alias="stripeCustomerId", default=None)
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
        sa_column_kwargs={"server_default": func.now()},
    )


class UserCredits(AuthModel, table=True):
    """The credits of one user. The balance never goes below zero: see app/credits.py."""

    __tablename__ = "user_credits"
    __table_args__ = (CheckConstraint("balance >= 0", name="user_credits_balance_not_negative"),)

    user_id: str = Field(alias="userId", primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    balance: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    total_purchased: int = Field(
        alias="totalPurchased", default=0, sa_column_kwargs={"server_default": text("0")}
    )
    total_spent: int = Field(alias="totalSpent", default=0, sa_column_kwargs={"server_default": text("0")})
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
        sa_column_kwargs={"server_default": func.now()},
    )


class ApiKeyCredits(AuthModel, table=True):
    """A key of the API, and how much of its user's credits may be spent with it; no limit: all."""

    __tablename__ = "api_key_credits"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: str = Field(
        alias="userId", foreign_key="user_credits.user_id", ondelete="CASCADE", index=True
    )
    name: str
    credit_limit: int | None = Field(alias="creditLimit", default=None)
    credits_used: int = Field(alias="creditsUsed", default=0, sa_column_kwargs={"server_default": text("0")})
    created_at: datetime = Field(
        alias="createdAt",
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )


class CreditTransaction(AuthModel, table=True):
    """A change of a balance; the amount of a spend is negative."""

    __tablename__ = "credit_transactions"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: str = Field(alias="userId", foreign_key="user_credits.user_id", ondelete="CASCADE")
    api_key_id: UUID | None = Field(
        alias="apiKeyId", default=None, foreign_key="api_key_credits.id", ondelete="SET NULL"
    )
    kind: CreditKind = Field(
        sa_column=Column(
            Enum(CreditKind, name="credit_kind", values_callable=lambda kind: [each.value for each in kind]),
            nullable=False,
        )
    )
    amount: int
    balance_after: int = Field(alias="balanceAfter")
    description: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    reference: str | None = Field(default=None, unique=True)
    created_at: datetime = Field(
        alias="createdAt",
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )


class Team(AuthModel, table=True):
    """A team and the user who owns it."""

    __tablename__ = "teams"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str
    slug: str = Field(unique=True)
    owner_id: str = Field(alias="ownerId", foreign_key="users.id", index=True)
    created_at: datetime = Field(
        alias="createdAt",
        default_factory=now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )

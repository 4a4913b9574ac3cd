"""What this service reads and writes of the tables that the Next.js service owns."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import Column, DateTime, ForeignKey, String, func
from sqlmodel import Field, SQLModel


def now() -> datetime:
    return datetime.now(UTC)


class User(SQLModel, table=True):
    __tablename__ = "users"

    id: str = Field(primary_key=True)
    name: str
    email: str = Field(unique=True)
    created_at: datetime = Field(
        default_factory=now,
        alias="createdAt",
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )


class UserCredits(SQLModel, table=True):
    """The credits of a user."""

    __tablename__ = "user_credits"

    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", alias="userId")
    balance: int = 0
    plan: str = "free"

    def may_spend(self, amount: int) -> bool:
        return self.balance >= amount


class CreditTransaction(SQLModel, table=True):
    __tablename__ = "credit_transactions"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    # whose credits were spent
    user_id: str = Field(foreign_key="user_credits.user_id", ondelete="CASCADE", alias="userId")
    amount: int
    description: str | None = None
    created_at: datetime = Field(
        default_factory=now,
        alias="createdAt",
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )


class ApiKeyCredits(SQLModel, table=True):
    __tablename__ = "api_key_credits"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: str = Field(
        sa_column=Column(String, ForeignKey("user_credits.user_id", ondelete="CASCADE"), nullable=False),
        alias="userId",
    )
    key_name: str = Field(alias="keyName")
    credits_used: int = Field(default=0, alias="creditsUsed")


class Team(SQLModel, table=True):
    __tablename__ = "teams"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str
    owner_id: str = Field(foreign_key="user_credits.user_id", ondelete="CASCADE", alias="ownerId")

"""What requests have to hold, checked by Pydantic before anything else runs."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Amount = Annotated[int, Field(gt=0, le=1_000_000)]


class Body(BaseModel):
    """JSON with names in camelCase and no others than these."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", str_strip_whitespace=True)


class Purchase(Body):
    """Credits that were paid for; `reference` is the payment."""

    amount: Amount
    reference: str = Field(min_length=1, max_length=200)


class Spend(Body):
    """Credits to spend, on what, and with which key."""

    amount: Amount
    description: str = Field(default="", max_length=500)
    api_key_id: UUID | None = None


class NewDataset(Body):
    """A dataset to make."""

    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=10_000)
    is_public: bool = False


class DatasetChange(Body):
    """What is to change of a dataset; what is left out stays."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=10_000)
    is_public: bool | None = None


class NewDocument(Body):
    """A document to add."""

    title: str = Field(min_length=1, max_length=300)
    content: str = Field(min_length=1, max_length=1_000_000)
    mime_type: str = Field(default="text/plain", pattern=r"^[\w.+-]+/[\w.+-]+$")
    attributes: dict[str, Any] = {}


class DocumentChange(Body):
    """What is to change of a document; its content stays."""

    title: str | None = Field(default=None, min_length=1, max_length=300)
    attributes: dict[str, Any] | None = None

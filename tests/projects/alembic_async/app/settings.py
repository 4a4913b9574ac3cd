"""Settings that refuse to be made without their variables."""

from pydantic import Field, PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_")

    database_url: PostgresDsn
    signing_key: str = Field(min_length=32)


settings = Settings()

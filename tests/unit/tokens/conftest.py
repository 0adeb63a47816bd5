"""The tokens function with everything in it but DynamoDB."""

import importlib
from typing import Any

import pytest

from tests.support.functions.tokens import SETTINGS, FakeRegistry, TokensFunction


@pytest.fixture(scope="module")
def app() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        return importlib.import_module("tokens.app")


@pytest.fixture
def tokens(app: Any, monkeypatch: pytest.MonkeyPatch) -> TokensFunction:
    registry = FakeRegistry()
    monkeypatch.setattr(app, "_registry", registry)
    return TokensFunction(app, registry)

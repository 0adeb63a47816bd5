"""template.yaml after the SAM transform, with shortcuts to what the tests ask for."""

import pytest

from tests.support.aws.template import translated_template
from tests.support.aws.translated_template import Stack


@pytest.fixture(scope="session")
def stack() -> Stack:
    return Stack(translated_template())

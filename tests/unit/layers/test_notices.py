"""What the layers ship may be shipped, and its notices are those of the versions that are locked."""

import pytest

from layers.notices import FILE, Package, document, packages
from tests.support.locks import LAYERS, locked

# Each asks for no more than its notice to be kept; MPL-2.0, of certifi, also for the source of changed files.
ALLOWED = {"Apache-2.0", "Apache-2.0 OR BSD-3-Clause", "BSD-3-Clause", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0"}


def test_the_notices_are_current() -> None:
    assert FILE.read_text() == document(), "make lock"


def test_every_package_of_the_layers_is_there_with_its_version() -> None:
    shipped = {name: str(version) for layer in LAYERS for name, version in locked(layer).items()}

    assert {each.name: each.version for each in packages()} == shipped


@pytest.mark.parametrize("package", packages(), ids=lambda package: package.name)
def test_a_package_has_a_licence_that_allows_to_ship_it(package: Package) -> None:
    assert package.licence in ALLOWED
    assert package.texts

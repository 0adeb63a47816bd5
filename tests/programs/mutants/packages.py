"""Which tests answer for which package of functions/. They alone count, and they are few enough to be run quickly."""

from ops.stack.directory import ROOT

PACKAGES = sorted(path.parent.name for path in (ROOT / "functions").glob("*/__init__.py"))
# Beside the tests that are named as the package.
_ALSO = {"push": ("calls_table",), "shared": ("tokens", "webhook")}
# They look for what nobody has thought of, or start servers and processes: what only they notice needs a quick test.
SLOW_TESTS = (
    "tests/unit/push/test_rules.py",
    "tests/integration/push/test_apns_outcomes.py",
    "tests/integration/push/test_function.py",
    "tests/integration/push/test_provider_token_changes.py",
)


def answering_tests(package: str) -> list[str]:
    folders = [
        f"tests/{level}/{name}" for name in (package, *_ALSO.get(package, ())) for level in ("unit", "integration")
    ]
    return [folder for folder in folders if (ROOT / folder).is_dir()]

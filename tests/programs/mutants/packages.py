"""Which tests answer for which package of functions/. They alone count, and they are few enough to be run quickly."""

from ops.stack.directory import ROOT

PACKAGES = sorted(path.parent.name for path in (ROOT / "functions").glob("*/__init__.py"))
# Beside the tests that are named as the package.
_CONSISTENT_READS = "tests/unit/shared/test_consistent_reads.py"
_ALSO = {
    "push": ("tests/integration/calls_table", _CONSISTENT_READS),
    # What all use, the tests of all answer for.
    "shared": (
        *(f"tests/unit/{package}" for package in PACKAGES if package != "shared"),
        *(f"tests/integration/{folder}" for folder in ("authorizer", "calls_table", "push", "tokens")),
    ),
    "tokens": (_CONSISTENT_READS,),
}
# They look for what nobody has thought of, or start servers and processes: what only they notice needs a quick test.
SLOW_TESTS = (
    "tests/unit/push/test_rules.py",
    "tests/integration/push/test_apns_outcomes.py",
    "tests/integration/push/test_provider_token_changes.py",
)


def answering_tests(package: str) -> list[str]:
    own = (f"tests/{level}/{package}" for level in ("unit", "integration"))
    return [*(folder for folder in own if (ROOT / folder).is_dir()), *_ALSO.get(package, ())]

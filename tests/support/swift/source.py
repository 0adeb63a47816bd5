"""A Swift file: what it declares, and which names it uses that it does not declare."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import tree_sitter_swift
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_swift.language()))
_DECLARATIONS = {
    *("class_declaration", "protocol_declaration", "function_declaration", "protocol_function_declaration"),
    *("parameter", "lambda_parameter", "pattern", "enum_entry", "if_statement", "guard_statement"),
}
# Attributes, conditions of compilation, and what the language itself names.
_LANGUAGE = {"self", "init", "main", "objc", "available", "iOS", "DEBUG", "escaping", "_", "$0"}


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    root: Node

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls(path, _PARSER.parse(path.read_bytes()).root_node)

    def syntax_errors(self) -> list[str]:
        return [
            f"{self.path.name}:{node.start_point[0] + 1}: {_text(node)[:60]}"
            for node in _walk(self.root)
            if node.type == "ERROR" or node.is_missing
        ]

    def declared(self) -> set[str]:
        """Names of types, functions, parameters, properties and cases."""
        names = {_text(child) for node in _walk(self.root) if node.type in _DECLARATIONS for child in _names(node)}
        return names | {_text(child) for node in _walk(self.root) if node.type == "pattern" for child in _walk(node)}

    def functions(self) -> set[str]:
        """As Swift names them: `report(_:completion:)`."""
        return {_signature(node) for node in _walk(self.root) if node.type == "function_declaration"}

    def used(self) -> set[str]:
        """Names, and calls with their labels: `min(_:_:)`, `asyncAfter(deadline:) {}` with a closure behind it."""
        found = set()
        for node in _walk(self.root):
            parent = node.parent
            if node.type not in ("simple_identifier", "type_identifier") or parent is None:
                continue
            if parent.type in ("navigation_suffix", "prefix_expression", "user_type", "identifier", "call_expression"):
                found.add(_call_of(node) or _text(node))
            elif parent.type in ("navigation_expression", "dictionary_literal", "equality_expression", "assignment"):
                found.add(_text(node))
        return {name for name in found if name.partition("(")[0] not in _LANGUAGE}


def _names(node: Node) -> Iterator[Node]:
    return (child for child in node.children if child.type in ("simple_identifier", "type_identifier"))


def _signature(function: Node) -> str:
    name = next(_names(function))
    labels = [_text(next(_names(child))) for child in function.children if child.type == "parameter"]
    return f"{_text(name)}({''.join(f'{label}:' for label in labels)})"


def _call_of(name: Node) -> str:
    """The call whose function this name is the last part of; empty if it is none."""
    callee = name
    while callee.parent is not None and callee.parent.type in ("navigation_suffix", "navigation_expression"):
        if callee.parent.children[-1] != callee:
            return ""
        callee = callee.parent
    if callee.parent is None or callee.parent.type != "call_expression" or callee.parent.children[0] != callee:
        return ""
    suffix = callee.parent.children[-1]
    if any(child.text == b"[" for node in suffix.children for child in node.children):
        return ""  # A subscript.
    arguments = [each for node in suffix.children if node.type == "value_arguments" for each in node.children]
    labels = [_label(each) for each in arguments if each.type == "value_argument"]
    closures = " {}" * sum(node.type == "lambda_literal" for node in suffix.children)
    return f"{_text(name)}({''.join(f'{label}:' for label in labels)}){closures}"


def _label(argument: Node) -> str:
    label = next((child for child in argument.children if child.type == "value_argument_label"), None)
    return _text(label) if label else "_"


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _text(node: Node) -> str:
    return (node.text or b"").decode()

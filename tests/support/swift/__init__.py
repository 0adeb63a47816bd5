"""Reading Swift with tree-sitter's grammar. It knows the syntax, and nothing of types."""

"""Examines a deployed stack and says what is wrong with it, all at once, in words that can be acted on.

A check is a function from a stack to findings; `examination` runs them all. Nothing that they do rings a phone.
"""

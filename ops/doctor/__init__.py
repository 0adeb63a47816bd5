"""Examines a deployed stack and names every fault with its remedy.

A check is a function from a stack to findings; `run` makes all of them. None of them rings a phone.
"""

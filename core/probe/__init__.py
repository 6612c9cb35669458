"""A connection that is tried step by step, for a person who waits to hear what is wrong.

A `Probe` keeps the time: all its steps together take no longer than it was given, whatever the
other side does or does not do. It knows the steps that every protocol has: the name is resolved,
the port connects, the line is encrypted. Who speaks a protocol over it says further steps with
`say`, and brings the words for them (`Outcome`).
"""

from .probe import Probe
from .step import State, Step
from .words import KINDS, OUTCOMES, Outcome, explain

__all__ = ["KINDS", "OUTCOMES", "Outcome", "Probe", "State", "Step", "explain"]

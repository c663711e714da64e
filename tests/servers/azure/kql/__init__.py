"""Reads and runs what Resource Graph takes of the Kusto query language.

A query is compiled against the columns that it works on, with their types, into Python; only then are rows given to it. Whatever is not known here is refused,
as the service would refuse it: a query that this package runs may still be one that the service does not, so the tests also put each query to Microsoft's own
parser (`kusto.js`).
"""

from .syntax import Unreadable
from .tabular import Query

__all__ = ["Query", "Unreadable"]

"""Sparse rows turned around, so that a few features find their rows; knows no text."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Vector = tuple[NDArray[np.intp], Floats]
"""Features, each once, and the weight of each."""

NOTHING: Vector = (np.zeros(0, np.intp), np.zeros(0, np.float32))

DENSE_UP_TO = 6_000_000
"""Cells up to which a full table is kept beside the sparse one: 24 MB, and a third of the time."""

LONG = 4096
"""Rows of one feature from which on it is read where it stands (measured)."""


class Postings:
    """Dot products of a sparse vector with every row of a sparse matrix.

    Only the columns are kept: a row is looked for when a knowledge base grows, and never before.

    Args:
        matrix: rows × features.
    """

    def __init__(self, matrix: sparse.csr_array) -> None:
        columns = sparse.csc_array(matrix)
        columns.sort_indices()
        self._fill(
            columns.indptr.astype(np.int64, copy=False),
            columns.indices.astype(np.int32, copy=False),
            columns.data.astype(np.float32, copy=False),
            matrix.shape[0],
        )

    def _fill(self, bounds: NDArray[np.int64], rows: Ints, values: Floats, size: int) -> None:
        self._bounds = bounds
        self._rows = rows
        self._values = values
        self._size = size
        self._dense: Floats | None = None
        if size * (len(bounds) - 1) <= DENSE_UP_TO:
            self._dense = np.ascontiguousarray(self.matrix().toarray().T)

    @property
    def width(self) -> int:
        """Number of features."""
        return len(self._bounds) - 1

    def matrix(self) -> sparse.csr_array:
        """Return the rows."""
        shape = (self._size, self.width)
        return sparse.csr_array(
            sparse.csc_array((self._values, self._rows, self._bounds), shape=shape)
        )

    def dots(self, chosen: NDArray[np.intp], factors: Floats) -> Floats:
        """Return the dot product of a vector with every row."""
        if self._dense is not None:
            return np.asarray(factors @ self._dense.take(chosen, axis=0))
        starts = self._bounds[chosen]
        lengths = self._bounds[chosen + 1] - starts
        if len(chosen) and int(lengths.max()) > LONG:
            return self._long_dots(starts, lengths, factors)
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        # Where each chosen column's values stand, one column after the other.
        places = np.repeat(starts - (ends - lengths), lengths)
        places += np.arange(total)
        values = self._values[places] * np.repeat(factors, lengths)
        return np.bincount(self._rows[places], values, self._size).astype(np.float32)

    def _long_dots(
        self, starts: NDArray[np.int64], lengths: NDArray[np.int64], factors: Floats
    ) -> Floats:
        """Return the same, column by column: long columns are cheaper left where they are."""
        sums = np.zeros(self._size, np.float32)
        columns = zip(starts.tolist(), lengths.tolist(), factors, strict=True)
        for start, length, factor in columns:
            part = slice(start, start + length)
            # A row stands once in a column, so nothing is added twice to one place at once.
            sums[self._rows[part]] += self._values[part] * factor
        return sums

    def inserted(
        self, at: int, features: NDArray[np.intp], weights: Floats, width: int
    ) -> "Postings":
        """Return these rows with one more at a place, perhaps of new features."""
        moved = self._rows + (self._rows >= at)
        return self._with_row(moved, self._values, self._bounds, at, features, weights, width, 1)

    def replaced(
        self, at: int, features: NDArray[np.intp], weights: Floats, width: int
    ) -> "Postings":
        """Return these rows with another in the place of one, perhaps of new features."""
        kept = self._rows != at
        before = np.concatenate([[0], np.cumsum(kept)])
        bounds = before[self._bounds]
        rows, values = self._rows[kept], self._values[kept]
        return self._with_row(rows, values, bounds, at, features, weights, width, 0)

    def widened(self, width: int) -> "Postings":
        """Return the same rows with features behind that none of them has."""
        other = copy(self)
        more = np.full(width - self.width, self._bounds[-1], self._bounds.dtype)
        other._fill(np.concatenate([self._bounds, more]), self._rows, self._values, self._size)
        return other

    def _with_row(
        self,
        rows: Ints,
        values: Floats,
        bounds: NDArray[np.int64],
        at: int,
        features: NDArray[np.intp],
        weights: Floats,
        width: int,
        more: int,
    ) -> "Postings":
        order = np.argsort(features, kind="stable")
        columns = features[order]
        wide = np.concatenate([bounds, np.full(width - self.width, bounds[-1], bounds.dtype)])
        ends = wide[columns + 1]
        other = copy(self)
        added = np.cumsum(np.bincount(columns, minlength=width))
        other._fill(
            wide + np.concatenate([[0], added]),
            np.insert(rows, ends, np.int32(at)).astype(np.int32, copy=False),
            np.insert(values, ends, weights[order]),
            self._size + more,
        )
        return other


def normalised(matrix: sparse.csr_array) -> sparse.csr_array:
    """Return the rows with length one; empty rows stay empty."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    squares = np.bincount(rows, matrix.data * matrix.data, matrix.shape[0])
    norms = np.sqrt(squares)
    norms[norms == 0] = 1.0
    data = (matrix.data / norms[rows]).astype(np.float32)
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some groups of rows that stand one after the other, each of at least one row.

    Args:
        spans: of each group the first row and the one after the last.
        rows: of all groups, one group after the other.
        starts: where each group begins among them.
    """

    spans: Sequence[tuple[int, int]]
    rows: NDArray[np.intp]
    starts: NDArray[np.intp]

    @classmethod
    def of(cls, spans: Sequence[tuple[int, int]], every: NDArray[np.intp]) -> "Chosen":
        """Return the rows of some spans.

        Args:
            every: all rows there are, from 0.
        """
        rows = [every[first:end] for first, end in spans]
        starts = accumulate(map(len, rows[:-1]), initial=0)
        return cls(spans, np.concatenate(rows), np.fromiter(starts, np.intp, len(rows)))


class Rows:
    """Sparse rows as they are, for a look at a few of them; knows no text.

    Args:
        matrix: rows × features.
    """

    def __init__(self, matrix: sparse.csr_array) -> None:
        self._bounds = matrix.indptr.astype(np.int64, copy=False)
        self._columns: Ints = matrix.indices.astype(np.int32, copy=False)
        self._values: Floats = matrix.data.astype(np.float32, copy=False)
        self._lengths = np.diff(self._bounds)
        self.width: int = matrix.shape[1]

    def matrix(self) -> sparse.csr_array:
        """Return the rows."""
        shape = (len(self._bounds) - 1, self.width)
        return sparse.csr_array((self._values, self._columns, self._bounds), shape=shape)

    def dots(self, features: NDArray[np.intp], weights: Floats, chosen: "Chosen") -> Floats:
        """Return the dot product of a vector with each row of some spans."""
        asked = np.zeros(self.width, np.float32)
        asked[features] = weights
        bound = self._bounds.item
        parts = [slice(bound(first), bound(end)) for first, end in chosen.spans]
        lengths = self._lengths.take(chosen.rows)
        columns = np.concatenate([self._columns[part] for part in parts])
        products = np.empty(len(columns) + 1, np.float32)
        products[-1] = 0.0
        values = np.concatenate([self._values[part] for part in parts])
        np.multiply(values, asked.take(columns, mode="clip"), out=products[:-1])
        sums = np.add.reduceat(products, lengths.cumsum() - lengths)
        if not lengths.all():
            sums[lengths == 0] = 0.0
        return sums

    def inserted(self, at: int, features: NDArray[np.intp], weights: Floats, width: int) -> "Rows":
        """Return these rows with one more at a place, perhaps of new features."""
        start = int(self._bounds[at])
        other = copy(self)
        other.width = width
        other._columns = np.insert(self._columns, start, features.astype(np.int32))
        other._values = np.insert(self._values, start, weights)
        after = self._bounds[at:] + len(features)
        other._bounds = np.concatenate([self._bounds[: at + 1], after])
        other._lengths = np.insert(self._lengths, at, len(features))
        return other

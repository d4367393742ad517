"""F1 of classes, for the scripts that score a forest without the external harness."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def f1_of(truth: NDArray[Any], found: NDArray[Any]) -> dict[Any, float]:
    """Return F1 of each class that occurs in `truth`, (n,); `found`: (n,), what was said of the same epochs."""
    both = {c: 2 * int(((truth == c) & (found == c)).sum()) for c in np.unique(truth).tolist()}
    return {c: twice / int((truth == c).sum() + (found == c).sum()) for c, twice in both.items()}

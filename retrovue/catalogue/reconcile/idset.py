"""A set of ids in little memory: a bit each where they are dense, as those of one scan are."""

from __future__ import annotations

from collections.abc import Iterator


class IdSet:
    """Ids as integers, which a script may have made as high as it likes."""

    def __init__(self) -> None:
        self._words: dict[int, int] = {}  # 64 ids to a word
        self._count = 0

    def add(self, id_: int) -> bool:
        """Returns whether it was not in the set before."""
        word, bit = id_ >> 6, 1 << (id_ & 63)
        bits = self._words.get(word, 0)
        if bits & bit:
            return False
        self._words[word] = bits | bit
        self._count += 1
        return True

    def __contains__(self, id_: int) -> bool:
        return bool(self._words.get(id_ >> 6, 0) >> (id_ & 63) & 1)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        for word, bits in self._words.items():
            for place in range(64):
                if bits >> place & 1:
                    yield word << 6 | place

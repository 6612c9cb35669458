from itertools import islice

from core.incoming import batches


def test_batches_grow():
    assert list(islice(batches.numbers(), 5)) == [50, 200, 500, 500, 500]


def test_batches_are_bounded_by_bytes():
    sizes = [("a", 3), ("b", 3), ("c", 5), ("d", 20), ("e", 1)]
    assert list(batches.split_by_bytes(sizes, 10)) == [["a", "b"], ["c"], ["d"], ["e"]]
    assert list(batches.split_by_bytes([], 10)) == []

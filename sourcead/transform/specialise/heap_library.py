# mypy: allow-untyped-defs, allow-untyped-calls
"""`heapq` and `bisect.insort` said in Python, for lists of what carries derivatives.

The elements change places as in the standard library, one for one: those that are equal come out in the same
order.  (Binary heaps of J. W. J. Williams, Algorithm 232, CACM 7 (1964); a popped root is filled from below by
the path of smaller children, R. W. Floyd, Algorithm 245.)
"""

import bisect

__all__ = ["build", "insert_left", "insert_right", "pop", "push", "push_and_pop", "replace_root"]


def rise(heap, top, place):
    """The element at `place` goes up, not above `top`, as long as it is smaller than the one above."""
    item = heap[place]
    going = place > top
    while going:
        above = (place - 1) // 2
        going = item < heap[above]
        if going:
            heap[place] = heap[above]
            place = above
            going = place > top
    heap[place] = item


def sink(heap, place):
    """The element at `place` goes down to a leaf, behind smaller children, and up to where it belongs."""
    top = place
    item = heap[place]
    below = 2 * place + 1
    while below < len(heap):
        if below + 1 < len(heap) and not heap[below] < heap[below + 1]:
            below = below + 1
        heap[place] = heap[below]
        place = below
        below = 2 * place + 1
    heap[place] = item
    rise(heap, top, place)


def push(heap, item):
    """`heapq.heappush(heap, item)`"""
    heap.append(item)
    rise(heap, 0, len(heap) - 1)


def pop(heap):
    """`heapq.heappop(heap)`"""
    item = heap.pop()
    if heap:
        item = replace_root(heap, item)
    return item


def replace_root(heap, item):
    """`heapq.heapreplace(heap, item)`"""
    root = heap[0]
    heap[0] = item
    sink(heap, 0)
    return root


def push_and_pop(heap, item):
    """`heapq.heappushpop(heap, item)`"""
    if len(heap) > 0 and heap[0] < item:
        item = replace_root(heap, item)
    return item


def build(heap):
    """`heapq.heapify(heap)`"""
    for place in reversed(range(len(heap) // 2)):
        sink(heap, place)


def insert_right(items, item):
    """`bisect.insort(items, item)`"""
    items.insert(bisect.bisect_right(items, item), item)


def insert_left(items, item):
    """`bisect.insort_left(items, item)`"""
    items.insert(bisect.bisect_left(items, item), item)

"""Priority queues and sorted lists of what carries derivatives: shortest paths, events, codes, servers."""

import bisect
import heapq
from collections import defaultdict

import numpy as np

from tests.everyday.registry import program

W = np.array([1.0, 2.0, 0.5, 1.7, 3.0, 0.9])
EDGES = [(0, 1), (0, 2), (2, 1), (1, 3), (2, 3), (3, 4)]


@program(W)
def shortest_path(w):
    graph = defaultdict(list)
    for (a, b), length in zip(EDGES, w):
        graph[a].append((b, length))
        graph[b].append((a, length))
    distance = {0: 0.0}
    done = set()
    heap = [(0.0, 0)]
    while heap:
        d, node = heapq.heappop(heap)
        if node in done:
            continue
        done.add(node)
        for other, length in graph[node]:
            further = d + length**2
            if other not in distance or further < distance[other]:
                distance[other] = further
                heapq.heappush(heap, (further, other))
    return distance[4]


@program(W)
def events_in_order(w):
    queue = [(v * v, i) for i, v in enumerate(w)]
    heapq.heapify(queue)
    total = 0.0
    while queue:
        t, i = heapq.heappop(queue)
        total += t * t * (i + 1)
        if t < 3.9:
            heapq.heappush(queue, (t + 1.5 * w[0], i))
    return total


@program(W)
def cost_of_a_code(w):
    heap = [v * v for v in w]
    heapq.heapify(heap)
    cost = 0.0
    while len(heap) > 1:
        both = heapq.heappop(heap) + heapq.heappop(heap)
        cost += both
        heapq.heappush(heap, both)
    return cost


@program(W)
def largest_three(w):
    heap = []
    for i in range(6):
        if len(heap) < 3:
            heapq.heappush(heap, w[i] ** 2)
        else:
            heapq.heappushpop(heap, w[i] ** 2)
    return sum(heap) * heap[0]


@program(W)
def waiting_for_one_of_two(w):
    free = [0.0, 0.0]
    waited = t = 0.0
    for i in range(6):
        t += 0.4 * w[i]
        start = heapq.heapreplace(free, max(free[0], t) + w[5 - i])
        waited += max(start - t, 0.0) ** 2
    return waited


@program(W)
def equal_ones_come_out_as_they_do(w):
    heap = []
    for i in range(6):
        heapq.heappush(heap, (0.0 * w[i] + i % 2, i * 3 % 5, w[i]))
    total = 0.0
    for place in range(4):
        _, name, v = heapq.heappop(heap)
        total += v * v * (name + 2 * place)
    return total


@program(W)
def kept_in_order(w):
    items = []
    for v in w:
        bisect.insort(items, v * v)
    bisect.insort_left(items, items[2] * 1.0)
    return items[0] + 2 * items[3] * items[4]

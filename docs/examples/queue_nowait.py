"""Putting and taking without waiting: full and empty are errors then."""
import asyncio
import itertools


async def program():
    queue = asyncio.Queue(2)
    try:
        for i in itertools.count(1):
            queue.put_nowait(i)
            print(f"put {i}, the queue has {queue.qsize()} of {queue.maxsize}")
    except asyncio.QueueFull:
        print("the queue is full")

    try:
        while True:
            print(f"got {queue.get_nowait()}")
    except asyncio.QueueEmpty:
        print("the queue is empty")


asyncio.run(program())

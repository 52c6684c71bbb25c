"""A priority queue of (number, data)."""
import asyncio


async def program():
    queue = asyncio.PriorityQueue()
    for entry in (30, "rest"), (10, "wake up"), (40, "sleep"), (20, "work"):
        await queue.put(entry)
    while not queue.empty():
        print(await queue.get())


asyncio.run(program())

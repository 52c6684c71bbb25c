"""async for: a class with __aiter__ and __anext__."""
import asyncio


class AsyncCounter:
    def __init__(self, stop):
        self.current = 0
        self.stop = stop

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.current == self.stop:
            raise StopAsyncIteration
        await asyncio.sleep(0.5)
        item = self.current
        self.current += 1
        return item


async def program():
    counter = AsyncCounter(3)
    async for i in counter:
        print(i)
    print(f"counted to {counter.stop}")


asyncio.run(program())

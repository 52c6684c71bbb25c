"""async with: anything that has an enter and an exit, both of which may suspend."""
import asyncio


class AsyncAdd:
    def __init__(self, a, b):
        self.a = a
        self.b = b

    async def __aenter__(self):
        print("enter")
        await asyncio.sleep(1)
        return self.a + self.b

    async def __aexit__(self, exc_type, exc_value, traceback):
        print(f"exit of {self.a} + {self.b}")
        await asyncio.sleep(0.1)


async def program():
    async with AsyncAdd(1, 2) as total:
        print(f"sum: {total}")
    print("left")


asyncio.run(program())

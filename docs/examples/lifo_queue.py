"""Last in, first out."""
import asyncio


async def program():
    stack = asyncio.LifoQueue()
    for plate in range(1, 5):
        await stack.put(plate)
        print(f"put plate {plate}")
    while not stack.empty():
        print(f"got plate {await stack.get()}")


asyncio.run(program())

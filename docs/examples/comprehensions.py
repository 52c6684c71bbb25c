"""List, set and dict comprehensions over an async generator, and one of awaited calls."""
import asyncio


async def count_to(stop):
    for i in range(1, stop + 1):
        await asyncio.sleep(0.05)
        yield i


async def slow_square(n):
    await asyncio.sleep(0.05)
    return n * n


async def program():
    numbers = [i * i async for i in count_to(6)]
    print("list:", ", ".join(map(str, numbers)))

    remainders = {i % 3 async for i in count_to(6)}
    print(f"set: {len(remainders)} remainders, 2", "is" if 2 in remainders else "is not")

    squares = {i: i * i async for i in count_to(6)}
    for key, value in squares.items():
        print(f"map: {key}: {value}")

    awaited = [await slow_square(n) for n in (7, 8, 9)]
    print("awaited:", ", ".join(map(str, awaited)))


asyncio.run(program())

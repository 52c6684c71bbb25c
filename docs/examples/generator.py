"""The generator form of the counter: a plain loop that yields."""
import asyncio
import contextlib


async def counter(stop):
    print("the generator starts")
    try:
        for i in range(stop):
            await asyncio.sleep(0.3)
            yield i
    except GeneratorExit:
        print("the generator was closed")
        raise
    print("the generator has ended")


async def program():
    async for i in counter(3):
        print(i)

    async with contextlib.aclosing(counter(1000)) as numbers:
        async for i in numbers:
            print(i)
            if i == 1:
                break
    print("left early")


asyncio.run(program())

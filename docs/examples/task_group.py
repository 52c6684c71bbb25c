"""A block that does not end before the two tasks made in it."""
import asyncio
import time


async def say_after(seconds, what):
    await asyncio.sleep(seconds)
    print(what)


async def program():
    start = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(say_after(1, "hello"))
        group.create_task(say_after(2, "world"))
        print("both are made")
    print("both are done")
    print(f"took {time.monotonic() - start:.2f} s")


asyncio.run(program())

"""A blocking call beside a sleep of a second: together they take one."""
import asyncio
import time


def blocking_io(n):
    time.sleep(1)
    return n + 1


async def in_thread(n):
    print("blocking_io goes to a thread")
    return await asyncio.to_thread(blocking_io, n)


async def sleeper():
    print("and the loop sleeps")
    await asyncio.sleep(0.9)


async def program():
    start = time.monotonic()
    results = await asyncio.gather(in_thread(41), sleeper())
    print(f"blocking_io returned {results[0]}")
    print(f"took {time.monotonic() - start:.2f} s")


asyncio.run(program())

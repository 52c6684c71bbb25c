"""Two sleepers, awaited one after the other (3 s), then as tasks at the same time (2 s)."""
import asyncio
import time


async def say_after(seconds, what):
    await asyncio.sleep(seconds)
    print(what)


async def program():
    print("one after the other:")
    start = time.monotonic()
    await say_after(1, "hello")
    await say_after(2, "world")
    print(f"took {time.monotonic() - start:.2f} s")

    print("as tasks:")
    start = time.monotonic()
    first = asyncio.create_task(say_after(1, "hello"))
    second = asyncio.create_task(say_after(2, "world"))
    await first
    await second
    print(f"took {time.monotonic() - start:.2f} s")


asyncio.run(program())

"""Three counts that each take a second take a second together."""
import asyncio
import time


async def count():
    print("One")
    await asyncio.sleep(1)
    print("Two")


async def program():
    await asyncio.gather(count(), count(), count())


start = time.monotonic()
asyncio.run(program())
print(f"three_counts took {time.monotonic() - start:.2f} s")

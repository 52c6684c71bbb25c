"""A call that blocks its thread for half a second runs in a pool thread, while the loop goes on."""
import asyncio
import time


def blocking():
    time.sleep(0.5)
    return 42


async def ticker():
    for i in range(1, 4):
        await asyncio.sleep(0.2)
        print(f"tick {i}")


async def program():
    start = time.monotonic()
    ticks = asyncio.create_task(ticker())
    work = asyncio.get_running_loop().run_in_executor(None, blocking)
    print("the work is in a thread")
    result = await work
    print(f"the work returned {result}")
    await ticks
    print(f"took {time.monotonic() - start:.2f} s")


asyncio.run(program())

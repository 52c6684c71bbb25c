"""Waiting for the first of three; it is the caller's affair to cancel the others."""
import asyncio
import time


async def runner(tenths):
    await asyncio.sleep(tenths / 10)
    print(f"the runner of {tenths} tenths is there")
    return tenths


async def program():
    tasks = [asyncio.create_task(runner(tenths)) for tenths in (15, 5, 10)]

    start = time.monotonic()
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    print(f"{len(done)} done, {len(pending)} pending")
    print(f"took {time.monotonic() - start:.2f} s")

    for i, task in enumerate(tasks):
        if task in done:
            print(f"task {i}: result {task.result()}")
        else:
            task.cancel()
    await asyncio.wait(tasks)
    for i, task in enumerate(tasks):
        if task.cancelled():
            print(f"task {i}: cancelled")


asyncio.run(program())

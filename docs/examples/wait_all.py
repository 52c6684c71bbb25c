"""Waiting for all, however each of them ends: wait itself never raises what they raise."""
import asyncio
import time


async def runner(tenths):
    await asyncio.sleep(tenths / 10)
    if tenths == 5:
        raise ValueError(f"{tenths} tenths are too few")
    print(f"the runner of {tenths} tenths is there")
    return tenths


async def program():
    tasks = [asyncio.create_task(runner(tenths)) for tenths in (15, 5, 10)]

    start = time.monotonic()
    done, pending = await asyncio.wait(tasks, return_when=asyncio.ALL_COMPLETED)
    print(f"{len(done)} done, {len(pending)} pending")
    print(f"took {time.monotonic() - start:.2f} s")

    for i, task in enumerate(tasks):
        try:
            print(f"task {i}: result {task.result()}")
        except ValueError as error:
            print(f"task {i}: {error}")


asyncio.run(program())

"""Waiting until one fails, or all have ended: the first success does not end this wait."""
import asyncio
import time


async def runner(tenths):
    await asyncio.sleep(tenths / 10)
    if tenths == 10:
        raise ValueError(f"fell after {tenths} tenths")
    print(f"the runner of {tenths} tenths is there")
    return tenths


async def program():
    tasks = [asyncio.create_task(runner(tenths)) for tenths in (15, 5, 10)]

    start = time.monotonic()
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    print(f"{len(done)} done, {len(pending)} pending")
    print(f"took {time.monotonic() - start:.2f} s")

    for i, task in enumerate(tasks):
        if not task.done():
            print(f"task {i}: pending")
        elif task.exception():
            print(f"task {i}: {task.exception()}")
        else:
            print(f"task {i}: result {task.result()}")
    print(f"task 0 came in with {await tasks[0]}")


asyncio.run(program())

"""The first child that fails cancels its siblings; the group fails with the list of all errors."""
import asyncio
import time


async def work(name, tenths, fails):
    try:
        await asyncio.sleep(tenths / 10)
    except asyncio.CancelledError:
        print(f"{name} is cancelled")
        raise
    if fails:
        raise ValueError(f"{name} failed")
    print(f"{name} is done")


async def program():
    start = time.monotonic()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(work("A", 2, False))
            group.create_task(work("B", 5, True))
            group.create_task(work("C", 20, False))
            group.create_task(work("D", 30, False))
    except* ValueError as errors:
        for i, error in enumerate(errors.exceptions):
            print(f"error {i + 1} of {len(errors.exceptions)}: {error}")
    print(f"took {time.monotonic() - start:.2f} s")


asyncio.run(program())

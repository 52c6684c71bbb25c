"""Two ways to wait no longer than 0.7 s: wait cancels nobody, wait_for does, and fails."""
import asyncio
import time


async def runner(tenths):
    try:
        await asyncio.sleep(tenths / 10)
    except asyncio.CancelledError:
        print(f"the runner of {tenths} tenths is stopped")
        raise
    print(f"the runner of {tenths} tenths is there")
    return tenths


async def program():
    tasks = [asyncio.create_task(runner(tenths)) for tenths in (15, 5, 10)]

    start = time.monotonic()
    done, pending = await asyncio.wait(tasks, timeout=0.7)
    print(f"{len(done)} done, {len(pending)} pending")
    print(f"took {time.monotonic() - start:.2f} s")

    await asyncio.wait(tasks)

    start = time.monotonic()
    try:
        await asyncio.wait_for(runner(15), 0.7)
    except asyncio.TimeoutError:
        print("wait_for timed out")
    print(f"took {time.monotonic() - start:.2f} s")


asyncio.run(program())

"""Work handed to three workers through a queue; join waits until all of it is done."""
import asyncio
import time


async def work(name, queue):
    while True:
        tenths = await queue.get()
        await asyncio.sleep(tenths / 10)
        print(f"{name} worked for {tenths} tenths")
        queue.task_done()


async def program():
    queue = asyncio.Queue()
    for tenths in (3, 1, 2, 3, 3, 4, 2):
        queue.put_nowait(tenths)
    tasks = {name: asyncio.create_task(work(name, queue)) for name in "ABC"}

    start = time.monotonic()
    await queue.join()
    print(f"all jobs are done, {queue.qsize()} in the queue")
    print(f"took {time.monotonic() - start:.2f} s")

    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)
    for name, task in tasks.items():
        print(name, "was cancelled" if task.cancelled() else "ended")


asyncio.run(program())

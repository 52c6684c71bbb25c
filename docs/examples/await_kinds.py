"""The three things that can be awaited: a coroutine, a task, a future."""
import asyncio


async def square(n):
    await asyncio.sleep(0.1)
    return n * n


async def program():
    coro = square(4)
    print(f"coroutine: {await coro}")

    task = asyncio.create_task(square(5))
    print("the task is", "done" if task.done() else "pending")
    print(f"task: {await task}")
    print("the task is", "done" if task.done() else "pending")

    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_later(0.1, future.set_result, 36)
    print(f"future: {await future}")
    print(f"again: {await future}")


asyncio.run(program())

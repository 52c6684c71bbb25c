"""The loop by hand: make one, give it a task, run it until that task is done, close it."""
import asyncio


async def add(a, b):
    print("add begins")
    await asyncio.sleep(0.5)
    print("add ends")
    return a + b


loop = asyncio.new_event_loop()
task = loop.create_task(add(1, 2))
print("the loop is", "running" if loop.is_running() else "not running")
total = loop.run_until_complete(task)
print(f"sum: {total}, the task is {'done' if task.done() else 'pending'}")

again = loop.run_until_complete(add(1, 2))
print(f"again: {again}")
loop.close()

"""Producers and consumers in a group; the consumers are cancelled when all is worked off."""
import asyncio

queue = asyncio.Queue(3)


async def produce(first, pause):
    for i in range(first, first + 3):
        await asyncio.sleep(pause)
        await queue.put(i)
        print(f"put {i}")


async def consume(name):
    while True:
        item = await queue.get()
        print(f"{name} got {item}")
        await asyncio.sleep(0.42)
        queue.task_done()


async def program():
    producers, consumers = [], []
    async with asyncio.TaskGroup() as group:
        for first, pause, name in (10, 0.15, "A"), (20, 0.25, "B"):
            producers.append(group.create_task(produce(first, pause)))
            consumers.append(group.create_task(consume(name)))
        for task in producers:
            await task
        print("the producers are done")
        await queue.join()
        print("the queue is worked off")
        for task in consumers:
            task.cancel()
    print("the group is left")


asyncio.run(program())

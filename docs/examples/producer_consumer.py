"""A fast producer, a slow consumer and a queue of two places between them."""
import asyncio


async def producer(queue):
    for i in range(1, 7):
        await queue.put(i)
        print(f"produced {i}")
    await queue.put(None)


async def consumer(queue):
    while (item := await queue.get()) is not None:
        await asyncio.sleep(0.2)
        print(f"consumed {item}")


async def program():
    queue = asyncio.Queue(2)
    await asyncio.gather(producer(queue), consumer(queue))
    print("the queue is", "empty" if queue.empty() else "not empty")


asyncio.run(program())

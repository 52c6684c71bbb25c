"""A flag that tasks wait for."""
import asyncio

ready = asyncio.Event()


async def waiter(name):
    print(f"{name} waits")
    await ready.wait()
    print(f"{name} goes on")


async def setter():
    await asyncio.sleep(1)
    print("set")
    ready.set()


async def program():
    await asyncio.gather(waiter("A"), waiter("B"), setter())
    await waiter("C")
    ready.clear()
    print("the event is", "set" if ready.is_set() else "clear")


asyncio.run(program())

"""Calling a coroutine function runs nothing (and Python warns, on stderr, when it is forgotten)."""
import asyncio


async def nested(name):
    print(f"nested({name}) runs")
    return 42


async def program():
    forgotten = nested("forgotten")
    awaited = nested("awaited")

    del forgotten
    print("two coroutines made, nothing has run")
    print(f"the awaited one returned {await awaited}")


asyncio.run(program())

"""Bound arguments for work in a thread: functools.partial."""
import asyncio
import functools
import time


def power(base, exponent):
    time.sleep(0.2)
    return base ** exponent


async def program():
    loop = asyncio.get_running_loop()
    results = await asyncio.gather(
        loop.run_in_executor(None, functools.partial(power, 2, exponent=10)),
        loop.run_in_executor(None, functools.partial(power, exponent=4, base=3)))
    print(f"2 ** 10 = {results[0]}, 3 ** 4 = {results[1]}")

    print(f"5 ** 3 = {await asyncio.to_thread(power, 5, 3)}")


asyncio.run(program())

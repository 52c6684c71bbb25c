import asyncio
import time


async def ticks(n):
    for i in range(n):
        print(f'tick {i}')
        await asyncio.sleep(0.1)


async def program():
    n, total = 3, 0
    ticker = asyncio.create_task(ticks(n))

    def section():
        nonlocal total
        time.sleep(0.25)
        for i in range(1, n + 1):
            total += i

    await asyncio.to_thread(section)
    print(f'the sum is {total}')
    await ticker


asyncio.run(program())

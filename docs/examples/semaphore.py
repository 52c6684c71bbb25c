"""No more than two at a time: 2.5 s of visits take 1.3 s on two seats."""
import asyncio
import time

seats = asyncio.Semaphore(2)


async def visit(tenths):
    async with seats:
        print(f"{tenths} tenths: sits down")
        await asyncio.sleep(tenths / 10)
        print(f"{tenths} tenths: gets up")


async def program():
    start = time.monotonic()
    await asyncio.gather(*(visit(tenths) for tenths in (3, 5, 4, 7, 6)))
    print(f"took {time.monotonic() - start:.2f} s")


asyncio.run(program())

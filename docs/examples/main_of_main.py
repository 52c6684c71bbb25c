"""A gather of gathers: the mains run side by side, and so do the steps of each."""
import asyncio
import time


async def run_step(owner, tenths):
    print(f"{owner}: step of {tenths} tenths begins")
    await asyncio.sleep(tenths / 10)
    print(f"{owner}: step of {tenths} tenths ends")
    return tenths


async def inner_main(name, tenths):
    print(f"{name} begins")
    results = await asyncio.gather(*(run_step(name, tenths + i) for i in (0, 2, 4)))
    print(f"{name} ends")
    return sum(results)


async def main_of_main():
    start = time.monotonic()
    sums = await asyncio.gather(inner_main("first main", 2), inner_main("second main", 3))
    print(f"sums {sums[0]} and {sums[1]}")
    print(f"took {time.monotonic() - start:.2f} s")


asyncio.run(main_of_main())

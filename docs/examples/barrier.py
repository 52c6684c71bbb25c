"""Three tasks meet, twice; the first to arrive each time has number 0."""
import asyncio

meeting = asyncio.Barrier(3)


async def walk(name, tenths):
    for number in (1, 2):
        await asyncio.sleep(tenths / 10)
        print(f"{name} arrives, {meeting.n_waiting} are waiting")
        place = await meeting.wait()
        print(f"{name} leaves round {number}, was number {place}")


async def program():
    async with asyncio.TaskGroup() as group:
        for name, tenths in ("A", 3), ("B", 1), ("C", 5):
            group.create_task(walk(name, tenths))


asyncio.run(program())

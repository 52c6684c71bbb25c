"""The same with a block, and with a predicate."""
import asyncio

baked = asyncio.Condition()
loaves = 0


async def customer(wanted):
    global loaves
    async with baked:
        print(f"a customer wants {wanted}")
        await baked.wait_for(lambda: loaves >= wanted)
        loaves -= wanted
        print(f"a customer takes {wanted}, {loaves} left")


async def baker():
    global loaves
    for _ in range(3):
        await asyncio.sleep(0.3)
        async with baked:
            loaves += 2
            print(f"baked two, {loaves} there")
            baked.notify_all()


async def program():
    await asyncio.gather(customer(3), customer(1), customer(2), baker())


asyncio.run(program())

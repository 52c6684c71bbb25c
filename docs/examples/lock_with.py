"""A lock around a block."""
import asyncio

lock = asyncio.Lock()
balance = 0


async def deposit(name):
    global balance
    async with lock:
        before = balance
        print(f"{name} sees {before}")
        await asyncio.sleep(0.2)
        balance = before + 10
        print(f"{name} makes it {balance}")


async def withdraw(name):
    global balance
    async with lock:
        before = balance
        print(f"{name} sees {before}")
        if before < 15:
            return
        await asyncio.sleep(0.2)
        balance = before - 15
        print(f"{name} makes it {balance}")


async def program():
    await asyncio.gather(deposit("A"), withdraw("B"), deposit("C"), withdraw("D"))
    print(f"the balance is {balance}, the lock is {'locked' if lock.locked() else 'free'}")


asyncio.run(program())

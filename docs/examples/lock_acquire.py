"""The same by hand: acquire, and release on every way out."""
import asyncio
import time

lock = asyncio.Lock()


async def worker(name):
    print(f"{name} wants the lock")
    await lock.acquire()
    try:
        print(f"{name} has it")
        await asyncio.sleep(0.3)
        print(f"{name} gives it back")
    finally:
        lock.release()


async def program():
    start = time.monotonic()
    await asyncio.gather(worker("A"), worker("B"), worker("C"))
    print(f"took {time.monotonic() - start:.2f} s")
    try:
        lock.release()
    except RuntimeError:
        print("a free lock cannot be released")


asyncio.run(program())

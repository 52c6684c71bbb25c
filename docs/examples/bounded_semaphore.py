"""A bounded semaphore refuses a release too many, a plain one grows by it."""
import asyncio


async def program():
    bounded = asyncio.BoundedSemaphore(1)
    plain = asyncio.Semaphore(1)

    await bounded.acquire()
    print(f"acquired, the semaphore is {'locked' if bounded.locked() else 'free'}")
    bounded.release()
    print("released once")
    try:
        bounded.release()
    except ValueError:
        print("the second release is an error")

    plain.release()
    print("the plain one takes it")
    for i in (1, 2):
        await plain.acquire()
        print(f"permit {i} of the plain one")


asyncio.run(program())

"""Cancelling a gather cancels every child, and the gather ends when the last of them has."""
import asyncio


async def patient(name):
    print(f"{name} sleeps")
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(f"{name} was cancelled")
        raise


def cancel(gather):
    print("cancel the gather")
    gather.cancel()


async def program():
    a = asyncio.create_task(patient("A"))
    b = asyncio.create_task(patient("B"))
    both = asyncio.gather(a, b)
    asyncio.get_running_loop().call_later(0.5, cancel, both)
    try:
        await both
    except asyncio.CancelledError:
        print("the gather was cancelled")
    print(f"A {'cancelled' if a.cancelled() else 'not cancelled'},"
          f" B {'cancelled' if b.cancelled() else 'not cancelled'}")


asyncio.run(program())

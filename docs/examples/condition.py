"""Waiting under a lock until something has changed, with acquire and release by hand."""
import asyncio

changed = asyncio.Condition()
stage = 0


async def watcher(name):
    await changed.acquire()
    try:
        print(f"{name} waits at stage {stage}")
        await changed.wait()
        print(f"{name} is notified at stage {stage}")
    finally:
        changed.release()


async def next_stage(n):
    global stage
    await asyncio.sleep(0.3)
    await changed.acquire()
    try:
        stage += 1
        print(f"stage {stage}, notify {n}")
        changed.notify(n)
    finally:
        changed.release()


async def changer():
    await next_stage(1)
    await next_stage(2)


async def program():
    await asyncio.gather(watcher("A"), watcher("B"), watcher("C"), changer())
    try:
        changed.notify_all()
    except RuntimeError:
        print("notify needs the lock")


asyncio.run(program())

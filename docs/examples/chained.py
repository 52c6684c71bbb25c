"""Coroutines that await coroutines: each chain is sequential, the chains run side by side."""
import asyncio


async def weigh(n):
    print(f"weigh({n}) begins")
    await asyncio.sleep(0.1 * n)
    print(f"weigh({n}) ends")
    return 10 * n


async def price(n, weight):
    print(f"price({n}, {weight}) begins")
    await asyncio.sleep(0.1 * n)
    print(f"price({n}, {weight}) ends")
    return 3 * weight


async def chain(n):
    weight = await weigh(n)
    cost = await price(n, weight)
    print(f"chain({n}) costs {cost}")
    return cost


async def program():
    costs = await asyncio.gather(chain(9), chain(5), chain(2))
    print(f"together {sum(costs)}")


asyncio.run(program())

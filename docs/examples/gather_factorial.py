"""Three factorials side by side; the results come in the order of the arguments."""
import asyncio


async def factorial(name, n):
    product = 1
    for i in range(2, n + 1):
        print(f"{name}: {product} times {i}")
        await asyncio.sleep(1)
        product *= i
    print(f"{name}: {n}! = {product}")
    return product


async def program():
    results = await asyncio.gather(factorial("A", 4), factorial("B", 2), factorial("C", 3))
    print(results)


asyncio.run(program())

"""With return_exceptions an error is a result like any other."""
import asyncio


async def factorial(n):
    product = 1
    print(f"factorial({n}) begins")
    if n < 0:
        raise ValueError(f"no factorial of {n}")
    for i in range(2, n + 1):
        await asyncio.sleep(0.5)
        product *= i
    print(f"factorial({n}) ends")
    return product


async def program():
    results = await asyncio.gather(factorial(3), factorial(-1), factorial(2), factorial(-7),
                                   return_exceptions=True)
    for i, result in enumerate(results):
        print(f"result {i}: {result}")


asyncio.run(program())

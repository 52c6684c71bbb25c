"""One of three fails: gather reports that at once, and the others go on."""
import asyncio


async def factorial(name, n):
    product = 1
    print(f"{name} begins")
    if n < 0:
        await asyncio.sleep(0.25)
        raise ValueError(f"{name}: no factorial of {n}")
    for i in range(2, n + 1):
        await asyncio.sleep(0.5)
        print(f"{name}: times {i}")
        product *= i
    print(f"{name}: {n}! = {product}")
    return product


async def program():
    try:
        await asyncio.gather(factorial("A", 2), factorial("B", -1), factorial("C", 3))
    except ValueError as error:
        print(f"gather failed: {error}")

    await asyncio.sleep(1.25)
    print("the others had time to end")


asyncio.run(program())

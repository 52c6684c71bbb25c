"""Six pages from a slow server: in turn and at once, by blocking calls in threads and natively."""
import asyncio
import concurrent.futures
import re
import socket
import sys
import time

PAGES = 6
DELAY = 0.25


async def answer(reader, writer):
    request = await reader.readuntil(b"\r\n\r\n")
    number = int(re.match(rb"GET /(\d+) ", request)[1])
    await asyncio.sleep(DELAY)
    body = b"." * (1000 * number)
    writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def fetch(port, number):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /%d HTTP/1.0\r\n\r\n" % number)
    size = 0
    while data := await reader.read(4096):
        size += len(data)
    writer.close()
    await writer.wait_closed()
    return size


def fetch_blocking(port, number):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /%d HTTP/1.0\r\n\r\n" % number)
        size = 0
        while data := connection.recv(4096):
            size += len(data)
    return size


async def executor_in_turn(port, pool):
    loop = asyncio.get_running_loop()
    return [await loop.run_in_executor(pool, fetch_blocking, port, i + 1) for i in range(PAGES)]


async def executor_at_once(port, pool):
    loop = asyncio.get_running_loop()
    return await asyncio.gather(
        *(loop.run_in_executor(pool, fetch_blocking, port, i + 1) for i in range(PAGES)))


async def native_in_turn(port, pool):
    return [await fetch(port, i + 1) for i in range(PAGES)]


async def native_at_once(port, pool):
    return await asyncio.gather(*(fetch(port, i + 1) for i in range(PAGES)))


async def timed(name, fetch_all, port, pool):
    start = time.monotonic()
    sizes = await fetch_all(port, pool)
    seconds = time.monotonic() - start
    print("sizes", ", ".join(map(str, sizes)))
    print(f"{sum(sizes)} bytes {name} took {seconds:.2f} s")
    return seconds


def within(what, seconds, bound):
    ok = seconds <= bound + 0.05
    print(f"{what}: {'yes' if ok else 'no'}")
    return ok


async def program():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with concurrent.futures.ThreadPoolExecutor(PAGES) as pool:
        turn = [await timed("in turn by threads", executor_in_turn, port, pool),
                await timed("in turn natively", native_in_turn, port, pool)]
        once = [await timed("at once by threads", executor_at_once, port, pool),
                await timed("at once natively", native_at_once, port, pool)]
    server.close()
    await server.wait_closed()
    return all([
        within("native in turn is no slower", turn[1], turn[0]),
        within("native at once is no slower", once[1], once[0]),
        within("at once is less than two pages in turn", once[0], 2 * DELAY)])


sys.exit(0 if asyncio.run(program()) else 1)

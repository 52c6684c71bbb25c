"""A TCP echo server: a task for each client, all of them in a group; Ctrl-C ends it."""
import asyncio
import socket
import sys


async def echo(client):
    loop = asyncio.get_running_loop()
    try:
        while data := await loop.sock_recv(client, 1024):
            await loop.sock_sendall(client, data)
    except OSError:
        pass  # a reset is that client's affair
    finally:
        client.close()


async def serve(host, port):
    loop = asyncio.get_running_loop()
    with socket.create_server((host, port), backlog=1024) as listener:
        listener.setblocking(False)
        async with asyncio.TaskGroup() as clients:
            while True:
                client, _ = await loop.sock_accept(listener)
                clients.create_task(echo(client))


if __name__ == "__main__":
    host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:7000").rpartition(":")
    try:
        asyncio.run(serve(host, int(port)))
    except KeyboardInterrupt:
        sys.exit(130)

/* io/socket.h: what listener.c and address.c need of sockets. */
#ifndef SL_IO_SOCKET_H
#define SL_IO_SOCKET_H

void sl_socket_no_delay(int fd);

#endif

/* os/ends.h: what a descriptor is, and where its other end is: for reports. */
#ifndef SL_OS_ENDS_H
#define SL_OS_ENDS_H

#include <stdbool.h>
#include <stddef.h>

/* "socket 127.0.0.1:80 to 127.0.0.1:5000", "pipe:[123]", a file's name, ... */
void sl_ends_name(int fd, char *text, size_t size);
/* Is its other end a descriptor of this process, too? Then nobody else is expected there. False
 * also where nobody can tell. */
bool sl_ends_inside(int fd);

#endif

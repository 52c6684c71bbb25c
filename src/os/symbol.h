/* os/symbol.h: the name of a function, for reports. */
#ifndef SL_OS_SYMBOL_H
#define SL_OS_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>

/* Writes "name+0x12" or "module+0x1234" or "0x..." for a code address. Static functions are found
 * in the symbol table of the file that they came from, unless that was stripped: then those that
 * others may call. */
void sl_symbol_name(const void *address, char *text, size_t size);
/* Does it stand in code of the program or a library, with so many bytes of it `before`? */
bool sl_symbol_is_code(const void *address, size_t before);

#endif

#include "os/symbol.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Looks through one symbol table for the function around `offset`. */
static const char *in_table(const char *file, size_t size, const ElfW(Shdr) *table,
                            const ElfW(Shdr) *strings, uintptr_t offset, uintptr_t *distance)
{
    const ElfW(Sym) *symbols = (const void *)(file + table->sh_offset);

    if (table->sh_offset + table->sh_size > size || strings->sh_offset + strings->sh_size > size)
        return NULL;
    for (size_t i = 0; i < table->sh_size / sizeof *symbols; i++) {
        const ElfW(Sym) *symbol = &symbols[i];

        if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || offset < symbol->st_value ||
            offset >= symbol->st_value + (symbol->st_size ? symbol->st_size : 1) ||
            symbol->st_name >= strings->sh_size)
            continue;
        *distance = offset - symbol->st_value;
        return file + strings->sh_offset + symbol->st_name;
    }
    return NULL;
}

/* Without what a compiler adds when it splits, copies or renames a function: ".lto_priv.0". */
static int length_of(const char *name)
{
    return *name ? 1 + (int)strcspn(name + 1, ".") : 0;
}

static void in_file(const char *file, size_t size, uintptr_t offset, char *text, size_t room)
{
    const ElfW(Ehdr) *header = (const void *)file;
    const ElfW(Shdr) *sections = (const void *)(file + header->e_shoff);

    if (size < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) ||
        header->e_shoff + header->e_shnum * sizeof *sections > size)
        return;
    for (int i = 0; i < header->e_shnum; i++) {
        uintptr_t distance = 0;
        const char *name;

        if (sections[i].sh_type != SHT_SYMTAB || sections[i].sh_link >= header->e_shnum)
            continue;
        name = in_table(file, size, &sections[i], &sections[sections[i].sh_link], offset,
                        &distance);
        if (name && distance)
            snprintf(text, room, "%.*s+0x%zx", length_of(name), name, (size_t)distance);
        else if (name)
            snprintf(text, room, "%.*s", length_of(name), name);
    }
}

void sl_symbol_name(const void *address, char *text, size_t size)
{
    Dl_info info;
    struct stat status;
    uintptr_t offset;
    void *file;
    int fd;

    snprintf(text, size, "%p", address);
    if (!dladdr(address, &info) || !info.dli_fname)
        return;
    if (info.dli_sname && info.dli_saddr == address) {
        snprintf(text, size, "%s", info.dli_sname);
        return;
    }
    offset = (uintptr_t)address - (uintptr_t)info.dli_fbase;
    snprintf(text, size, "%s+0x%zx", info.dli_fname, (size_t)offset);
    fd = open(info.dli_fname, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &status) == 0 && status.st_size > 0) {
        file = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (file != MAP_FAILED) {
            const ElfW(Ehdr) *header = file;

            /* A program at a fixed place has addresses, not offsets, in its table. */
            in_file(file, (size_t)status.st_size,
                    header->e_type == ET_EXEC ? (uintptr_t)address : offset, text, size);
            munmap(file, (size_t)status.st_size);
        }
    }
    close(fd);
}

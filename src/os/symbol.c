#include "os/symbol.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
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

        /* The table of what others may call is all that a stripped library has. */
        if ((sections[i].sh_type != SHT_SYMTAB && sections[i].sh_type != SHT_DYNSYM) ||
            sections[i].sh_link >= header->e_shnum)
            continue;
        name = in_table(file, size, &sections[i], &sections[sections[i].sh_link], offset,
                        &distance);
        if (name && distance)
            snprintf(text, room, "%.*s+0x%zx", length_of(name), name, (size_t)distance);
        else if (name)
            snprintf(text, room, "%.*s", length_of(name), name);
    }
}

struct module {
    uintptr_t address, base;
    uintptr_t before; /* bytes of the same part before the address, if that part is code */
    const char *file;
};

/* Unlike dladdr it knows the program itself when that is linked statically. */
static int look_in(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct module *module = arg;

    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];

        if (part->p_type != PT_LOAD ||
            module->address - info->dlpi_addr - part->p_vaddr >= part->p_memsz)
            continue;
        module->base = info->dlpi_addr;
        if (part->p_flags & PF_X)
            module->before = module->address - info->dlpi_addr - part->p_vaddr;
        module->file = *info->dlpi_name ? info->dlpi_name : "/proc/self/exe";
        return 1;
    }
    return 0;
}

bool sl_symbol_is_code(const void *address, size_t before)
{
    struct module module = {.address = (uintptr_t)address};

    return dl_iterate_phdr(look_in, &module) && module.before >= before;
}

void sl_symbol_name(const void *address, char *text, size_t size)
{
    struct module module = {.address = (uintptr_t)address};
    Dl_info info;
    struct stat status;
    bool known = dladdr(address, &info) && info.dli_fname;
    void *file;
    int fd;

    snprintf(text, size, "%p", address);
    if (known && info.dli_sname && info.dli_saddr == address) {
        snprintf(text, size, "%s", info.dli_sname);
        return;
    }
    if (!dl_iterate_phdr(look_in, &module))
        return;
    snprintf(text, size, "%s+0x%zx", known ? info.dli_fname : module.file,
             (size_t)(module.address - module.base));
    fd = open(module.file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &status) == 0 && status.st_size > 0) {
        file = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (file != MAP_FAILED) {
            in_file(file, (size_t)status.st_size, module.address - module.base, text, size);
            munmap(file, (size_t)status.st_size);
        }
    }
    close(fd);
}

/* Reports name functions, static ones too, and addresses inside of them. */
#include "check.h"

#include "os/symbol.h"

#include <string.h>
#include <unistd.h>

__attribute__((noinline)) static int hidden_function(int n)
{
    return n + (int)strlen("x");
}

TEST_PLAIN(static_functions_have_names)
{
    char text[200], start[32];
    const char *address = (const char *)(uintptr_t)hidden_function;

    assert_int_equal(hidden_function(1), 2);
    sl_symbol_name(address, text, sizeof text);
    assert_string_equal(text, "hidden_function");
    sl_symbol_name(address + 1, text, sizeof text);
    assert_string_equal(text, "hidden_function+0x1");
    sl_symbol_name((void *)(uintptr_t)sley_run, text, sizeof text);
    assert_string_equal(text, "sley_run");
    assert_true(sl_symbol_is_code(address + 1, 1));
    assert_false(sl_symbol_is_code(text, 1));
    assert_false(sl_symbol_is_code((void *)16, 1));
    sl_symbol_name((void *)16, text, sizeof text);
    assert_string_equal(text, "0x10");
    /* A library that is stripped has the names of what others may call. */
    sl_symbol_name((const char *)(uintptr_t)getppid + 1, text, sizeof text);
    assert_non_null(strstr(text, "getppid+0x1"));
    sl_symbol_name(address, start, 7); /* cut, not overrun */
    assert_string_equal(start, "hidden");
}

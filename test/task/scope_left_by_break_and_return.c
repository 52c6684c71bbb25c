/* break, continue, return and goto leave SLEY_SCOPE and SLEY_SHIELD well. */
#include "check.h"

#include <errno.h>

static int by_return(sley_scope *scope)
{
    SLEY_SCOPE(scope)
    {
        SLEY_SHIELD
        {
            sley_scope_cancel(scope);
            return sley_yield(); /* hidden by the shield */
        }
    }
    return 99;
}

static int by_goto(sley_scope *scope)
{
    SLEY_SCOPE(scope)
    {
        sley_scope_cancel(scope);
        goto out;
    }
    return 99;
out:
    return sley_yield();
}

TEST_FIBER(scopes_are_left_however_the_block_is)
{
    sley_scope scope = SLEY_SCOPE_INIT;
    int rounds = 0;

    CHECK_EQ(by_return(&scope), 0);
    CHECK_EQ(sley_yield(), 0);
    CHECK_EQ(by_goto(&scope), 0);
    SLEY_SCOPE(&scope)
    {
        sley_scope_cancel(&scope);
        if (rounds == 0)
            break;
        rounds++;
    }
    CHECK_EQ(sley_yield(), 0);
    SLEY_SCOPE(&scope)
    {
        sley_scope_cancel(&scope);
        CHECK_EQ(sley_yield(), -ECANCELED);
        continue; /* there is no second round */
    }
    CHECK_EQ(rounds, 0);
    CHECK_EQ(sley_yield(), 0);
    return 0;
}

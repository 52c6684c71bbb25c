/* os/tree.h: a made-up file system in a temporary folder, for what reads the system's files. */
#ifndef SL_TEST_TREE_H
#define SL_TEST_TREE_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct tree {
    char root[64];
};

static inline void tree_make(struct tree *tree)
{
    strcpy(tree->root, "/tmp/sley-test-XXXXXX");
    assert_non_null(mkdtemp(tree->root));
}

/* Writes a file and the folders that it stands in. */
static inline void tree_put(const struct tree *tree, const char *name, const char *text)
{
    char path[512];
    FILE *file;

    assert_true(snprintf(path, sizeof path, "%s%s", tree->root, name) < (int)sizeof path);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline int tree_remove_one(const char *path, const struct stat *status, int kind,
                                  struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline void tree_remove(const struct tree *tree)
{
    assert_int_equal(nftw(tree->root, tree_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

#endif

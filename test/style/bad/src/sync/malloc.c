/* expect: malloc 3 */
void f(void)
{
    char *a = malloc(1), *b;
    b = calloc (1, 1);
    free(a);
    sley_free(b);
}

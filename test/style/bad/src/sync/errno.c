/* expect: errno 2 */
int failed(void)
{
    errno = 0;
    return -errno;
}

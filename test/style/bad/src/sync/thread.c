/* expect: thread 3 */
static __thread int a;
static _Thread_local int b;
static thread_local int c;

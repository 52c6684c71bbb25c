/* expect: macro 3 */
#define SLEY_GOOD 1
#define SLEY_Bad 1
#define lower(x) x
 # define MAX 1

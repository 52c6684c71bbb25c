/* expect: tab 1 expect: trailing 1 expect: columns 1 expect: later 2 */
	int a;
int b; 
int c; /* xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx */
int d; /* FIXME */ int e; // TODO
/* XXX */ char name[] = "nameXXXXXX";

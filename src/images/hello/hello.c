/*
 * The program of the `hello-world` image: it tells a learner what happened
 * between their command and this text. Nothing else is in the image, so it
 * is linked without a C library: two system calls need none, and the layer
 * is a few kilobytes instead of one megabyte.
 */

static const char greeting[] =
	"\n"
	"Hello from Plimsoll! A container has just run for you; this is its output.\n"
	"\n"
	"What happened, in order:\n"
	" 1. The docker command sent your request to the lab's engine, over a socket.\n"
	" 2. The engine pulled the image: a manifest, a configuration and one layer,\n"
	"    each checked against its digest. An image that is already there is not\n"
	"    pulled again.\n"
	" 3. From the image it made a container: a root filesystem that holds this\n"
	"    program alone, with its own processes, network, host name and users.\n"
	" 4. It ran the image's command, /hello, as process 1 of that container.\n"
	" 5. What the program wrote came back over the socket to your terminal.\n"
	" 6. The program has ended, and so its container: `docker ps -a` shows it.\n"
	"\n"
	"Next, try a container that has a shell:\n"
	" $ docker run -it base bash\n"
	"\n";

#if defined(__x86_64__)
enum { WRITE = 1, EXIT_GROUP = 231 };
static long call(long number, long a, const void *b, unsigned long c)
{
	long result;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
enum { WRITE = 64, EXIT_GROUP = 94 };
static long call(long number, long a, const void *b, unsigned long c)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register const void *x1 __asm__("x1") = b;
	register unsigned long x2 __asm__("x2") = c;
	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2)
			 : "memory");
	return x0;
}
#else
#error "hello.c knows the system calls of x86_64 and aarch64 only"
#endif

void _start(void)
{
	unsigned long done = 0;

	while (done < sizeof(greeting) - 1) {
		long wrote = call(WRITE, 1, greeting + done,
				  sizeof(greeting) - 1 - done);
		if (wrote <= 0)
			call(EXIT_GROUP, 1, 0, 0);
		done += wrote;
	}
	call(EXIT_GROUP, 0, 0, 0);
	for (;;)
		;
}

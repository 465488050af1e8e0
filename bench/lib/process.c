/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/process.h"

#include "lib/report.h"
#include "lib/sample.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void become(const char *const *argv, const char *out)
{
	const int fd = open(out, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0)
		execv(argv[0], (char *const *)argv);
	perror(argv[0]);
	_exit(127);
}

static double seconds(struct timeval time)
{
	return time.tv_sec + time.tv_usec / 1e6;
}

/* The output is a new file: one that was cut to nothing is written to the disk when it is closed. */
int process_run(const char *const *argv, const char *out, struct process_cost *ret)
{
	struct rusage usage;
	uint64_t start;
	pid_t child;
	int status;

	unlink(out);
	start = sample_clock();
	child = fork();
	if (child == 0)
		become(argv, out);
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		report_fail("%s could not be run", argv[0]);
	ret->wall = sample_since(start);
	ret->cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
	ret->peak_kib = usage.ru_maxrss;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

uint32_t process_peak(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	unsigned int peak = 0;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmHWM: %u", &peak) == 1)
			break;
	if (file)
		fclose(file);
	return peak;
}

void process_reset_peak(void)
{
	const int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "5", 1) != 1)
		report_fail("/proc/self/clear_refs cannot be written");
	close(fd);
}

void process_pin(unsigned int cpu)
{
	const long n = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % (n > 0 ? n : 1), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static const char *environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value ? value : otherwise;
}

const char *process_build(void)
{
	return environment("BULKHEAD_BUILD", "build");
}

const char *process_folder(void)
{
	return environment("TMPDIR", "/tmp");
}

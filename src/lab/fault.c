/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int lab_fail(struct lab_fault *fault, int error, const char *format, ...)
{
	size_t len;
	va_list args;

	if (!fault->text[0]) {
		va_start(args, format);
		vsnprintf(fault->text, sizeof(fault->text), format, args);
		va_end(args);
		len = strlen(fault->text);
		if (error)
			snprintf(fault->text + len, sizeof(fault->text) - len, ": %s",
				 strerror(-error));
	}
	return error ? error : -EINVAL;
}

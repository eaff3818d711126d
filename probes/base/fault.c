#include "probes/base/fault.h"

#include <stdarg.h>
#include <stdio.h>

void fault_say(struct fault *fault, const char *format, ...)
{
	va_list args;

	if (!fault)
		return;
	va_start(args, format);
	vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
}

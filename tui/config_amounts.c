/* Amounts with a unit. */
#include "tui/config_amounts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const struct config_unit config_sizes[] = { { "MB", 1e6 }, { "GB", 1e9 }, { NULL, 0 } };
const struct config_unit config_ages[] = { { "h", 3600 }, { "d", 24 * 3600 }, { NULL, 0 } };

bool config_take_amount(
	const struct config_unit *units, const char *value, double least, double most, double *amount)
{
	size_t digits = strspn(value, "0123456789.");
	double number = strtod(value, NULL);

	while (units->name && strcmp(value + digits + strspn(value + digits, " "), units->name) != 0)
		units++;
	if (!digits || !units->name || number * units->factor < least || number * units->factor > most)
		return false;
	*amount = number * units->factor;
	return true;
}

/* In the largest unit that gives a whole number. */
void config_print_amount(FILE *file, const struct config_unit *units, double amount)
{
	const struct config_unit *best = units;

	for (; units->name; units++)
		if (amount / units->factor == (double)(int64_t)(amount / units->factor))
			best = units;
	fprintf(file, "%.15g%s", amount / best->factor, best->name);
}

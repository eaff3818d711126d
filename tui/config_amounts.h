/* Amounts with a unit, as values of the configuration: "200MB", "7d". */
#ifndef TSLLM_TUI_CONFIG_AMOUNTS_H
#define TSLLM_TUI_CONFIG_AMOUNTS_H

#include <stdbool.h>
#include <stdio.h>

struct config_unit {
	const char *name;
	double factor;
};

extern const struct config_unit config_sizes[], config_ages[];

/* False: it has none of these units, or is not from least to most. */
bool config_take_amount(
	const struct config_unit *units, const char *value, double least, double most, double *amount);
void config_print_amount(FILE *file, const struct config_unit *units, double amount);

#endif

/* What Fleet says of a row: its worst verdict, or why there is nothing to show. */
#ifndef TSLLM_VIEWS_FLEET_WHY_H
#define TSLLM_VIEWS_FLEET_WHY_H

#include "tui/table/columns.h"

void fleet_why(const struct snapshot *snapshot, size_t row, struct value *value);

#endif

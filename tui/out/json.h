/* A snapshot as the JSON of the contract: `--format json`, `--watch`.
 *
 * Keys are added, never renamed; codes never change meaning. What is unknown is left out, or null where the
 * contract shows null. Written member by member, so that 10,000 peers cost no memory. */
#ifndef TSLLM_OUT_JSON_H
#define TSLLM_OUT_JSON_H

#include "probes/model/snapshot.h"

#include <stdbool.h>
#include <stdio.h>

struct print_to;

#define JSON_SCHEMA_VERSION 1

/* One object and a newline; not pretty: on one line, as NDJSON wants it. -1: the file does not take it
 * (errno). */
int json_write_snapshot(FILE *file, const struct snapshot *snapshot, bool is_pretty);

/* The output's: pretty, and on one line. */
void json_print(const struct print_to *to, const struct snapshot *snapshot);
void json_print_line(const struct print_to *to, const struct snapshot *snapshot);

#endif

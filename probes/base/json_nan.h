/* Numbers that JSON does not have, as Python writes them. */
#ifndef TSLLM_BASE_JSON_NAN_H
#define TSLLM_BASE_JSON_NAN_H

#include <stddef.h>

/* A copy with null instead of NaN, Infinity and -Infinity; NULL: there are none. The caller frees it. */
char *json_nan_to_null(const char *bytes, size_t length, size_t *new_length);

#endif

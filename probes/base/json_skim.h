/* Finds where a JSON value ends without parsing it: strings and brackets are all that counts. */
#ifndef TSLLM_BASE_JSON_SKIM_H
#define TSLLM_BASE_JSON_SKIM_H

#include <stdbool.h>
#include <stddef.h>

struct json_skim {
	int depth;               /* open brackets */
	bool in_string, escaped; /* after a backslash */
};

/* Scans to the byte that ends the value, which is not consumed, or to the end of the bytes. Returns how many it
 * consumed. */
size_t json_skim(struct json_skim *skim, const char *bytes, size_t length);
/* Leaves those members of an object whose name is_wanted, and returns the new length. From where it is no object, the text
 * stays as it is. */
size_t json_skim_members(char *text, size_t length, bool (*is_wanted)(const char *name, size_t length));

#endif

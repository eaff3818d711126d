/* The key of an endpoint: read where the configuration says it is, given to one host, and never shown, logged
 * or recorded. */
#ifndef TSLLM_ENDPOINTS_API_KEY_H
#define TSLLM_ENDPOINTS_API_KEY_H

#include "probes/model/settings.h"

/* Fills key: "" where the pin names none. -1 and a fault, which never holds a part of the key, where it
 * cannot be had. */
int api_key_read(const struct pin *pin, char *key, size_t size, struct fault *fault);

#endif

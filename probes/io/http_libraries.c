#include "probes/base/text.h"
#include "probes/io/http.h"

#include <curl/curl.h>
#include <uv.h>

void http_libraries(char *to, size_t size)
{
	text_add(to, size, "%s libuv/%s", curl_version(), uv_version_string());
}

/* The codes of what --audit finds, besides those of verdicts that it takes up: stable words in its JSON, in
 * `ignore` in the configuration and in the manual. */
#ifndef TSLLM_MODEL_AUDIT_CODES_H
#define TSLLM_MODEL_AUDIT_CODES_H

#define AUDIT_MANAGEMENT_OPEN "management-open"
#define AUDIT_FALSE_KEY "false-key"
#define AUDIT_TWO_PORTS "two-ports"
#define AUDIT_FORWARDED_PORT "forwarded-port"
#define AUDIT_COMPANION_OPEN "companion-open"
#define AUDIT_WEB_CLIENT "web-client"
#define AUDIT_ALL_ADDRESSES "all-addresses"
#define AUDIT_USERSPACE_PORTS "userspace-ports"
#define AUDIT_SERVER_KEY_EXPIRES "server-key-expires"
#define AUDIT_NAMES_IN_LOGS "names-in-logs"
#define AUDIT_SEEN_AS "seen-as"

#endif

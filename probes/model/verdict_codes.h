/* The codes of verdicts: stable words in the JSON output, in `ignore` in the configuration and in the
 * manual. A code never changes its meaning. Two rules may share a code if they draw the same conclusion
 * from different evidence. */
#ifndef TSLLM_MODEL_VERDICT_CODES_H
#define TSLLM_MODEL_VERDICT_CODES_H

/* This machine: tailscaled and our own node (probes/verdicts/daemon.c). */
#define CODE_TAILSCALED_MISSING "tailscaled-missing"
#define CODE_TAILSCALED_DENIED "tailscaled-denied"
#define CODE_STATUS_STALE "status-stale"
#define CODE_TAILSCALE_STOPPED "tailscale-stopped"
#define CODE_NEEDS_LOGIN "needs-login"
#define CODE_NEEDS_APPROVAL "needs-approval"
#define CODE_TAILSCALE_STARTING "tailscale-starting"
#define CODE_CONTROL_LOST "control-lost"
#define CODE_TAILNET_LOCK "tailnet-lock"
#define CODE_EXIT_NODE_OFFLINE "exit-node-offline"
#define CODE_NO_ROUTE "no-route"
#define CODE_UDP_BLOCKED "udp-blocked"
#define CODE_NAME_UNRESOLVED "name-unresolved"
#define CODE_RESUMED "resumed"
#define CODE_USERSPACE_NETWORKING "userspace-networking"
#define CODE_OWN_LIMITS "own-limits"
#define CODE_PEERS_LEFT_OUT "peers-left-out"
#define CODE_HEALTH_WARNING "health-warning"

/* A peer and the path to it (probes/verdicts/peer.c). */
#define CODE_KEY_EXPIRED "key-expired"
#define CODE_HOST_OFFLINE "host-offline"
#define CODE_HOST_UNREACHABLE "host-unreachable"
#define CODE_PATH_BROKEN "path-broken"
#define CODE_MTU_BLACKHOLE "mtu-blackhole"
#define CODE_PATH_FAILING "path-failing"
#define CODE_PATH_FLAPPING "path-flapping"
#define CODE_PATH_LOSSY "path-lossy"
#define CODE_RELAYED "relayed"
#define CODE_PEER_RELAYED "peer-relayed"
#define CODE_KEY_EXPIRING "key-expiring"

/* The way to an endpoint (probes/verdicts/cause.c). */
#define CODE_ROUTER_OFFLINE "router-offline"
#define CODE_ROUTES_NOT_ACCEPTED "routes-not-accepted"
#define CODE_DOMAIN_ELSEWHERE "domain-elsewhere"

/* An endpoint: its name, its port, its certificate (probes/verdicts/reach.c). */
#define CODE_NAME_PENDING "name-pending"
#define CODE_NOT_ASKED "not-asked"
#define CODE_UNKNOWN_HOST "unknown-host"
#define CODE_GONE "gone"
#define CODE_NOT_LISTENING "not-listening"
#define CODE_ACL_DENIED "acl-denied"
#define CODE_FILTERED "filtered"
#define CODE_CONNECT_TIMEOUT "connect-timeout"
#define CODE_ACCEPTS_THEN_CLOSES "accepts-then-closes"
#define CODE_SHORT_NAME "short-name"
#define CODE_NAME_NEEDED "name-needed"
#define CODE_NOT_TLS "not-tls"
#define CODE_CERT_EXPIRED "cert-expired"
#define CODE_CERT_UNTRUSTED "cert-untrusted"
#define CODE_CERT_NAME_MISMATCH "cert-name-mismatch"
#define CODE_CERT_NOT_ISSUED "cert-not-issued"
#define CODE_TLS_FAILED "tls-failed"
#define CODE_CERT_EXPIRING "cert-expiring"

/* Our own serve mounts (probes/verdicts/mount.c). */
#define CODE_PORT_TAKEN "port-taken"
#define CODE_SERVE_RENAMED "serve-renamed"
#define CODE_BAD_TARGET "bad-target"
#define CODE_SERVICE_UNTESTED "service-untested"

/* How its engine works (probes/verdicts/work.c). */
#define CODE_ENGINE_STALLED "engine-stalled"
#define CODE_LOAD_FAILED "load-failed"
#define CODE_VRAM_SPILL "vram-spill"
#define CODE_STUCK_UNLOADING "stuck-unloading"
#define CODE_SLOW_VS_BASELINE "slow-vs-baseline"
#define CODE_RESTARTED "restarted"
#define CODE_EVICTED "evicted"
#define CODE_COLD "cold"
#define CODE_QUEUE_FULL "queue-full"

/* What its HTTP answers say (probes/verdicts/http.c). */
#define CODE_PROXY_SCHEME "proxy-scheme"
#define CODE_NO_ANSWER "no-answer"
#define CODE_NO_LIST "no-list"
#define CODE_BAD_GATEWAY "bad-gateway"
#define CODE_HOST_CHECK "host-check"
#define CODE_NO_MOUNT "no-mount"
#define CODE_KEY_WITHHELD "key-withheld"
#define CODE_AUTH_REJECTED "auth-rejected"
#define CODE_AUTH_REQUIRED "auth-required"
#define CODE_NO_GRANT "no-grant"
#define CODE_RATE_LIMITED "rate-limited"
#define CODE_PROXY_BACKEND_SILENT "proxy-backend-silent"
#define CODE_PROXY_BACKEND_DOWN "proxy-backend-down"
#define CODE_AUTH_AT_PROXY "auth-at-proxy"
#define CODE_REDIRECTED "redirected"
#define CODE_REPLACED "replaced"
#define CODE_HTML_NOT_API "html-not-api"
#define CODE_EMPTY_ANSWER "empty-answer"
#define CODE_MALFORMED "malformed"
#define CODE_SERVER_ERROR "server-error"
#define CODE_WRONG_BASE_PATH "wrong-base-path"

/* What it is doing, who else can use it (probes/verdicts/engine.c). */
#define CODE_ENDPOINT_FLAPPING "endpoint-flapping"
#define CODE_LOADING "loading"
#define CODE_SLEEPING "sleeping"
#define CODE_BUSY "busy"
#define CODE_NO_MODELS "no-models"
#define CODE_FRONT_END "front-end"
#define CODE_OPEN_ONBOARDING "open-onboarding"
#define CODE_FUNNEL_PUBLIC "funnel-public"
#define CODE_OPEN_ENDPOINT "open-endpoint"
#define CODE_FIGURES_UNREAD "figures-unread"
#define CODE_CONTEXT_SMALL "context-small"
#define CODE_UNEXPANDED_CONFIG "unexpanded-config"

#endif

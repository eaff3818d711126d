/* A SOCKS5 door into the tailnet, for machines whose tailscaled has no TUN device and where connect() leads
 * nowhere.
 *
 * It listens on a private unix socket, asks tailscaled's LocalAPI to `dial` what a client wants, and splices
 * the two. HTTP goes through it with the proxy that socks_proxy_url() names. Only CONNECT without
 * authentication; at most 128 at a time. */
#ifndef TSLLM_IO_SOCKS_PROXY_H
#define TSLLM_IO_SOCKS_PROXY_H

#include <stdbool.h>
#include <uv.h>

struct fault;
struct socks_proxy;

/* NULL and a fault where no private socket can be made. */
/* doubts: whoever answers at tailscaled's socket must be root or our own user. */
struct socks_proxy *socks_proxy_open(
	uv_loop_t *loop, const char *tailscaled_socket, bool doubts, struct fault *fault);
const char *socks_proxy_url(const struct socks_proxy *proxy); /* "socks5h://localhost/PATH" */
/* Ends what goes through it, removes the socket and its directory. */
void socks_proxy_close(struct socks_proxy *proxy);

#endif

/* A SOCKS5 proxy into the tailnet, for machines whose tailscaled has no TUN device, so that connect() can't
 * reach the tailnet.
 *
 * It listens on a private unix socket, asks tailscaled's LocalAPI to `dial` the target of a client, and
 * relays between the two. HTTP uses it as the proxy named by socks_proxy_url(). Only CONNECT, without
 * authentication; at most 128 connections. libcurl 8 could be given a connected socket instead
 * (CURL_SOCKOPT_ALREADY_CONNECTED fails in 7.88), but wants it at once, and tailscaled takes its time to dial. */
#ifndef TSLLM_IO_SOCKS_PROXY_H
#define TSLLM_IO_SOCKS_PROXY_H

#include <stdbool.h>
#include <uv.h>

struct fault;
struct socks_proxy;

/* doubts: the process at tailscaled's socket must run as root or as our own user. NULL and a fault if no
 * private socket can be made. */
struct socks_proxy *socks_proxy_open(
	uv_loop_t *loop, const char *tailscaled_socket, bool doubts, struct fault *fault);
const char *socks_proxy_url(const struct socks_proxy *proxy); /* "socks5h://localhost/PATH" */
/* Closes all connections through it, and removes the socket and its directory. */
void socks_proxy_close(struct socks_proxy *proxy);

#endif

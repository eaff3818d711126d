"""Real proxies before a server of the lab, each as its manual sets it up, with a time-out of a second."""
import contextlib
import glob

import engines
from servers import Counter, running

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;
events {{}}
http {{
    access_log /dev/stdout;
    limit_req_zone all zone=all:32k rate=1r/m;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen {port};
        location / {{ proxy_pass http://127.0.0.1:{upstream}; proxy_read_timeout 1s; }}
        location /private/ {{
            auth_basic "gpu"; auth_basic_user_file /dev/null; proxy_pass http://127.0.0.1:{upstream}/;
        }}
        location /limited/ {{ limit_req zone=all; proxy_pass http://127.0.0.1:{upstream}/; }}
    }}
}}
"""
CADDY = """
{{
    admin off
    auto_https off
}}
http://:{port} {{
    reverse_proxy 127.0.0.1:{upstream} {{
        transport http {{
            response_header_timeout 1s
        }}
    }}
}}
"""
HAPROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 1s
frontend all
    bind *:{port}
    default_backend engine
backend engine
    server one 127.0.0.1:{upstream}
"""


@contextlib.contextmanager
def before(upstream, name, text, words, port):
    """A proxy before a server of the same host, for a while; text is its configuration. Of the three, nginx logs."""
    host = upstream.host
    program, path = engines.program(name), host.world.path(f"{name}.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(text.format(port=port, upstream=upstream.port, folder=host.world.folder))
    place = [word.format(folder=host.world.folder, path=path) for word in words]
    libraries = ":".join(glob.glob(f"{engines.folder(name)}/usr/lib/*-linux-gnu"))
    with running(host, port, ["env", f"HOME={host.world.folder}", f"LD_LIBRARY_PATH={libraries}", program, *place],
                 Counter) as proxy:
        yield proxy


def nginx(upstream, port=8601):
    return before(upstream, "nginx", NGINX, ["-p", "{folder}", "-e", "stderr", "-c", "{path}"], port)


def caddy(upstream, port=8602):
    return before(upstream, "caddy", CADDY, ["run", "--config", "{path}", "--adapter", "caddyfile"], port)


def haproxy(upstream, port=8603):
    return before(upstream, "haproxy", HAPROXY, ["-db", "-f", "{path}"], port)

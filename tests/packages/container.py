"""The image of tsllm-top, made by its Containerfile and run as its compose.yaml says."""
import json
import os
import sys
import tempfile

from containerfile import Build
from debian import APT, Failed, call

HERE = os.path.dirname(os.path.abspath(__file__))
SHIPPED = "tui/share/container"
TO_JSON = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"
# Whatever ends it, nothing of it goes on.
ALONE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
CONFINED = ("--no-new-privs", "--bounding-set=-all")
STATE = "/var/lib/tsllm-top"


def volumes_of(service):
    """By the path inside: what is seen there, and whether it can only be read."""
    parts = [volume.split(":") for volume in service["volumes"]]
    return {inside: (what, mode == ["ro"]) for what, inside, *mode in parts}


def wants_equal(what, is_there, wanted):
    if is_there != wanted:
        raise Failed(f"{what}: {is_there}, not {wanted}")


def compose_fits(text, stage, tree):
    """What its services share is named alike in it, in serve.json's folder, and in the image."""
    said = tree.run("sh", "-c", 'printf %s "$2" | python3 -c "$1"', "sh", TO_JSON, text)
    told = json.loads(said)
    services = told["services"]
    wants_equal("services", set(services), {"tailscale", "ollama", "tsllm-top"})
    wants_equal("in tailscale's network", [name for name, service in services.items()
                                           if service.get("network_mode") == "service:tailscale"], ["ollama", "tsllm-top"])
    tailscale, top = volumes_of(services["tailscale"]), volumes_of(services["tsllm-top"])
    set_there = services["tailscale"]["environment"]
    wants_equal("the file of TS_SERVE_CONFIG", tailscale.get(set_there["TS_SERVE_CONFIG"]), ("./serve.json", True))
    given = stage.command[stage.command.index("--socket") + 1]
    wants_equal("the sockets' names", os.path.basename(given), os.path.basename(set_there["TS_SOCKET"]))
    wants_equal("the sockets' folders", [tailscale.get(os.path.dirname(set_there["TS_SOCKET"])), top.get(os.path.dirname(given))],
                [("socket", False), ("socket", True)])
    wants_equal("what tsllm-top may write", [inside for inside, (_, is_read_only) in top.items() if not is_read_only], [STATE])
    named = {what for service in services.values() for what, _ in volumes_of(service).values() if not what.startswith(".")}
    wants_equal("volumes", set(told["volumes"]), named)
    confined = services["tsllm-top"]
    wants_equal("confined", [confined[key] for key in ("read_only", "cap_drop", "security_opt", "tmpfs")],
                [True, ["ALL"], ["no-new-privileges:true"], ["/tmp"]])


def written(tree, user):
    """The files of that user, by the folder that they are in."""
    found = set()
    for folder, _, names in os.walk(tree.upper):
        for name in names:
            if os.lstat(os.path.join(folder, name)).st_uid == user:
                found.add("/" + os.path.relpath(folder, tree.upper))
    return found


def check(tarball):
    with tempfile.TemporaryDirectory() as context:
        call(["tar", "-xzf", tarball, "-C", context, "--strip-components=1"])
        shipped = os.path.join(context, SHIPPED)
        with Build(os.path.join(shipped, "Containerfile"), context) as build:
            image = build.stage
            with open(os.path.join(shipped, "compose.yaml"), encoding="utf-8") as file:
                text = file.read()
            builder = build.names["build"].tree
            builder.run(*APT, "install", "python3-yaml", network=True)
            compose_fits(text, image, builder)
            print(call([*ALONE, sys.executable, os.path.join(HERE, "sidecar.py"), os.path.join(shipped, "serve.json"),
                        image.tree.folder, ":".join(image.tree.layers), *image.words(confined=CONFINED), "--", *image.command]), end="")
            wants_equal("written as its user", written(image.tree, int(image.user.split(":")[0])), {STATE})

"""What nobody is to see of a tailnet, and whether it stands in a text."""
import re


def names_in(snapshot):
    """Every name and address that the fields of a snapshot hold."""
    daemon, found = snapshot["daemon"], set()
    found.update(daemon.get(key) for key in ("self", "self_id", "tailnet", "magicdns_suffix", "login", "display_name"))
    for peer in snapshot["peers"]:
        found.update([peer["id"], peer["name"], peer["fqdn"], peer.get("user"), *peer["addresses"], *peer.get("tags", [])])
        found.add(peer["path"].get("endpoint", "").split(":")[0])
    return {name.lower() for name in found if name and name != "tagged-devices"}


def left_in(text, names):
    return [name for name in names if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text.lower())]

"""What --audit says of the lab: its rules for the policy, and who this machine is."""
import json
import os
import re
import subprocess

import programs
from rows import QUIETLY, row
from top import pinned


def audit(lab, top, *urls, form="text", **how):
    """What is printed, on admin."""
    words, environment = top.command(lab.admin, ["--audit", "--deadline=15", *pinned(urls)], QUIETLY, **how)
    words[words.index("--format=json")] = f"--format={form}"
    done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=40,
                          check=False)
    assert done.returncode in (0, 1, 2) and not done.stderr, done.stderr
    return done.stdout


def refusal(policy):
    """What the policy's own language has against it; empty: nothing."""
    done = subprocess.run([os.path.join(programs.build(), "policy")], input=policy, capture_output=True, text=True,
                          timeout=20, check=False)
    return done.stderr if done.returncode else ""


@row
def the_rules_that_the_audit_prints_are_taken_as_pasted_into_a_policy(lab, top):
    """With the comma at the end of each, and a comment before them."""
    urls = [f"http://{lab.gpu1.fqdn}:8080", f"https://{lab.tagged1.fqdn}"]
    text, data = audit(lab, top, *urls), json.loads(audit(lab, top, *urls, form="json"))
    needs = next(finding["policy"] for finding in data["findings"] if "policy" in finding)
    rules = {kind: re.findall(rf"^ +{kind} +by \w+ +(\{{.*\}},)$", text, re.M) for kind in ("grants", "acls")}
    assert len(rules["grants"]) >= 6 and len(rules["acls"]) >= 2, text
    policy = "// as printed\n{" + "".join(f'"{part}": {json.dumps(needs[part])},' for part in ("groups", "tagOwners")) + \
        "".join(f'"{kind}": [\n' + "\n".join(lines) + "\n],\n" for kind, lines in rules.items()) + "}"
    assert not refusal(policy), refusal(policy) + policy
    for wrong in (policy.replace(":8080", ":80800"), policy.replace('"group:llm-users"', '"group:others"', 1),
                  policy.replace("tag:llm-client", "tag:1"), policy[:-1]):
        assert refusal(wrong), wrong


@row
def who_this_machine_is_to_others_is_what_whois_of_its_own_address_says(lab, top):
    told = json.loads(lab.admin.cli("whois", "--json", lab.admin.address))
    finding = next(one for one in json.loads(audit(lab, top, form="json"))["findings"] if one["code"] == "seen-as")
    parts = [told["Node"]["Name"].rstrip("."), told["UserProfile"]["LoginName"], told["UserProfile"]["DisplayName"],
             *(told["CapMap"] or {})]
    assert len(parts) >= 3 and all(part in finding["text"] for part in parts), (parts, finding["text"])

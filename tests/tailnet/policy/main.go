// Policy reads a tailnet policy, in the language of its file (HuJSON), and says what is wrong with it. Ports, tags and
// addresses are read by the code that Tailscale reads them with; that groups and tags are defined where a rule uses
// them is checked here, because Tailscale's own check of a whole policy is not public.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"

	"github.com/tailscale/hujson"
	"tailscale.com/client/tailscale"
	"tailscale.com/tailcfg"
)

type grant struct {
	Src []string `json:"src"`
	Dst []string `json:"dst"`
	IP  []string `json:"ip"`
}

type policy struct {
	Groups    map[string][]string `json:"groups"`
	TagOwners map[string][]string `json:"tagOwners"`
	Grants    []grant             `json:"grants"`
	ACLs      []tailscale.ACLRow  `json:"acls"`
}

func read(text []byte) (*policy, error) {
	plain, err := hujson.Standardize(text)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(plain))
	decoder.DisallowUnknownFields()
	read := &policy{}
	return read, decoder.Decode(read)
}

func (p *policy) checkSource(source string) error {
	if strings.HasPrefix(source, "tag:") {
		if p.TagOwners[source] == nil {
			return fmt.Errorf("%s has no owners", source)
		}
		return tailcfg.CheckTag(source)
	}
	if strings.HasPrefix(source, "group:") && p.Groups[source] == nil {
		return fmt.Errorf("%s is not defined", source)
	}
	if !strings.HasPrefix(source, "group:") && !strings.HasPrefix(source, "autogroup:") && !strings.Contains(source, "@") {
		return fmt.Errorf("%q is no user, group or tag", source)
	}
	return nil
}

func checkHost(host string) error {
	if strings.HasPrefix(host, "tag:") {
		return tailcfg.CheckTag(host)
	}
	_, err := netip.ParseAddr(host)
	return err
}

func (p *policy) checkGrant(rule grant) error {
	if len(rule.Src) == 0 || len(rule.Dst) == 0 || len(rule.IP) == 0 {
		return fmt.Errorf("a part is missing: %+v", rule)
	}
	for _, source := range rule.Src {
		if err := p.checkSource(source); err != nil {
			return err
		}
	}
	for _, host := range rule.Dst {
		if err := checkHost(host); err != nil {
			return err
		}
	}
	_, err := tailcfg.ParseProtoPortRanges(rule.IP)
	return err
}

// In the older form, ports follow the host: "tag:gpu:443,8080".
func (p *policy) checkACL(rule tailscale.ACLRow) error {
	if rule.Action != "accept" || len(rule.Src) == 0 || len(rule.Dst) == 0 {
		return fmt.Errorf("a part is missing: %+v", rule)
	}
	for _, source := range rule.Src {
		if err := p.checkSource(source); err != nil {
			return err
		}
	}
	for _, target := range rule.Dst {
		colon := strings.LastIndexByte(target, ':')
		if colon < 0 {
			return fmt.Errorf("%q has no port", target)
		}
		for _, port := range strings.Split(target[colon+1:], ",") {
			if _, _, err := tailcfg.ParseHostPortRange(target[:colon] + ":" + port); err != nil {
				return err
			}
		}
		if err := checkHost(target[:colon]); err != nil {
			return err
		}
	}
	return nil
}

func (p *policy) check() error {
	if len(p.Grants)+len(p.ACLs) == 0 {
		return fmt.Errorf("no rule in it")
	}
	for _, rule := range p.Grants {
		if err := p.checkGrant(rule); err != nil {
			return err
		}
	}
	for _, rule := range p.ACLs {
		if err := p.checkACL(rule); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err == nil {
		var given *policy
		if given, err = read(text); err == nil {
			err = given.check()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "policy:", err)
		os.Exit(1)
	}
}

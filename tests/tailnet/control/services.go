package main

import (
	"encoding/json"
	"net/netip"

	"tailscale.com/tailcfg"
)

// route tells of a node which addresses besides its own lead to it: approved routes, and those of the Services whose
// host it is. Routes of all addresses make it an exit node, and are no primary routes.
func (t *tailnet) route(node *tailcfg.Node, order order) {
	for _, route := range order.Routes {
		node.AllowedIPs = append(node.AllowedIPs, route)
		if route.Bits() != 0 {
			node.PrimaryRoutes = append(node.PrimaryRoutes, route)
		}
	}
	for _, service := range order.Services {
		address := netip.PrefixFrom(service.Address, service.Address.BitLen())
		node.AllowedIPs = append(node.AllowedIPs, address)
		node.PrimaryRoutes = append(node.PrimaryRoutes, address)
	}
}

// capabilities are those of every node, of each Service that it may use, which is every one, and of those that it is a
// host of.
func (t *tailnet) capabilities(name string) tailcfg.NodeCapMap {
	result := tailcfg.NodeCapMap{
		tailcfg.CapabilityHTTPS:                                 nil,
		tailcfg.NodeAttrFunnel:                                  nil,
		tailcfg.CapabilityTailnetLock:                           nil,
		tailcfg.CapabilityFunnelPorts + "?ports=443,8443,10000": nil,
	}
	for host, order := range t.orders {
		hosted := tailcfg.ServiceIPMappings{}
		for label, service := range order.Services {
			full := tailcfg.AsServiceName("svc:" + label)
			result[tailcfg.NodeCapability(tailcfg.NodeAttrPrefixServices)+tailcfg.NodeCapability(label)] = values(
				tailcfg.ServiceDetails{Name: full, Addrs: []netip.Addr{service.Address}, Ports: service.ranges()})
			hosted[full] = []netip.Addr{service.Address}
		}
		if host == name && len(hosted) > 0 {
			result[tailcfg.NodeAttrServiceHost] = values(hosted)
		}
	}
	return result
}

func (s service) ranges() (result []tailcfg.ProtoPortRange) {
	for _, port := range s.Ports {
		result = append(result, tailcfg.ProtoPortRange{Proto: 6, Ports: tailcfg.PortRange{First: port, Last: port}})
	}
	return result
}

func values(value any) []tailcfg.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return []tailcfg.RawMessage{tailcfg.RawMessage(text)}
}

// serviceNames are the names of all Services, as MagicDNS has them.
func (t *tailnet) serviceNames() (result []tailcfg.DNSRecord) {
	for _, order := range t.orders {
		for label, service := range order.Services {
			result = append(result, tailcfg.DNSRecord{Name: label + "." + t.domain, Value: service.Address.String()})
		}
	}
	return result
}

package main

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"tailscale.com/tailcfg"
	"tailscale.com/tstest/integration/testcontrol"
	"tailscale.com/types/key"
)

const keepAlive = 50 * time.Second

// An order is what a test wants to be true of a node; what it leaves out is as it would be by itself.
type order struct {
	Online    *bool     `json:"online,omitempty"`   // instead of: has a map poll open
	Expired   bool      `json:"expired,omitempty"`  // its key
	KeyExpiry time.Time `json:"keyExpiry,omitzero"` // of its key
	Tags      []string  `json:"tags,omitempty"`
	Hidden    bool      `json:"hidden,omitempty"` // no other node is told of it
	Denies    []deny    `json:"denies,omitempty"` // what its packet filter keeps out

	Routes   []netip.Prefix     `json:"routes,omitempty"`   // approved of it; of all addresses: an exit node
	Services map[string]service `json:"services,omitempty"` // by name, without "svc:": it is a host of them
}

// A service has an address of its own, and ports that whoever may use it is told of.
type service struct {
	Address netip.Addr `json:"address"`
	Ports   []uint16   `json:"ports"`
}

// A deny keeps a node out; port 0 is every port.
type deny struct {
	From string `json:"from"`
	Port uint16 `json:"port,omitempty"`
}

// What a test is told of a node.
type description struct {
	Address string `json:"address"`
	Online  bool   `json:"online"`
	Order   order  `json:"order"`
}

type tailnet struct {
	server *testcontrol.Server
	domain string

	mu      sync.Mutex
	orders  map[string]order             // by host name
	polls   map[key.NodePublic]int       // open now
	gone    map[key.NodePublic]time.Time // since when none is open
	changed chan struct{}                // closed and renewed with every change
}

func newTailnet(server *testcontrol.Server, domain string) *tailnet {
	t := &tailnet{
		server: server, domain: domain,
		orders: map[string]order{}, polls: map[key.NodePublic]int{}, gone: map[key.NodePublic]time.Time{},
		changed: make(chan struct{}),
	}
	server.AltMapStream = t.poll
	return t
}

func nameOf(node *tailcfg.Node) string {
	name, _, _ := strings.Cut(node.Name, ".")
	return name
}

// tell wakes every open poll. t.mu is held.
func (t *tailnet) tell() {
	close(t.changed)
	t.changed = make(chan struct{})
}

func (t *tailnet) obey(orders map[string]order) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name, order := range orders {
		t.orders[name] = order
	}
	t.tell()
}

func (t *tailnet) describe() map[string]description {
	t.mu.Lock()
	defer t.mu.Unlock()
	result := map[string]description{}
	for _, node := range t.server.AllNodes() {
		name := nameOf(node)
		result[name] = description{
			Address: node.Addresses[0].Addr().String(), Online: t.polls[node.Key] > 0, Order: t.orders[name],
		}
	}
	return result
}

// poll answers one map request: a short one brings news of the node itself, a streaming one waits for news of others.
func (t *tailnet) poll(ctx context.Context, w testcontrol.MapStreamWriter, req *tailcfg.MapRequest) {
	if !req.Stream {
		if ctx.Err() == nil { // else it may be older than what a later one said
			t.learn(req)
		}
		w.SendMapMessage(&tailcfg.MapResponse{})
		return
	}
	t.count(req.NodeKey, +1)
	defer t.count(req.NodeKey, -1)
	for {
		news, response := t.respond(req)
		if response == nil || w.SendMapMessage(response) != nil {
			return
		}
		if !wait(ctx, w, news) {
			return
		}
	}
}

// wait returns true when there is news, false when the client is gone.
func wait(ctx context.Context, w testcontrol.MapStreamWriter, news <-chan struct{}) bool {
	for {
		select {
		case <-news:
			return true
		case <-ctx.Done():
			return false
		case <-time.After(keepAlive):
			if w.SendMapMessage(&tailcfg.MapResponse{KeepAlive: true}) != nil {
				return false
			}
		}
	}
}

func (t *tailnet) learn(req *tailcfg.MapRequest) {
	t.mu.Lock()
	defer t.mu.Unlock()
	node := t.server.Node(req.NodeKey)
	if node == nil {
		return
	}
	node.Endpoints, node.DiscoKey, node.Cap = req.Endpoints, req.DiscoKey, req.Version
	if req.Hostinfo != nil {
		node.Hostinfo = req.Hostinfo.View()
		if net := req.Hostinfo.NetInfo; net != nil && net.PreferredDERP != 0 {
			node.HomeDERP = net.PreferredDERP
		}
	}
	t.server.UpdateNode(node)
	t.tell()
}

func (t *tailnet) count(node key.NodePublic, change int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.polls[node] += change
	if t.polls[node] == 0 {
		t.gone[node] = time.Now()
	}
	t.tell()
}

// respond makes what the node is told now, and what will be closed when that is old.
func (t *tailnet) respond(req *tailcfg.MapRequest) (<-chan struct{}, *tailcfg.MapResponse) {
	t.mu.Lock()
	defer t.mu.Unlock()
	response, err := t.server.MapResponse(req)
	if err != nil || response == nil {
		return nil, nil
	}
	now := time.Now()
	response.ControlTime = &now
	t.apply(response.Node)
	response.Node.CapMap = t.capabilities(nameOf(response.Node))
	response.DNSConfig.ExtraRecords = t.serviceNames()
	response.Peers = slices.DeleteFunc(response.Peers, func(peer *tailcfg.Node) bool {
		return t.orders[nameOf(peer)].Hidden
	})
	for _, peer := range response.Peers {
		t.apply(peer)
	}
	response.PacketFilters = map[string][]tailcfg.FilterRule{
		"*":    nil,
		"base": t.filter(response.Node, response.PacketFilter),
	}
	response.PacketFilter = nil
	return t.changed, response
}

func (t *tailnet) apply(node *tailcfg.Node) {
	order := t.orders[nameOf(node)]
	online := t.polls[node.Key] > 0
	if order.Online != nil {
		online = *order.Online
	}
	node.Online = &online
	if gone, is := t.gone[node.Key]; is && !online {
		node.LastSeen = &gone
	}
	node.Expired = order.Expired
	node.KeyExpiry = order.KeyExpiry
	node.Tags = order.Tags
	t.route(node, order)
}

// filter makes a rule for each node that may come in, where one may not; without denials all may.
func (t *tailnet) filter(node *tailcfg.Node, rules []tailcfg.FilterRule) []tailcfg.FilterRule {
	denies := t.orders[nameOf(node)].Denies
	if len(denies) == 0 {
		return rules
	}
	// The first rule lets everybody in; the others grant what is no traffic.
	result := slices.Clone(rules[1:])
	for _, other := range t.server.AllNodes() {
		result = append(result, tailcfg.FilterRule{
			SrcIPs:   addressesOf(other.Addresses),
			DstPorts: portsFor(nameOf(other), denies),
		})
	}
	return result
}

func addressesOf(prefixes []netip.Prefix) []string {
	var result []string
	for _, prefix := range prefixes {
		result = append(result, prefix.Addr().String())
	}
	return result
}

func portsFor(name string, denies []deny) []tailcfg.NetPortRange {
	ranges := []tailcfg.PortRange{{First: 0, Last: 65535}}
	for _, deny := range denies {
		if deny.From == name {
			ranges = without(ranges, deny.Port)
		}
	}
	var result []tailcfg.NetPortRange
	for _, r := range ranges {
		result = append(result, tailcfg.NetPortRange{IP: "*", Ports: r})
	}
	return result
}

func without(ranges []tailcfg.PortRange, port uint16) []tailcfg.PortRange {
	var result []tailcfg.PortRange
	for _, r := range ranges {
		switch {
		case port == 0:
		case port < r.First || port > r.Last:
			result = append(result, r)
		default:
			if port > r.First {
				result = append(result, tailcfg.PortRange{First: r.First, Last: port - 1})
			}
			if port < r.Last {
				result = append(result, tailcfg.PortRange{First: port + 1, Last: r.Last})
			}
		}
	}
	return result
}

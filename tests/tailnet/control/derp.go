package main

import (
	"log"
	"net"
	"net/http/httptest"
	"testing"

	"tailscale.com/derp/derpserver"
	"tailscale.com/net/stun/stuntest"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
	"tailscale.com/types/logger"
	"tailscale.com/types/nettype"
)

const derpPort = 8441

// A region is one DERP server, and one STUN server at the same address.
type region struct {
	id         int
	code, name string
	address    string
}

func startRegions(regions []region) *tailcfg.DERPMap {
	result := &tailcfg.DERPMap{Regions: map[int]*tailcfg.DERPRegion{}}
	for _, r := range regions {
		result.Regions[r.id] = &tailcfg.DERPRegion{
			RegionID: r.id, RegionCode: r.code, RegionName: r.name,
			Nodes: []*tailcfg.DERPNode{r.start()},
		}
	}
	return result
}

func (r region) start() *tailcfg.DERPNode {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.ParseIP(r.address), Port: derpPort})
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewUnstartedServer(derpserver.Handler(derpserver.New(key.NewNode(), logger.Discard)))
	server.Listener.Close()
	server.Listener = listener
	server.StartTLS()
	stun, _ := stuntest.ServeWithPacketListener(daemonTB{}, nettype.Std{})
	return &tailcfg.DERPNode{
		Name: r.code, RegionID: r.id, HostName: r.address, IPv4: r.address, IPv6: "none",
		DERPPort: derpPort, STUNPort: stun.Port, STUNTestIP: r.address, InsecureForTests: true,
	}
}

// daemonTB stands where the helpers of tailscale's tests want a test: a failure ends the program.
type daemonTB struct{ testing.TB }

func (daemonTB) Helper()                       {}
func (daemonTB) Cleanup(func())                {}
func (daemonTB) Logf(string, ...any)           {}
func (daemonTB) Fatal(why ...any)              { log.Fatal(why...) }
func (daemonTB) Fatalf(how string, why ...any) { log.Fatalf(how, why...) }

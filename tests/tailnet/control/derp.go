package main

import (
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"time"

	"tailscale.com/derp/derpserver"
	"tailscale.com/net/stun"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
	"tailscale.com/types/logger"
)

const (
	derpPort = 8441
	stunPort = 3478
)

// A region is one DERP server, and one STUN server at the same address. It is as far away as it takes its time to
// answer who asks for the distance: were two equally near, nodes would change their home now and then, and be deaf
// meanwhile.
type region struct {
	id         int
	code, name string
	address    string
	distance   time.Duration
}

func startRegions(regions []region) *tailcfg.DERPMap {
	result := &tailcfg.DERPMap{Regions: map[int]*tailcfg.DERPRegion{}}
	for _, r := range regions {
		r.startDERP()
		r.startSTUN()
		result.Regions[r.id] = &tailcfg.DERPRegion{
			RegionID: r.id, RegionCode: r.code, RegionName: r.name,
			Nodes: []*tailcfg.DERPNode{{
				Name: r.code, RegionID: r.id, HostName: r.address, IPv4: r.address, IPv6: "none",
				DERPPort: derpPort, STUNPort: stunPort, STUNTestIP: r.address, InsecureForTests: true,
			}},
		}
	}
	return result
}

func (r region) startDERP() {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.ParseIP(r.address), Port: derpPort})
	if err != nil {
		log.Fatal(err)
	}
	relay := derpserver.Handler(derpserver.New(key.NewNode(), logger.Discard))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/derp/latency-check" {
			time.Sleep(r.distance)
		}
		relay.ServeHTTP(w, req)
	}))
	server.Listener.Close()
	server.Listener = listener
	server.StartTLS()
}

func (r region) startSTUN() {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(r.address), stunPort)))
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		var buffer [1500]byte
		for {
			length, from, err := conn.ReadFromUDPAddrPort(buffer[:])
			if err != nil {
				log.Fatal(err)
			}
			if id, err := stun.ParseBindingRequest(buffer[:length]); err == nil {
				time.AfterFunc(r.distance, func() { conn.WriteToUDPAddrPort(stun.Response(id, from), from) })
			}
		}
	}()
}

// The control plane of a tailnet on one machine: tailscale's own test server, two DERP regions with STUN, and a
// socket by which a test says what shall be true of a node.
//
// The test server lets one callback take over every map poll. So this program decides what each node is told: who is
// online (whoever has a poll open, unless a test says otherwise), whose key expired, which tags a node has, who may
// reach whom.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"net"
	"net/http"
	"time"

	"tailscale.com/tailcfg"
	"tailscale.com/tstest/integration/testcontrol"
	"tailscale.com/types/logger"
)

const (
	controlAddress = "10.99.0.1:9911"
	domain         = "tail4c1d.ts.net"
)

var regions = []region{
	{id: 1, code: "fra", name: "Frankfurt", address: "10.99.0.1"},
	{id: 2, code: "nyc", name: "New York", address: "10.99.0.2", distance: 30 * time.Millisecond},
}

func main() {
	admin := flag.String("admin", "", "path of the socket that takes orders")
	flag.Parse()

	tailnet := newTailnet(&testcontrol.Server{
		Logf:             logger.Discard,
		DERPMap:          startRegions(regions),
		ExplicitBaseURL:  "http://" + controlAddress,
		MagicDNSDomain:   domain,
		DNSConfig:        &tailcfg.DNSConfig{Proxied: true, Domains: []string{domain}},
		PeerRelayGrants:  true,
		AllNodesSameUser: true,
	})
	go serveAdmin(*admin, tailnet)
	log.Fatal(http.ListenAndServe(controlAddress, tailnet.server))
}

// serveAdmin answers GET with what is ordered of every node, and takes a POST of such a map as an order: the nodes
// that it names are as it says from then on.
func serveAdmin(path string, tailnet *tailnet) {
	listener, err := net.Listen("unix", path)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			orders := map[string]order{}
			decoder := json.NewDecoder(r.Body)
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(&orders); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			tailnet.obey(orders)
		}
		json.NewEncoder(w).Encode(tailnet.describe())
	})))
}

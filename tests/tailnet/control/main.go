// The control plane of three tailnets on one machine: tailscale's own test server, two DERP regions with STUN, and a
// socket by which a test says what shall be true of a node. Nearly everything happens in the first tailnet; machines
// of the second are strangers with the same addresses, and the third is locked.
//
// The test server lets one callback take over every map poll. So this program decides what each node is told: who is
// online (whoever has a poll open, unless a test says otherwise), whose key expired, which tags a node has, which
// routes lead to it and which Services are at it, who may reach whom.
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

var domains = map[string]string{ // by the address of its control plane
	"10.99.0.1:9911": "tail4c1d.ts.net",
	"10.99.0.1:9912": "tail7b2e.ts.net",
	"10.99.0.1:9913": "tail9f30.ts.net",
}

var regions = []region{
	{id: 1, code: "fra", name: "Frankfurt", address: "10.99.0.1"},
	{id: 2, code: "nyc", name: "New York", address: "10.99.0.2", distance: 30 * time.Millisecond},
}

func main() {
	admin := flag.String("admin", "", "path of the socket that takes orders, one path for each domain")
	flag.Parse()

	derpMap, admins := startRegions(regions), http.NewServeMux()
	for address, domain := range domains {
		tailnet := newTailnet(&testcontrol.Server{
			Logf:             logger.Discard,
			DERPMap:          derpMap,
			ExplicitBaseURL:  "http://" + address,
			MagicDNSDomain:   domain,
			DNSConfig:        &tailcfg.DNSConfig{Proxied: true, Domains: []string{domain}},
			PeerRelayGrants:  true,
			AllNodesSameUser: true,
		}, domain)
		admins.HandleFunc("/"+domain, tailnet.serveAdmin)
		go func() { log.Fatal(http.ListenAndServe(address, tailnet.server)) }()
	}
	listener, err := net.Listen("unix", *admin)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(listener, admins))
}

// serveAdmin answers GET with what is ordered of every node, and takes a POST of such a map as an order: the nodes
// that it names are as it says from then on, and every node is told anew.
func (t *tailnet) serveAdmin(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		orders := map[string]order{}
		decoder := json.NewDecoder(r.Body)
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&orders); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		t.obey(orders)
	}
	json.NewEncoder(w).Encode(t.describe())
}

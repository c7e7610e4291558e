package main

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"paylink/store/sqlstore"
)

// meter is the figures of one node, in a registry of its own.
type meter struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	steps    *prometheus.CounterVec
	events   *prometheus.CounterVec
	tries    *prometheus.CounterVec
	mails    *prometheus.CounterVec
	failures *prometheus.CounterVec
}

// newMeter makes the figures. Labels come from closed sets only: routes, states and
// types, never what a caller typed.
func newMeter() *meter {
	m := &meter{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "paylink_http_requests_total",
			Help: "Requests by route, method and status."}, []string{"route", "method", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "paylink_http_request_seconds",
			Help:    "Duration of requests by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20}}, []string{"route"}),
		steps: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "paylink_payment_steps_total",
			Help: "Payments that came into a state, on this node."}, []string{"state"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "paylink_events_total",
			Help: "Events written for merchants, on this node."}, []string{"type"}),
		tries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "paylink_webhook_tries_total",
			Help: "Webhooks sent by this node, by what came of it: delivered, refused (an answer other than 2xx), failed (no answer)."}, []string{"result"}),
		mails: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "paylink_mails_total",
			Help: "Letters by what came of a try of this node: sent, put_off (to be tried again), failed (refused for good, or all tries used), cancelled (no longer true)."}, []string{"result"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "paylink_work_failures_total",
			Help: "Rounds of background work that ended with an error."}, []string{"act"}),
	}
	m.registry.MustRegister(m.requests, m.took, m.steps, m.events, m.tries, m.mails, m.failures,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *meter) request(route, method string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, known(method), strconv.Itoa(status)).Inc()
	m.took.WithLabelValues(route).Observe(took.Seconds())
}

// handler answers scrapes.
func (m *meter) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// storeFigures reads a store's figures when somebody scrapes.
type storeFigures struct{ store *sqlstore.Store }

var (
	groupsDesc  = prometheus.NewDesc("paylink_sqlite_groups_total", "Transactions of SQLite's group writer.", nil, nil)
	updatesDesc = prometheus.NewDesc("paylink_sqlite_updates_total", "Updates in those transactions; the ratio is the mean group.", nil, nil)
	rerunsDesc  = prometheus.NewDesc("paylink_sqlite_reruns_total", "Groups that ran again because a member failed.", nil, nil)
	largestDesc = prometheus.NewDesc("paylink_sqlite_group_largest", "Updates in the largest group so far.", nil, nil)
	waitingDesc = prometheus.NewDesc("paylink_sqlite_waiting", "Updates that wait for the writer.", nil, nil)
	walDesc     = prometheus.NewDesc("paylink_sqlite_wal_bytes", "Size of SQLite's write-ahead log.", nil, nil)
	connsDesc   = prometheus.NewDesc("paylink_postgres_connections", "Connections in use.", nil, nil)
	waitsDesc   = prometheus.NewDesc("paylink_postgres_waits_total", "How often a caller waited for a connection.", nil, nil)
	queueDesc   = prometheus.NewDesc("paylink_queue_length", "What waits for background work, by queue and state.", []string{"queue", "state"}, nil)
	ageDesc     = prometheus.NewDesc("paylink_queue_overdue_seconds", "How long the oldest entry that is due has waited.", []string{"queue", "state"}, nil)
)

// Describe implements prometheus.Collector.
func (s storeFigures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{groupsDesc, updatesDesc, rerunsDesc, largestDesc, waitingDesc, walDesc, connsDesc, waitsDesc, queueDesc, ageDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (s storeFigures) Collect(to chan<- prometheus.Metric) {
	put := func(d *prometheus.Desc, kind prometheus.ValueType, n int64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, kind, float64(n), labels...)
	}
	f := s.store.Stats()
	put(groupsDesc, prometheus.CounterValue, f.Groups)
	put(updatesDesc, prometheus.CounterValue, f.Updates)
	put(rerunsDesc, prometheus.CounterValue, f.Reruns)
	put(largestDesc, prometheus.GaugeValue, f.Largest)
	put(waitingDesc, prometheus.GaugeValue, f.Waiting)
	put(walDesc, prometheus.GaugeValue, f.WALBytes)
	put(connsDesc, prometheus.GaugeValue, f.Conns)
	put(waitsDesc, prometheus.CounterValue, f.ConnWaits)
	s.queues(to)
}

// queues tells what waits, and how long the oldest of it is overdue. A store that
// does not answer is told by /readyz, not here.
func (s storeFigures) queues(to chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Second)
	defer stop()
	list, err := s.store.Queues(ctx)
	if err != nil {
		return
	}
	for _, q := range list {
		to <- prometheus.MustNewConstMetric(queueDesc, prometheus.GaugeValue, float64(q.Count), q.Name, q.State)
		to <- prometheus.MustNewConstMetric(ageDesc, prometheus.GaugeValue, max(q.Overdue, 0).Seconds(), q.Name, q.State)
	}
}

package main

import (
	"net/http"
	"regexp"
	"strings"
)

// Traffic describes who sent a request and how to treat it.
type Traffic struct {
	Scheduled bool   // sent by the scheduler, not for a user who waits
	Lane      string // lane of a gray release, "" for none
	LoadTest  bool   // must leave nothing behind that users see
	TraceID   string // "" if the request belongs to no trace
	SpanID    string
}

var traceparent = regexp.MustCompile(`^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}`)

// TrafficOf reads the marks of a request; a request without any is a user's.
func TrafficOf(h http.Header) Traffic {
	t := Traffic{
		Scheduled: mark(h, "origin") == "scheduler",
		Lane:      mark(h, "lane"),
		LoadTest:  mark(h, "loadtest") == "true",
	}
	if ids := traceparent.FindStringSubmatch(h.Get("traceparent")); ids != nil {
		t.TraceID, t.SpanID = ids[1], ids[2]
	}
	return t
}

// mark looks for the plain header, which httpJob sends, and then into the W3C baggage, which every call has.
func mark(h http.Header, name string) string {
	if value := h.Get("x-traffic-" + name); value != "" {
		return value
	}
	for _, entry := range strings.Split(strings.Join(h.Values("baggage"), ","), ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(entry), "=")
		if strings.TrimSpace(key) == "traffic."+name {
			value, _, _ = strings.Cut(value, ";")
			return strings.TrimSpace(value)
		}
	}
	return ""
}

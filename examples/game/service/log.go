// The service's log and its counts of requests, in memory.

package main

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

const maxEntries = 10_000

// Entry is one line of the log: a request that was served.
type Entry struct {
	Time     time.Time `json:"time"`
	From     string    `json:"from"` // "player" or "scheduler"
	Lane     string    `json:"lane,omitempty"`
	LoadTest bool      `json:"loadtest,omitempty"`
	TraceID  string    `json:"trace_id,omitempty"`
	SpanID   string    `json:"span_id,omitempty"`
	Request  string    `json:"request"`
	Took     float64   `json:"took_ms"`
	Status   int       `json:"status"`
	Note     string    `json:"note,omitempty"`
}

// Log keeps the latest entries and counts all of them.
type Log struct {
	mu      sync.Mutex
	entries []Entry
	counts  Counts
}

// Counts are numbers of requests, by sender.
type Counts struct {
	Player    int `json:"player"`
	Scheduler int `json:"scheduler"`
	Gray      int `json:"gray"`
	LoadTest  int `json:"loadtest"`
}

// Add appends an entry, counts it, and drops the oldest one beyond the limit.
func (l *Log) Add(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.From == "scheduler" {
		l.counts.Scheduler++
	} else {
		l.counts.Player++
	}
	if e.Lane == "gray" {
		l.counts.Gray++
	}
	if e.LoadTest {
		l.counts.LoadTest++
	}
	l.entries = append(l.entries, e)
	if len(l.entries) > maxEntries {
		l.entries = l.entries[1:]
	}
}

// Counts returns the numbers of all requests so far.
func (l *Log) Counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts
}

// OfTrace returns the lines of the requests that belong to the trace.
func (l *Log) OfTrace(traceID string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := ""
	for _, entry := range l.entries {
		if entry.TraceID == traceID {
			line, _ := json.Marshal(entry)
			lines += fmt.Sprintf("%s\n", line)
		}
	}
	return lines
}

// Program: the game's service. Uses only net/http, no SDK of Temporal or OpenTelemetry.
//
// Prints its address as its first line, and ends when its standard input is closed.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "game:", err)
		os.Exit(1)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Printf("http://%s\n", listener.Addr())
	err = http.Serve(listener, routes(NewGame(), &Log{}))
	fmt.Fprintln(os.Stderr, "game:", err)
	os.Exit(1)
}

// answer is the response of a handler: JSON, and a note for the log.
type answer struct {
	status int
	body   any
	note   string
}

func routes(game *Game, log *Log) http.Handler {
	mux := http.NewServeMux()
	serve := func(method, path string, handle func(*http.Request, Traffic) answer) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			start, traffic := time.Now(), TrafficOf(r.Header)
			a := answer{http.StatusMethodNotAllowed, "expected " + method, ""}
			if r.Method == method {
				a = handle(r, traffic)
			}
			w.Header().Set("content-type", "application/json")
			w.WriteHeader(a.status)
			_ = json.NewEncoder(w).Encode(a.body)
			log.Add(entryOf(r, traffic, a, start))
		})
	}

	serve("POST", "/matches", func(r *http.Request, _ Traffic) answer {
		var match struct {
			Player string
			Points int
		}
		if err := json.NewDecoder(r.Body).Decode(&match); err != nil || match.Player == "" {
			return answer{http.StatusBadRequest, `expected {"player":"…","points":1}`, ""}
		}
		return answer{http.StatusOK, map[string]int{"points": game.Play(match.Player, match.Points)}, ""}
	})
	serve("GET", "/leaderboard", func(*http.Request, Traffic) answer {
		return answer{http.StatusOK, game.Top(10), ""}
	})
	closing := func(how string, ranking func(map[string]int) []string) func(*http.Request, Traffic) answer {
		return func(r *http.Request, traffic Traffic) answer {
			c := game.Close(r.Header.Get("idempotency-key"), ranking, traffic.LoadTest)
			note := fmt.Sprintf("season %d: %d players ranked %s, %d coins paid", c.Season, c.Players, how, c.Paid)
			return answer{http.StatusOK, c, note}
		}
	}
	serve("POST", "/seasons/close", closing("by sorting", rank))
	serve("POST", "/v2/seasons/close", closing("in pairs", rankInPairs))

	// For operators; not counted.
	mux.HandleFunc("/traffic", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(log.Counts())
	})
	mux.HandleFunc("/log", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, log.OfTrace(r.URL.Query().Get("trace")))
	})
	return mux
}

func entryOf(r *http.Request, t Traffic, a answer, start time.Time) Entry {
	from := "player"
	if t.Scheduled {
		from = "scheduler"
	}
	return Entry{
		Time:     start,
		From:     from,
		Lane:     t.Lane,
		LoadTest: t.LoadTest,
		TraceID:  t.TraceID,
		SpanID:   t.SpanID,
		Request:  r.Method + " " + r.URL.Path,
		Took:     float64(time.Since(start).Microseconds()) / 1000,
		Status:   a.status,
		Note:     a.note,
	}
}

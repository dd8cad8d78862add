// The players and the current season, in memory.

package main

import (
	"fmt"
	"maps"
	"sort"
	"sync"
)

const (
	registered  = 80_000 // players who have points when the service starts
	prizes      = 100    // players who win something at the end of a season
	prizeAmount = 500    // coins for the first; the others get less by their place
)

// Game holds the players and the current season, in memory.
type Game struct {
	mu     sync.Mutex
	season int
	points map[string]int
	coins  map[string]int
	closed map[string]Closing // by idempotency key, so that a repeated request does not close a second season
}

// Closing is the result of closing a season.
type Closing struct {
	Season  int    `json:"season"`
	Players int    `json:"players"`
	Winner  string `json:"winner"`
	Paid    int    `json:"paid"`
}

// NewGame returns the first season, with registered players that have points.
func NewGame() *Game {
	g := &Game{season: 1, points: map[string]int{}, coins: map[string]int{}, closed: map[string]Closing{}}
	for i := 0; i < registered; i++ {
		g.points[fmt.Sprintf("player-%d", i)] = i * 7919 % 10_007
	}
	return g
}

// Play adds the points of a match and returns the player's sum.
func (g *Game) Play(player string, points int) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.points[player] += points
	return g.points[player]
}

// Top returns the best players, best first.
func (g *Game) Top(n int) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	ranked := rank(g.points)
	return ranked[:min(n, len(ranked))]
}

// Close ranks the players, pays the prizes and begins the next season. A load test only ranks, and changes nothing.
func (g *Game) Close(key string, ranking func(map[string]int) []string, loadTest bool) Closing {
	closing, points := g.begin(key)
	if points == nil {
		return closing
	}
	ranked := ranking(points) // a copy, since other requests change the points meanwhile
	closing.Players, closing.Winner = len(ranked), ranked[0]
	if loadTest {
		return closing
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for place, player := range ranked[:min(prizes, len(ranked))] {
		amount := prizeAmount / (place + 1)
		g.coins[player] += amount
		closing.Paid += amount
	}
	g.season++
	g.closed[key] = closing
	return closing
}

// begin returns the points to rank, or no points and the result of the same request if it was made before.
func (g *Game) begin(key string) (Closing, map[string]int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if before, repeated := g.closed[key]; repeated && key != "" {
		return before, nil
	}
	return Closing{Season: g.season}, maps.Clone(g.points)
}

// rank sorts the players by points, and those with the same by name.
func rank(points map[string]int) []string {
	players := make([]string, 0, len(points))
	for player := range points {
		players = append(players, player)
	}
	sort.Slice(players, func(i, j int) bool { return before(points, players[i], players[j]) })
	return players
}

// rankInPairs is release 2: "no need to sort, each player's place is the number of better ones".
func rankInPairs(points map[string]int) []string {
	ranked := rank(points)
	scores := make([]int, len(ranked))
	for i, player := range ranked {
		scores[i] = points[player]
	}
	result := make([]string, len(ranked))
	for i, player := range ranked {
		place := 0
		for j, score := range scores {
			if score > scores[i] || (score == scores[i] && j < i) {
				place++
			}
		}
		result[place] = player
	}
	return result
}

func before(points map[string]int, a, b string) bool {
	if points[a] != points[b] {
		return points[a] > points[b]
	}
	return a < b
}

// What micro-lock does, with goroutines and sync.Mutex. GOMAXPROCS says how many workers.
//
//	contender-lock COUNT     nanoseconds for each pair; COUNT is each goroutine's
//	contender-lock -fair MS  how evenly, and who waited how long
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

const tasks = 64

var (
	lock    sync.Mutex
	counter int
)

type share struct {
	pairs   int
	longest time.Duration
}

func takeOften(count int) {
	for i := 0; i < count; i++ {
		lock.Lock()
		counter++
		lock.Unlock()
	}
}

func takeUntil(deadline time.Time, result *share) {
	var own share
	for before := time.Now(); before.Before(deadline); before = time.Now() {
		lock.Lock()
		wait := time.Since(before)
		counter++
		lock.Unlock()
		own.pairs++
		own.longest = max(own.longest, wait)
		if runtime.GOMAXPROCS(0) == 1 {
			runtime.Gosched()
		}
	}
	*result = own
}

func main() {
	fair := len(os.Args) == 3 && os.Args[1] == "-fair"
	amount, err := strconv.Atoi(os.Args[len(os.Args)-1])
	if err != nil || len(os.Args) > 3 {
		os.Exit(2)
	}
	var group sync.WaitGroup
	var shares [tasks]share
	start := time.Now()
	deadline := start.Add(time.Duration(amount) * time.Millisecond)
	for i := 0; i < tasks; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			if fair {
				takeUntil(deadline, &shares[i])
			} else {
				takeOften(amount)
			}
		}(i)
	}
	group.Wait()
	elapsed := float64(time.Since(start).Nanoseconds())
	if !fair {
		if counter != tasks*amount {
			os.Exit(1)
		}
		fmt.Printf("{\"ns_per_op\": %.4f, \"ops\": %d}\n", elapsed/float64(counter), counter)
		return
	}
	var sum, squares float64
	var longest time.Duration
	for _, s := range shares {
		sum += float64(s.pairs)
		squares += float64(s.pairs) * float64(s.pairs)
		longest = max(longest, s.longest)
	}
	fmt.Printf("{\"jain\": %.4f, \"max_us\": %.1f, \"ns_per_op\": %.4f, \"ops\": %d}\n",
		sum*sum/(tasks*squares), float64(longest.Nanoseconds())/1e3, elapsed/sum, counter)
}

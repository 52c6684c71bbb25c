// What sley-stall does, with goroutines: the same command line. GOMAXPROCS says how many workers.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

const request = 14

var sink uint64

func burn(steps uint64) uint64 {
	x := steps | 1
	for i := uint64(0); i < steps; i++ {
		x = x*6364136223846793005 + 1442695040888963407
	}
	return x
}

func stepsPerMs() uint64 {
	best := time.Hour
	for i := 0; i < 5; i++ {
		start := time.Now()
		sink += burn(1000000)
		best = min(best, time.Since(start))
	}
	return uint64(1e6 * 1e6 / best.Nanoseconds())
}

func client(conn net.Conn, steps uint64) {
	in := make([]byte, 4096)
	have := 0
	for {
		n, err := conn.Read(in[have:])
		if err != nil {
			conn.Close()
			return
		}
		have += n
		used := 0
		for ; have-used >= request; used += request {
			if in[used+8] == 'W' {
				sink += burn(steps)
			}
			if _, err := conn.Write([]byte("+PONG\r\n")); err != nil {
				conn.Close()
				return
			}
		}
		have = copy(in, in[used:have])
	}
}

func main() {
	hog := flag.Uint64("hog", 0, "ms")
	work := flag.Uint64("work", 0, "us")
	flag.Parse()
	perMs := stepsPerMs()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		os.Exit(1)
	}
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	if *hog > 0 {
		go func() {
			for {
				time.Sleep(900 * time.Millisecond)
				sink += burn(*hog * perMs)
			}
		}()
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			os.Exit(1)
		}
		go client(conn, *work*perMs/1000)
	}
}

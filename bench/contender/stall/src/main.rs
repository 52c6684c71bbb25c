//! What sley-stall does, with Tokio: the same command line, two worker threads.
use std::io::Read;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const REQUEST: usize = 14;

fn burn(steps: u64) -> u64 {
    let mut x = steps | 1;
    for _ in 0..steps {
        x = std::hint::black_box(x)
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
    }
    x
}

fn steps_per_ms() -> u64 {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        std::hint::black_box(burn(1_000_000));
        best = best.min(start.elapsed());
    }
    1_000_000 * 1_000_000 / best.as_nanos() as u64
}

async fn client(mut stream: TcpStream, steps: u64) -> std::io::Result<()> {
    let mut input = [0u8; 4096];
    let mut have = 0;
    stream.set_nodelay(true)?;
    loop {
        let n = stream.read(&mut input[have..]).await?;
        if n == 0 {
            return Ok(());
        }
        have += n;
        let mut used = 0;
        while have - used >= REQUEST {
            if input[used + 8] == b'W' {
                std::hint::black_box(burn(steps));
            }
            stream.write_all(b"+PONG\r\n").await?;
            used += REQUEST;
        }
        input.copy_within(used..have, 0);
        have -= used;
    }
}

fn option(name: &str) -> u64 {
    let arguments: Vec<String> = std::env::args().collect();
    let at = arguments.iter().position(|argument| argument == name);
    at.and_then(|i| arguments.get(i + 1)?.parse().ok()).unwrap_or(0)
}

fn main() -> std::io::Result<()> {
    let per_ms = steps_per_ms();
    let (hog, work) = (option("--hog") * per_ms, option("--work") * per_ms / 1000);
    std::thread::spawn(|| {
        let mut line = [0u8; 64];
        while matches!(std::io::stdin().read(&mut line), Ok(n) if n > 0) {}
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("port {}", listener.local_addr()?.port());
        if hog > 0 {
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(Duration::from_millis(900)).await;
                    std::hint::black_box(burn(hog));
                }
            });
        }
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::spawn(client(stream, work));
        }
    })
}

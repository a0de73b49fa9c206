//! Load: as fast as a few connections can (closed loop, by `wrk` where it is installed), or at a fixed rate whatever
//! the server does (open loop), which alone shows honest latencies.

use super::http::{Client, find, request_line};
use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The most that any bench asks for.
const MOST_SECONDS: u64 = 60;

/// What a closed loop did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed {
    pub(crate) requests: u64,
    pub(crate) seconds: f64,
    pub(crate) failed: u64,
}

/// Whether `wrk` answers here.
pub(crate) fn has_wrk() -> bool {
    Command::new("wrk")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// Asks for one page on `connections` connections for `seconds`, each as soon as it was answered. `cookie` is what the
/// browser brings; empty for none.
pub(crate) fn closed(
    address: SocketAddr,
    path: &str,
    encoding: &str,
    cookie: &str,
    connections: u16,
    seconds: u64,
) -> Result<Closed> {
    let seconds = seconds.clamp(1, MOST_SECONDS);
    if has_wrk() {
        wrk(address, path, [encoding, cookie], connections, seconds)
    } else {
        own(address, path, [encoding, cookie], connections, seconds)
    }
}

fn wrk(
    address: SocketAddr,
    path: &str,
    [encoding, cookie]: [&str; 2],
    connections: u16,
    seconds: u64,
) -> Result<Closed> {
    let mut command = Command::new("wrk");
    if !cookie.is_empty() {
        command.args(["-H", &format!("Cookie: {cookie}")]);
    }
    let output = command
        .args(["-t", "2", "-c", &connections.to_string(), "-d", &format!("{seconds}s")])
        .args(["-H", &format!("Accept-Encoding: {encoding}")])
        .arg(format!("http://{address}{path}"))
        .output()
        .context("wrk can't be run")?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("wrk failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    read_wrk(&text, seconds as f64).with_context(|| format!("wrk said something else than usual: {text}"))
}

/// Reads `  123456 requests in 5.01s, 1.00GB read` and the lines about failures.
fn read_wrk(text: &str, seconds: f64) -> Option<Closed> {
    let line = text.lines().find(|line| line.contains(" requests in "))?;
    let requests = line.split_whitespace().next()?.parse().ok()?;
    let bad = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("Non-2xx or 3xx responses:"));
    let mut failed: u64 = bad.map_or(Some(0), |number| number.trim().parse().ok())?;
    if let Some(errors) = text.lines().find_map(|line| line.trim().strip_prefix("Socket errors:")) {
        let numbers = errors.split([',', ' ']).filter_map(|word| word.parse::<u64>().ok());
        failed += numbers.sum::<u64>();
    }
    Some(Closed {
        requests,
        seconds,
        failed,
    })
}

/// The same with threads of our own: half as quick as `wrk`, which counts little where the figure is the server's
/// processor time.
fn own(
    address: SocketAddr,
    path: &str,
    [encoding, cookie]: [&str; 2],
    connections: u16,
    seconds: u64,
) -> Result<Closed> {
    let (stop, failed) = (AtomicBool::new(false), AtomicU64::new(0));
    let started = Instant::now();
    let requests = std::thread::scope(|scope| -> Result<u64> {
        let workers: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| -> Result<u64> {
                    let mut client = Client::connect(address)?;
                    let mut requests = 0;
                    while !stop.load(Ordering::Relaxed) {
                        let answer = client.get_as(path, encoding, cookie)?;
                        requests += 1;
                        failed.fetch_add(u64::from(answer.status != 200), Ordering::Relaxed);
                    }
                    Ok(requests)
                })
            })
            .collect();
        std::thread::sleep(Duration::from_secs(seconds));
        stop.store(true, Ordering::Relaxed);
        let mut sum = 0;
        for worker in workers {
            sum += joined(worker)??;
        }
        Ok(sum)
    })?;
    Ok(Closed {
        requests,
        seconds: started.elapsed().as_secs_f64(),
        failed: failed.into_inner(),
    })
}

fn joined<T>(worker: std::thread::ScopedJoinHandle<'_, T>) -> Result<T> {
    worker
        .join()
        .map_err(|_| anyhow::anyhow!("a thread of the load generator broke off"))
}

/// What an open loop saw.
#[derive(Debug, Default)]
pub(crate) struct Open {
    /// Milliseconds from when a request was *due* until its answer was there: a stall delays all that were due in it.
    /// One that failed took as long as the whole load, so that no failure makes a percentile look better.
    pub(crate) milliseconds: Vec<f64>,
    /// Requests that were answered with something else than 200, or not at all.
    pub(crate) failed: u64,
    /// Answers with 200 a second that were really reached.
    pub(crate) reached: f64,
}

/// Sends `rate` requests a second for `seconds` over `connections` connections, going round `paths`.
pub(crate) fn open(
    address: SocketAddr,
    paths: &Arc<Vec<String>>,
    rate: u32,
    connections: u32,
    seconds: u64,
) -> Result<Open> {
    let seconds = seconds.clamp(1, MOST_SECONDS);
    // Everybody starts a little later, when all threads are there.
    let start = Instant::now() + Duration::from_millis(200);
    let workers: Vec<_> = (0..connections)
        .map(|number| {
            let paths = Arc::clone(paths);
            std::thread::spawn(move || paced(address, &paths, rate, connections, number, start, seconds))
        })
        .collect();
    let mut all = Open::default();
    for worker in workers {
        let one = worker
            .join()
            .map_err(|_| anyhow::anyhow!("a thread of the load generator broke off"))??;
        all.milliseconds.extend(one.milliseconds);
        all.failed += one.failed;
    }
    let took = start.elapsed().as_secs_f64();
    all.reached = (all.milliseconds.len() as u64).saturating_sub(all.failed) as f64 / took;
    Ok(all)
}

fn paced(
    address: SocketAddr,
    paths: &[String],
    rate: u32,
    connections: u32,
    number: u32,
    start: Instant,
    seconds: u64,
) -> Result<Open> {
    let mut stream = Some(connect(address)?);
    let requests: Vec<String> = paths
        .iter()
        .map(|path| request_line(address, path, "gzip", ""))
        .collect();
    let mut seen = Open::default();
    let mut buffer = vec![0_u8; 256 << 10];
    let mine = u64::from(rate) * seconds / u64::from(connections);
    for turn in 0..mine {
        let slot = turn * u64::from(connections) + u64::from(number);
        let due = start + Duration::from_secs_f64(slot as f64 / f64::from(rate));
        if let Some(wait) = due.checked_duration_since(Instant::now()) {
            std::thread::sleep(wait);
        }
        let count = requests.len() as u64;
        let request = requests
            .get((slot % count.max(1)) as usize)
            .context("no paths to ask for")?;
        // A connection that broke is a failed request and is made anew, as a browser would.
        let answered = match stream.take().map_or_else(|| connect(address), Ok) {
            Ok(mut open) => match ask(&mut open, request, &mut buffer) {
                Ok(answered) => {
                    stream = Some(open);
                    answered
                }
                Err(error) => told_once(&mut seen, &error),
            },
            Err(error) => told_once(&mut seen, &error),
        };
        if answered {
            seen.milliseconds.push(due.elapsed().as_secs_f64() * 1000.0);
        } else {
            seen.failed += 1;
            seen.milliseconds.push(seconds as f64 * 1000.0);
        }
    }
    Ok(seen)
}

fn connect(address: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    Ok(stream)
}

fn ask(stream: &mut TcpStream, request: &str, buffer: &mut [u8]) -> Result<bool> {
    stream.write_all(request.as_bytes())?;
    skim(stream, buffer)
}

/// Says why the first request of a connection failed; the others fail for the same reason as a rule.
fn told_once(seen: &mut Open, error: &anyhow::Error) -> bool {
    if seen.failed == 0 {
        eprintln!("  a request failed: {error:#}");
    }
    false
}

/// Reads an answer with a counted body and only says whether its status was 200.
fn skim(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<bool> {
    let mut read = 0;
    loop {
        let room = buffer.get_mut(read..).unwrap_or_default();
        let more = stream.read(room)?;
        if more == 0 {
            bail!("the connection was closed in the middle of an answer, or the answer is too long");
        }
        read += more;
        let so_far = buffer.get(..read).unwrap_or_default();
        let Some(head) = find(so_far, b"\r\n\r\n") else {
            continue;
        };
        let text = std::str::from_utf8(so_far.get(..head).unwrap_or_default())?;
        let length = text
            .split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map(|(_, value)| value.trim().parse::<usize>())
            .context("an answer without a length")??;
        let ok = text.starts_with("HTTP/1.1 200");
        while read < head + 4 + length {
            let more = stream.read(buffer.get_mut(read..).unwrap_or_default())?;
            if more == 0 {
                bail!("the connection was closed in the middle of an answer, or the answer is too long");
            }
            read += more;
        }
        return Ok(ok);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_requests_are_not_reached_and_are_no_quick_ones() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        // Every other connection is answered with an error, the rest are closed without an answer.
        let server = std::thread::spawn(move || {
            for number in 0..20 {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0_u8; 512];
                assert!(stream.read(&mut request).unwrap() > 0);
                if number % 2 == 0 {
                    stream
                        .write_all(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
                        .unwrap();
                    // The next request on this connection finds it closed.
                }
            }
        });
        let seen = open(address, &Arc::new(vec!["/".to_owned()]), 30, 1, 1).unwrap();
        assert_eq!((seen.milliseconds.len(), seen.failed), (30, 30));
        assert_eq!(seen.reached, 0.0);
        assert!(seen.milliseconds.iter().all(|took| *took >= 1000.0));
        server.join().unwrap();
    }

    #[test]
    fn what_wrk_prints_is_read() {
        let text = "Running 5s test\n  201234 requests in 5.01s, 1.99GB read\n  Socket errors: connect 0, read 3, write 0, timeout 1\n  Non-2xx or 3xx responses: 7\n";
        let read = read_wrk(text, 5.0).unwrap();
        assert_eq!((read.requests, read.failed), (201_234, 11));
        assert!(read_wrk("nothing", 5.0).is_none());
    }
}

//! Programs that a bench starts: always ended by their own process id, their processor time and memory read from
//! the kernel's accounting in `/proc`.

use anyhow::{Context, Result, bail};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A program that is ended when this value goes.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    name: &'static str,
    ended: bool,
}

/// Memory of a process in megabytes (2^20 bytes).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) now: f64,
    pub(crate) most: f64,
}

/// What a program took that ran to its end.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: ExitStatus,
    pub(crate) seconds: f64,
    pub(crate) cpu: f64,
    pub(crate) most_memory: f64,
}

impl Process {
    pub(crate) fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null());
        let child = command.spawn().with_context(|| format!("{name} can't be started"))?;
        Ok(Self {
            child,
            name,
            ended: false,
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// User and system seconds of the process and its children so far. nginx works in children.
    pub(crate) fn cpu(&self) -> Result<f64> {
        let mut sum = cpu_of(self.id())?;
        for child in children_of(self.id())? {
            sum += cpu_of(child)?;
        }
        Ok(sum)
    }

    pub(crate) fn memory(&self) -> Result<Memory> {
        memory_of(self.id())
    }

    /// Asks it to end, and ends it when it has not after 25 s.
    pub(crate) fn stop(&mut self) -> Result<()> {
        if self.ended {
            return Ok(());
        }
        if self.child.try_wait()?.is_none() {
            signal(self.id(), "TERM")?;
            let until = Instant::now() + Duration::from_secs(25);
            while self.child.try_wait()?.is_none() {
                if Instant::now() >= until {
                    self.child
                        .kill()
                        .with_context(|| format!("{} can't be ended", self.name))?;
                    self.child.wait()?;
                    break;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        self.ended = true;
        Ok(())
    }

    /// Ends it at once, as a power cut would (SIGKILL).
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        self.ended = true;
        Ok(())
    }

    /// Waits for its end, looking at time and memory; ends it itself after `at_most` or when `enough` says so.
    pub(crate) fn finish(mut self, at_most: Duration, mut enough: impl FnMut(f64) -> bool) -> Result<Run> {
        let started = Instant::now();
        let (mut memory, mut cpu) = (Memory::default(), 0.0);
        loop {
            // Both are gone once the process is a zombie; what was seen last counts.
            if let Ok(seen) = self.memory() {
                memory = seen;
            }
            if let Ok(seen) = cpu_of(self.id()) {
                cpu = seen;
            }
            let seconds = started.elapsed().as_secs_f64();
            if let Some(status) = self.child.try_wait()? {
                self.ended = true;
                return Ok(Run {
                    status,
                    seconds,
                    cpu,
                    most_memory: memory.most,
                });
            }
            if enough(seconds) {
                self.child.kill()?;
                let status = self.child.wait()?;
                self.ended = true;
                return Ok(Run {
                    status,
                    seconds,
                    cpu,
                    most_memory: memory.most,
                });
            }
            if started.elapsed() > at_most {
                self.kill()?;
                bail!("{} took longer than {} s and was ended", self.name, at_most.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("xtask: {} (process {}) may still run: {error}", self.name, self.id());
        }
    }
}

/// Sends a signal by name. The standard library can only send SIGKILL, and a crate for one call was not worth it.
fn signal(id: u32, name: &str) -> Result<()> {
    let sent = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(id.to_string())
        .status()?;
    if sent.success() {
        Ok(())
    } else {
        bail!("signal {name} could not be sent to process {id}")
    }
}

fn stat_of(id: u32) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    let (_, rest) = text.rsplit_once(')').context("a line of /proc without a name")?;
    Ok(rest.split_whitespace().map(str::to_owned).collect())
}

/// All threads' user and system time; the kernel counts in ticks of 10 ms on every Linux in use.
fn cpu_of(id: u32) -> Result<f64> {
    let fields = stat_of(id)?;
    let ticks = |index: usize| -> Result<f64> { Ok(fields.get(index).context("a short line of /proc")?.parse()?) };
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

fn children_of(parent: u32) -> Result<Vec<u32>> {
    let mut children = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // A process may end between the listing and the look.
        let Ok(fields) = stat_of(id) else { continue };
        if fields.get(1).and_then(|field| field.parse::<u32>().ok()) == Some(parent) {
            children.push(id);
        }
    }
    Ok(children)
}

fn memory_of(id: u32) -> Result<Memory> {
    let text = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let megabytes = |key: &str| -> Result<f64> {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(key))
            .context("no memory in /proc")?;
        let kilobytes: f64 = line.split_whitespace().next().context("no memory in /proc")?.parse()?;
        Ok(kilobytes / 1024.0)
    };
    Ok(Memory {
        now: megabytes("VmRSS:")?,
        most: megabytes("VmHWM:")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_measured_and_ended() {
        let mut process = Process::start("sleep", Command::new("sleep").arg("60")).unwrap();
        assert!(process.cpu().unwrap() < 1.0);
        assert!(process.memory().unwrap().most > 0.0);
        let id = process.id();
        process.stop().unwrap();
        assert!(memory_of(id).is_err(), "it has ended");
    }

    #[test]
    fn what_takes_too_long_is_an_error() {
        let process = Process::start("sleep", Command::new("sleep").arg("60")).unwrap();
        assert!(process.finish(Duration::from_millis(50), |_| false).is_err());
    }
}

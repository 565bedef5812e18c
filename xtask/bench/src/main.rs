//! Compares the gateway with nginx: both before the same mock upstream, on loopback, in the same run, in turns.
//!
//! Started by `cargo xtask bench`, which builds the gateway and this program for release. Prints a table for a note; asserts
//! nothing about time, but fails when an answer was wrong.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer's tool talks to a terminal")]

mod gateway;
mod idle;
mod load;
mod nginx;
mod process;
mod report;
mod upstream;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};

use self::gateway::{Durability, Gateway};
use self::load::{Kind, Sample, Target};
use self::nginx::Nginx;
use self::report::{Machine, Measured, Report};
use self::upstream::Upstream;

#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    role: Option<Role>,
    /// The gateway's program.
    #[arg(long)]
    gateway: Option<PathBuf>,
    /// Shorter rounds and fewer idle streams: a first look, not a result.
    #[arg(long)]
    quick: bool,
    /// Compare with a gateway that writes nothing down, instead of all else: what the ledger costs.
    #[arg(long)]
    ledger: bool,
    /// The upstream's pause before each chunk of a stream, in milliseconds.
    #[arg(long, default_value_t = 0)]
    chunk_delay: u64,
}

#[derive(Debug, Subcommand)]
enum Role {
    /// Serve as the mock upstream until stdin ends (the bench starts itself so, for a process of its own)
    Upstream {
        #[arg(long, default_value_t = 0)]
        chunk_delay: u64,
    },
}

/// How long and how often.
#[derive(Debug, Clone, Copy)]
struct Plan {
    rounds: usize,
    warm_up: Duration,
    round: Duration,
    idle_streams: usize,
}

impl Plan {
    const FULL: Self =
        Self { rounds: 5, warm_up: Duration::from_secs(2), round: Duration::from_secs(3), idle_streams: 10_000 };
    const QUICK: Self =
        Self { rounds: 3, warm_up: Duration::from_secs(1), round: Duration::from_secs(1), idle_streams: 1_000 };
}

const SCENARIOS: [(Kind, usize); 4] = [(Kind::Json, 1), (Kind::Json, 32), (Kind::Stream, 1), (Kind::Stream, 32)];

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = runtime().and_then(|runtime| match &cli.role {
        Some(Role::Upstream { chunk_delay }) => runtime.block_on(upstream::serve(Duration::from_millis(*chunk_delay))),
        None => runtime.block_on(compare(&cli)),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// One thread: load, upstream and what is measured share few cores.
fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

async fn compare(cli: &Cli) -> Result<()> {
    let plan = if cli.quick { Plan::QUICK } else { Plan::FULL };
    // Each stream is two connections, here and in a proxy; those of the load before it stay open for a while.
    let open_files = process::raise_open_files()?;
    let streams = plan.idle_streams.min(open_files.saturating_sub(2_000) / 2);
    let upstream = Upstream::start(cli.chunk_delay).await?;
    let nginx = Nginx::start(upstream.address, streams).await?;
    let mut targets = vec![Target::new("direct", upstream.address, None), Target::new("nginx", nginx.address, None)];
    let mut gateways = Vec::new();
    if let Some(program) = &cli.gateway {
        let second = if cli.ledger { Durability::Nothing } else { Durability::Power };
        for durability in [second, Durability::Process] {
            let gateway = Gateway::start(program, durability, upstream.address).await?;
            targets.push(Target::new(durability.title(), gateway.address, Some(gateway.key.clone())));
            gateways.push(gateway);
        }
    } else {
        eprintln!("no --gateway: nginx and the upstream alone");
    }
    let mut report = Report::new(Machine::look(&nginx, open_files), plan);
    report.idle_memory(&nginx, &gateways)?;
    let scenarios = if cli.ledger { &SCENARIOS[1..2] } else { &SCENARIOS[..] };
    for &(kind, connections) in scenarios {
        report.scenario(kind, connections, in_turns(&targets, kind, connections, plan).await?);
    }
    let pids = std::iter::once(nginx.pid()).chain(gateways.iter().map(Gateway::pid));
    let mut idle = Ok(());
    let watched = if cli.ledger { &[] } else { &targets[1..] };
    for (target, pid) in watched.iter().zip(pids) {
        eprintln!("{streams} idle streams through {}", target.name);
        match idle::memory(target, pid, streams).await {
            Ok(memory) => report.streaming_memory(target.name, memory),
            Err(error) => idle = Err(error.context(format!("idle streams through {}", target.name))),
        }
    }
    // What was measured stays worth reading when the last scenario fails.
    println!("{report}");
    idle?;
    for gateway in gateways {
        gateway.stop().await?;
    }
    nginx.stop().await?;
    upstream.stop().await?;
    if report.wrong() > 0 {
        bail!("{} answers were wrong; the first: {}", report.wrong(), report.first_wrong());
    }
    Ok(())
}

/// Rounds over all targets, each round in the opposite order of the last, so that a machine that gets slower is fair to all.
async fn in_turns(targets: &[Target], kind: Kind, connections: usize, plan: Plan) -> Result<Vec<Measured>> {
    let mut samples: Vec<Vec<Sample>> = targets.iter().map(|_| Vec::new()).collect();
    for target in targets {
        load::run(target, kind, connections, plan.warm_up).await?;
    }
    for round in 0..plan.rounds {
        eprintln!("{kind}, {connections} connections: round {} of {}", round + 1, plan.rounds);
        let mut order: Vec<usize> = (0..targets.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for index in order {
            samples[index].push(load::run(&targets[index], kind, connections, plan.round).await?);
        }
    }
    Ok(targets.iter().zip(samples).map(|(target, samples)| Measured::median(target.name, samples)).collect())
}

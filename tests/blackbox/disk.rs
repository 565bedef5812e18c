//! A disk that is full: what can't be written down isn't served, what was served is billed, and all is well as soon as there is room.
//!
//! The gateway's data lies on a small disk in memory, which only namespaces of its own can mount without being root.

use std::{
    fs::File,
    io::{ErrorKind, Write},
    path::Path,
    process::Command,
};

use serde_json::json;

use crate::support::{Gateway, Launch, Upstream, eventually};

/// What a request costs here, in nano-USD.
const PRICE: i64 = 1_000_000;

#[expect(clippy::print_stderr, reason = "a test that can't run here says so")]
fn can_mount() -> bool {
    let mounted = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status();
    let can = mounted.is_ok_and(|status| status.success());
    if !can {
        eprintln!("not run: this machine lets nobody mount a disk (unshare -rm)");
    }
    can
}

/// Writes until nothing more fits.
fn fill(filler: &Path) {
    let mut file = File::create(filler).expect("room for a name");
    for size in [1 << 16, 1 << 12, 1] {
        let piece = vec![0; size];
        loop {
            match file.write_all(&piece) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_served_that_is_not_billed() {
    if !can_mount() {
        return;
    }
    let gateway: Gateway = Launch::new().on_disk_of("16m").sign_in().await;
    let upstream = Upstream::start().await;
    let pricing = json!({"input_nusd_per_mtok": 0, "output_nusd_per_mtok": 0, "per_request_nusd": PRICE});
    gateway.post("/api/models", json!({"name": "m", "pricing": pricing})).await.expect(201);
    gateway.channel("main", &upstream, &["m"]).await;
    let key = gateway.key_with(json!({"budget": {"limit_nusd": 1_000_000 * PRICE}})).await;
    let secret = key["secret"].as_str().unwrap();
    let free = gateway.key().await;
    gateway.ask(secret, "m").await.expect(200);
    let mut served: i64 = 1;

    let disk = gateway.process.sees(&gateway.data_dir());
    let filler = disk.join("filler");
    fill(&filler);
    // The log of changes has some room of its own, for a while.
    let refused = loop {
        let reply = gateway.ask(secret, "m").await;
        if reply.status != 200 {
            break reply;
        }
        served += 1;
        assert!(served < 5_000, "the disk has room for everything");
    };
    assert_eq!((refused.status, refused.code().as_str()), (503, "overloaded"), "{}", refused.text());
    assert!(refused.message().starts_with("The gateway can't write down what this costs"), "{}", refused.message());
    let asked = upstream.seen().len();
    for _ in 0..20 {
        assert_eq!(gateway.ask(secret, "m").await.status, 503);
    }
    assert_eq!(upstream.seen().len(), asked, "nobody is asked while it can't be written down");
    assert_eq!(i64::try_from(asked), Ok(served));
    assert_eq!(gateway.get("/readyz").await.status, 503);
    // Where no budget depends on it, a request that is let in is written as soon as it can be.
    let unbudgeted = gateway.ask(&free, "m").await;
    assert!(matches!(unbudgeted.status, 200 | 503), "{}", unbudgeted.text());
    let free = i64::from(unbudgeted.status == 200);

    std::fs::remove_file(&filler).unwrap();
    eventually("it serves again by itself", async || (gateway.ask(secret, "m").await.status == 200).then_some(()))
        .await;
    served += 1;
    assert_eq!(gateway.get("/readyz").await.status, 200);
    let budget = gateway.get(&format!("/api/keys/{}", key["id"])).await.expect(200)["budget"].clone();
    assert_eq!((&budget["used_nusd"], &budget["reserved_nusd"]), (&json!(served * PRICE), &json!(0)));
    let verified = gateway.post("/api/verify", json!({})).await.expect(200);
    assert_eq!(verified["differences"], json!([]));
    let rows = gateway.logs().await;
    assert!(rows.iter().all(|row| row["state"] != "open"), "nothing stays open");
    let done = rows.iter().filter(|row| row["state"] == "done").count();
    assert_eq!(i64::try_from(done), Ok(served + free), "each that was served is in the log, once");
}
